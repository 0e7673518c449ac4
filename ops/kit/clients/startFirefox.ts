import type { Page } from 'puppeteer-core';
import type { ParticipantId } from '../../../core/room/state.ts';
import type { ProbeName } from './ClientHost.ts';
import { type DrillBrowser, PAGE_HTML, PAGE_PATH, startDrillBrowser } from './DrillBrowser.ts';
import { launchFirefox } from './page/firefox.ts';
import { PICTURE } from './picture.ts';

/**
 * Starts one Firefox. Each page has its own browser context and window, because a page that is not in front is hidden.
 */
export function startFirefox(serverUrl: string, probe: ProbeName): Promise<DrillBrowser> {
  return startDrillBrowser(launchFirefox, probe, PICTURE, async (browser, participantId) => {
    const context = await browser.createBrowserContext();
    const page = await context.newPage({ type: 'window' });
    await openUnder(page, `${serverUrl}${PAGE_PATH}`);
    return {
      reloads: watchOver(page, participantId),
      addScript: (content) => page.addScriptTag({ content }),
      evaluate: (run, call) => page.evaluate(run, call),
      close: () => context.close(),
    };
  });
}

/** The page has the server's address, but does not come from the server. */
async function openUnder(page: Page, address: string): Promise<void> {
  await page.setRequestInterception(true);
  page.once('request', (request) => void request.respond({ contentType: 'text/html', body: PAGE_HTML }));
  await page.goto(address);
  await page.setRequestInterception(false);
}

/** Collects, from now on, events that must never happen to a page in a meeting. */
function watchOver(page: Page, participantId: ParticipantId): readonly string[] {
  const seen: string[] = [];
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) seen.push(`${participantId} was reloaded`);
  });
  page.on('error', () => seen.push(`${participantId} crashed`));
  page.on('pageerror', (error) => {
    const message = error instanceof Error ? error.message : String(error);
    // Firefox reports a socket that a killed server drops as an error of the page. The client repairs that.
    if (!/\bwss?:\/\//u.test(message)) seen.push(`${participantId}: ${message}`);
  });
  return seen;
}
