import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { supervisorState } from '../../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { MeetingPage } from './MeetingPage.ts';

let deployment: PrivateDeployment;
let browser: Browser;
let pages: MeetingPage[] = [];

beforeAll(async () => {
  [deployment, browser] = await Promise.all([
    PrivateDeployment.start({ workers: 1, settings: { OPEN_ROOM_CREATION: 'yes', REENCODER: 'auto' } }),
    launchChromium([], { framesPerSecond: 10 }),
  ]);
});

afterEach(async () => {
  const problems = pages.flatMap((page) => page.problems);
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
  expect(problems).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await deployment?.stop();
});

async function open(address: string): Promise<MeetingPage> {
  const page = await MeetingPage.open(browser, new URL(address, deployment.url).href);
  pages.push(page);
  return page;
}

async function sidecarPid(): Promise<number> {
  let pid: number | null | undefined;
  await waitUntil(async () => {
    pid = (await supervisorState(deployment)).sidecarPid;
    return typeof pid === 'number' || 'no reencoder runs';
  }, 20_000);
  return pid ?? 0;
}

/** Returns how often a reencoder took up a track. */
async function attachments(): Promise<number> {
  const response = await fetch(`${deployment.url}/metrics`, {
    headers: { authorization: `Bearer ${deployment.apiSecret}` },
  });
  return Number(/^everroom_reencoding_attachments_total (\d+)$/mu.exec(await response.text())?.[1]);
}

it('a host has a video reencoded and sees it, and nobody notices when the reencoder is killed', async () => {
  const ada = await open('/');
  await ada.button('New meeting').click();
  await ada.join('Ada');
  await ada.isIn();
  const bob = await open(ada.page.url());
  await bob.join('Bob');
  await ada.sees('Bob');

  await ada.button(/^People/u).click();
  await ada.button('Actions for Bob').click();
  await ada.page.getByRole('group', { name: 'Reencode the camera', exact: true }).getByText('Always').click();
  const mark = ada.page.getByRole('listitem').filter({ hasText: 'Bob' }).getByText('Reencoded', { exact: true });
  await mark.waitFor({ timeout: 30_000 });
  await ada.sees('Bob');
  expect(await bob.page.getByText(/reencod/iu).count()).toBe(0);

  process.kill(await sidecarPid(), 'SIGKILL');
  await ada.sees('Bob', 2_000);
  await waitUntil(async () => (await attachments()) === 2 || 'no reencoder took it up again', 20_000);
  await mark.waitFor({ timeout: 30_000 });
  await ada.sees('Bob');

  await ada.button('Actions for Bob').click();
  await ada.page
    .getByRole('group', { name: /^Reencode the camera/u })
    .getByText('Never')
    .click();
  await mark.waitFor({ state: 'detached' });
  await ada.sees('Bob');
});
