import type { Browser, BrowserContext, Page } from 'playwright-core';
import { bundlePage } from '../bundlePage.ts';
import type { TestPage } from './sdk.page.ts';

declare const testPage: TestPage;

/** Bundles the SDK and `sdk.page.ts`. */
export function bundleSdk(): Promise<string> {
  return bundlePage('sdk/sdk.page.ts');
}

/** One participant in a real browser, in its own context: pages that share one slow each other down. */
export class SdkPage {
  readonly participantId: string;
  readonly page: Page;
  readonly #context: BrowserContext;
  /** What the page wrote to its console, and errors that nobody caught. */
  readonly said: string[] = [];

  private constructor(participantId: string, context: BrowserContext, page: Page) {
    this.participantId = participantId;
    this.#context = context;
    this.page = page;
    page.on('console', (message) => this.said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.said.push(`uncaught: ${error.stack ?? error.message}`));
  }

  static async open(browser: Browser, url: string, bundle: string, participantId: string): Promise<SdkPage> {
    // The page must come from the server itself: Chromium keeps others from sockets of the loopback.
    const context = await browser.newContext({ permissions: ['camera', 'microphone'], bypassCSP: true });
    const page = await context.newPage();
    const sdkPage = new SdkPage(participantId, context, page);
    await sdkPage.load(url, bundle);
    return sdkPage;
  }

  /** A second call is a reload. */
  async load(url: string, bundle: string): Promise<void> {
    await this.page.goto(`${url}/livez`);
    await this.page.addScriptTag({ content: bundle, type: 'module' });
    await this.page.waitForFunction(() => 'testPage' in globalThis);
  }

  async join(url: string, token: string): Promise<void> {
    await this.page.evaluate(([url, token, name]) => testPage.join(url, token, name), [
      url,
      token,
      this.participantId,
    ] as const);
  }

  events(): Promise<string[]> {
    return this.page.evaluate(() => testPage.events);
  }

  /** Returns how many pictures of a participant were shown here in the last `sinceMs`. */
  recentFrames(participantId: string, sinceMs = 1_000): Promise<number> {
    return this.page.evaluate(
      ([id, since]) => {
        const from = performance.timeOrigin + performance.now() - since;
        return (testPage.frames[id] ?? []).filter((time) => time > from).length;
      },
      [participantId, sinceMs] as const,
    );
  }

  /** Returns how loud a participant's microphone is at most in the next `forMs`, or that it is louder than `enough`. */
  loudest(participantId: string, forMs: number, enough?: number): Promise<number> {
    return this.page.evaluate(([id, forMs, enough]) => testPage.loudest(id, forMs, enough), [
      participantId,
      forMs,
      enough,
    ] as const);
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
