import type { Browser, Page } from 'playwright-core';
import type { ParticipantId } from '../../../core/room/state.ts';
import type { ClientHost, ProbeName } from './ClientHost.ts';
import { type DrillBrowser, PAGE_HTML, PAGE_PATH } from './DrillBrowser.ts';
import { bundlePage } from './page/bundle.ts';
import { launchDrillBrowser } from './page/chromium.ts';

/** Starts one Chromium. Each page has its own browser context, because browsers slow down pages that share a window. */
export async function startChromium(serverUrl: string, probe: ProbeName): Promise<DrillBrowser> {
  const [browser, script] = await Promise.all([launchDrillBrowser(), bundlePage()]);
  return {
    openPage: (participantId) => startPage(browser, script, serverUrl, participantId, probe),
    close: () => browser.close(),
  };
}

async function startPage(
  browser: Browser,
  script: string,
  serverUrl: string,
  participantId: ParticipantId,
  probe: ProbeName,
): Promise<ClientHost> {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  const page = await context.newPage();
  // The page has the server's address, but does not come from the server.
  const address = `${serverUrl}${PAGE_PATH}`;
  await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: PAGE_HTML }));
  await page.goto(address);
  const reloads = watchOver(page, participantId);
  await page.addScriptTag({ content: script });
  if (reloads.length > 0) throw new Error(`the page does not start: ${reloads.join(', ')}`);
  return {
    participantId,
    kind: 'page',
    call: (method, args) =>
      page.evaluate(
        ([name, command, given]) =>
          (window.probes[name][command as never] as (...all: readonly unknown[]) => Promise<unknown>)(...given),
        [probe, method, args] as const,
      ),
    reloads: () => reloads,
    close: () => context.close(),
  };
}

/** Collects, from now on, events that must never happen to a page in a meeting. */
function watchOver(page: Page, participantId: ParticipantId): readonly string[] {
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
