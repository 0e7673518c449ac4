import type { Page } from 'playwright-core';
import type { Cleanup } from '../../kit/cleanup.ts';
import { launchThrottlingChromium } from '../../kit/clients/page/chromium.ts';
import type { Deployment } from '../../kit/deployment/Deployment.ts';
import { childrenOf, descendantsOf } from '../../kit/deployment/processes.ts';
import { RoomApi } from '../../kit/RoomApi.ts';
import { waitUntilNothingMissing } from '../../kit/waitUntil.ts';
import type { BenchPage } from './benchPage.ts';

const ROUNDS = 5;
const LIMIT_MS = 60_000;

/** How long others looked at somebody as if nothing were wrong, in ms for each round. */
export interface Noticed {
  /** Their camera gave nothing any more. */
  readonly pausedMs: readonly number[];
  /** Nothing came from their device any more, and its connections stayed open: the network was gone. */
  readonly absentMs: readonly number[];
}

/**
 * Has somebody come to the page's meeting, stops their camera and then their whole browser, by signals. Each round has
 * another person: a receiver that has seen a standstill keeps more in stock, and shows it during the next one.
 */
export async function noticed(watcher: BenchPage, deployment: Deployment, cleanup: Cleanup): Promise<Noticed> {
  const browser = await launchThrottlingChromium();
  cleanup.add(() => browser.close());
  const pid = browser.process()?.pid;
  if (pid === undefined) throw new Error('the browser has no process');
  const api = new RoomApi(deployment);
  const pausedMs: number[] = [];
  const absentMs: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const name = `Ada ${round}`;
    const token = await api.joinToken(watcher.roomId, `ada-${round}`, 'member', name);
    const page = await browser.newPage();
    page.setDefaultTimeout(LIMIT_MS);
    await page.goto(`${deployment.url}/r/${watcher.roomId}#token=${token}`);
    await page.locator('::-p-aria(Your name)').fill(name);
    await page.locator('::-p-aria(Join now)').click();
    await untilPicturesCome(watcher.page, name);
    const [camera] = childrenOf(pid, 'VideoCapture');
    if (camera === undefined) throw new Error('the browser has no process for its camera');
    pausedMs.push(await timeOf(watcher.page, name, 'Camera paused', [camera]));
    absentMs.push(await timeOf(watcher.page, name, 'Reconnecting', [pid, ...descendantsOf(pid)]));
    await page.close();
  }
  await browser.close();
  return { pausedMs, absentMs };
}

/** Stops the processes until the page says so, and until it says so no more. */
async function timeOf(page: Page, name: string, words: string, pids: readonly number[]): Promise<number> {
  const saysAt = page.evaluate(whenTileSays, [name, words, LIMIT_MS] as const);
  const stoppedAt = Date.now();
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    return (await saysAt) - stoppedAt;
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    await page.getByRole('article', { name }).getByText(words).first().waitFor({ state: 'detached' });
    await untilPicturesCome(page, name);
  }
}

/** Resolves with the time at which somebody's tile has these words. */
function whenTileSays([name, words, limitMs]: readonly [string, string, number]): Promise<number> {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`the tile does not say ${words}`)), limitMs);
    const look = () => {
      const tile = document.querySelector(`article[aria-label="${name}"]`);
      if (!tile?.textContent.includes(words)) return;
      observer.disconnect();
      resolve(Date.now());
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, characterData: true });
    look();
  });
}

async function untilPicturesCome(page: Page, name: string): Promise<void> {
  const frames = () =>
    page
      .getByRole('article', { name })
      .locator('video')
      .evaluate((video) => (video instanceof HTMLVideoElement ? video.getVideoPlaybackQuality().totalVideoFrames : 0))
      .catch(() => 0);
  const before = await frames();
  const missing = async () => ((await frames()) > before ? null : `pictures of ${name} (${before} so far)`);
  await waitUntilNothingMissing('the person comes', missing, LIMIT_MS);
}
