import type { ParticipantId } from '../../../core/room/state.ts';
import type { ClientHost, ProbeName } from './ClientHost.ts';
import { bundlePage } from './page/bundle.ts';
import type { Picture } from './picture.ts';

export type BrowserName = 'chromium' | 'firefox';

/** A browser whose pages are clients of a drill. */
export interface DrillBrowser {
  openPage(participantId: ParticipantId): Promise<ClientHost>;
  close(): Promise<void>;
}

/** The path on the server that a page seems to come from, and the document that the browser gets there. */
export const PAGE_PATH = '/drill';
export const PAGE_HTML = '<!doctype html><meta charset="utf-8"><title>Drill</title><body></body>';

export type Call = readonly [probe: ProbeName, method: string, args: readonly unknown[]];

/** A page at the server's address; Playwright and Puppeteer open it and talk to it each in its own way. */
interface OpenedPage {
  /** Events, from now on, that must never happen to a page in a meeting. */
  readonly reloads: readonly string[];
  addScript(content: string): Promise<unknown>;
  evaluate(run: (call: Call) => Promise<unknown>, call: Call): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts a browser for drills; `open` opens a page in it. */
export async function startDrillBrowser<B extends { close(): Promise<void> }>(
  launch: () => Promise<B>,
  probe: ProbeName,
  picture: Picture,
  open: (browser: B, participantId: ParticipantId) => Promise<OpenedPage>,
): Promise<DrillBrowser> {
  const [browser, program] = await Promise.all([launch(), bundlePage('main')]);
  const script = `window.drillPicture = ${JSON.stringify(picture)};${program}`;
  return {
    async openPage(participantId) {
      const page = await open(browser, participantId);
      const { reloads } = page;
      await page.addScript(script);
      if (reloads.length > 0) throw new Error(`the page does not start: ${reloads.join(', ')}`);
      return {
        participantId,
        kind: 'page',
        call: (method, args) => page.evaluate(callProbe, [probe, method, args]),
        reloads: () => reloads,
        close: () => page.close(),
      };
    },
    close: () => browser.close(),
  };
}

/** Runs in the page. */
export function callProbe([name, method, args]: Call): Promise<unknown> {
  return (window.probes[name][method as never] as (...all: readonly unknown[]) => Promise<unknown>)(...args);
}
