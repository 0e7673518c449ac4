import type { Browser, Page } from 'playwright-core';
import type { ParticipantId } from '../../../core/room/state.ts';
import type { ClientHost, ProbeName } from './ClientHost.ts';
import { type DrillBrowser, PAGE_HTML, PAGE_PATH } from './DrillBrowser.ts';
import { bundlePage } from './page/bundle.ts';
import { launchDrillBrowser } from './page/chromium.ts';

/** One Chromium. Each page has a browser context of its own: browsers slow pages that share a window. */
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
  // Under the server's own address, without asking the server for it.
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

/** What must never happen to a page in a meeting, from now on. */
function watchOver(page: Page, participantId: ParticipantId): readonly string[] {
  const seen: string[] = [];
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) seen.push(`${participantId} was reloaded`);
  });
  page.on('crash', () => seen.push(`${participantId} crashed`));
  page.on('pageerror', (error) => seen.push(`${participantId}: ${error.message}`));
  page.on('websocket', (socket) => {
    // Then the SDK goes on with HTTP, and much slower: not what is to be measured. A server that is gone refuses otherwise.
    socket.on('socketerror', (error) => {
      if (error.includes('ERR_BLOCKED')) seen.push(`${participantId} may not open WebSockets: ${error}`);
    });
  });
  return seen;
}
