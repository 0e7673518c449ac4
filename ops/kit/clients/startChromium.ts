import type { Page } from 'playwright-core';
import type { ParticipantId } from '../../../core/room/state.ts';
import type { ProbeName } from './ClientHost.ts';
import { type DrillBrowser, PAGE_HTML, PAGE_PATH, startDrillBrowser } from './DrillBrowser.ts';
import { launchDrillBrowser } from './page/chromium.ts';
import { PICTURE } from './picture.ts';

/** Starts one Chromium. Each page has its own browser context, because browsers slow down pages that share a window. */
export function startChromium(serverUrl: string, probe: ProbeName, picture = PICTURE): Promise<DrillBrowser> {
  return startDrillBrowser(
    () => launchDrillBrowser(picture),
    probe,
    picture,
    async (browser, participantId) => {
      const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
      const page = await context.newPage();
      // The page has the server's address, but does not come from the server.
      const address = `${serverUrl}${PAGE_PATH}`;
      await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: PAGE_HTML }));
      await page.goto(address);
      return {
        reloads: watchOver(page, participantId),
        addScript: (content) => page.addScriptTag({ content }),
        evaluate: (run, call) => page.evaluate(run, call),
        close: () => context.close(),
      };
    },
  );
}

/** Collects, from now on, events that must never happen to a page in a meeting. */
export function watchOver(page: Page, participantId: ParticipantId): readonly string[] {
  const seen: string[] = [];
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) seen.push(`${participantId} was reloaded`);
  });
  page.on('crash', () => seen.push(`${participantId} crashed`));
  page.on('pageerror', (error) => seen.push(`${participantId}: ${error.message}`));
  page.on('websocket', (socket) => {
    // The SDK would go on with HTTP, much slower, which spoils the measurement. A dead server refuses with another
    // error.
    socket.on('socketerror', (error) => {
      if (error.includes('ERR_BLOCKED')) seen.push(`${participantId} may not open WebSockets: ${error}`);
    });
  });
  return seen;
}
