import type { Page } from 'playwright-core';
import { claimsOf } from '../../../client/claimsOf.ts';
import { waitUntilNothingMissing } from '../waitUntil.ts';
import { callProbe, type DrillBrowser } from './DrillBrowser.ts';
import type { ClientStatus, JoinOptions } from './DrillClient.ts';
import { bundlePage } from './page/bundle.ts';
import { launchDrillBrowser } from './page/chromium.ts';
import { MEETING_PICTURE } from './picture.ts';
import { watchOver } from './startChromium.ts';

const JOIN_LIMIT_MS = 60_000;
const VIEWPORT = { width: 1_280, height: 800 };

/**
 * Starts one Chromium whose pages are the meeting page itself, as the server ships it, each in its own browser context.
 * What a drill adds runs before the page's own program; the page goes in as a person does.
 */
export async function startMeetingPages(): Promise<DrillBrowser> {
  const [browser, script] = await Promise.all([launchDrillBrowser(MEETING_PICTURE), bundlePage('meeting')]);
  return {
    async openPage(participantId) {
      const context = await browser.newContext({
        permissions: ['camera', 'microphone'],
        viewport: VIEWPORT,
        locale: 'en',
      });
      await context.addInitScript(script);
      const page = await context.newPage();
      let reloads: readonly string[] = [];
      const call = (method: string, args: readonly unknown[]): Promise<unknown> =>
        page.evaluate(callProbe, ['drill', method, args] as const);
      return {
        participantId,
        kind: 'page',
        async call(method, args) {
          if (method !== 'join') return call(method, args);
          await enter(page, args[0] as JoinOptions);
          reloads = watchOver(page, participantId);
          const missing = async (): Promise<string | null> => {
            const { connected, microphone } = (await call('status', [])) as ClientStatus;
            if (!connected) return `${participantId} is not in the room`;
            return microphone ? null : `${participantId} has not published`;
          };
          await waitUntilNothingMissing('a meeting page does not get in', missing, JOIN_LIMIT_MS);
          return undefined;
        },
        reloads: () => reloads,
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}

/** Goes in by the link that an application gives to a person. */
async function enter(page: Page, { url, token, name }: JoinOptions): Promise<void> {
  page.setDefaultTimeout(JOIN_LIMIT_MS);
  const claims = claimsOf(token);
  if (!claims) throw new Error('this join token names no room');
  await page.goto(`${url}/r/${encodeURIComponent(claims.roomId)}#token=${token}`);
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join now', exact: true }).click();
  await page.waitForFunction(() => window.probes !== undefined);
}
