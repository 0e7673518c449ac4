import type { Browser, CDPSession, Page } from 'playwright-core';
import type { Deployment } from '../../kit/deployment/Deployment.ts';
import { RoomApi } from '../../kit/RoomApi.ts';

/** A person at the page, in a meeting, with camera and microphone off: what the page costs is not hidden by codecs. */
export interface BenchPage {
  readonly page: Page;
  readonly devtools: CDPSession;
  readonly roomId: string;
  close(): Promise<void>;
}

export async function benchPage(browser: Browser, deployment: Deployment): Promise<BenchPage> {
  const { page, roomId, close } = await openPreJoin(browser, deployment);
  await page.getByRole('button', { name: 'Turn camera off' }).click();
  await page.getByRole('button', { name: 'Turn microphone off' }).click();
  await join(page);
  return { page, devtools: await page.context().newCDPSession(page), roomId, close };
}

/** Opens the way into a new meeting, in a browser context of its own; `prepare` sees the page before it loads. */
export async function openPreJoin(
  browser: Browser,
  deployment: Deployment,
  prepare: (page: Page) => Promise<void> = async () => undefined,
): Promise<Omit<BenchPage, 'devtools'>> {
  const api = new RoomApi(deployment);
  const roomId = await api.createRoom('Bench');
  const token = await api.joinToken(roomId, 'viewer');
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await prepare(page);
  await page.goto(`${deployment.url}/r/${roomId}#token=${token}`);
  const close = async () => {
    await context.close();
    await api.closeRoom(roomId);
  };
  return { page, roomId, close };
}

async function join(page: Page): Promise<void> {
  await page.getByLabel('Your name').fill('Viewer');
  await page.getByRole('button', { name: 'Join now' }).click();
  await page.getByRole('button', { name: 'Leave the meeting' }).waitFor();
}
