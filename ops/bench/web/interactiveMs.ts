import type { Browser } from 'playwright-core';
import type { Deployment } from '../../kit/deployment/Deployment.ts';
import { openPreJoin } from './benchPage.ts';

const SLOWED = 4;

/** Returns how long after the navigation a person can join and the page is at rest, on a slow CPU. */
export async function interactiveMs(browser: Browser, deployment: Deployment): Promise<number> {
  const { page, close } = await openPreJoin(browser, deployment, async (fresh) => {
    const devtools = await fresh.context().newCDPSession(fresh);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
    await fresh.addInitScript(() => {
      const usable = new Promise<number>((resolve) => {
        const look = new MutationObserver(() => {
          if (!document.querySelector('form button[type="submit"]')) return;
          look.disconnect();
          requestIdleCallback(() => resolve(performance.now()));
        });
        look.observe(document, { childList: true, subtree: true });
      });
      Object.assign(window, { usable });
    });
  });
  const ms: number = await page.evaluate(() => Reflect.get(window, 'usable'));
  await close();
  return ms;
}
