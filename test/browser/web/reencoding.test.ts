import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { supervisorState } from '../../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { MeetingPage } from './MeetingPage.ts';

/** To load a reencoder takes a core for two seconds, which pages in software need too. */
const PATIENCE_MS = 60_000;

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

/** Returns the reencoder at work, once another one stands by. */
async function sidecarAtWork(): Promise<number> {
  let pid: number | null = null;
  await waitUntil(async () => {
    const state = await supervisorState(deployment);
    pid = state.sidecarPid;
    return (pid !== null && state.sidecarStandbyPid !== null) || `no two reencoders run: ${JSON.stringify(state)}`;
  }, PATIENCE_MS);
  return pid ?? 0;
}

/** Returns how often a reencoder took up a track. */
async function attachments(): Promise<number> {
  const response = await fetch(`${deployment.url}/metrics`, {
    headers: { authorization: `Bearer ${deployment.apiSecret}` },
  });
  return Number(/^everroom_reencoding_attachments_total (\d+)$/mu.exec(await response.text())?.[1]);
}

it('a host has a video reencoded and sees it, and nobody notices when the reencoder is killed', {
  timeout: 4 * PATIENCE_MS,
}, async () => {
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
  await mark.waitFor({ timeout: PATIENCE_MS });
  await ada.sees('Bob');
  expect(await bob.page.getByText(/reencod/iu).count()).toBe(0);

  const killed = await sidecarAtWork();
  const before = await attachments();
  process.kill(killed, 'SIGKILL');
  await ada.sees('Bob', 2_000);
  await waitUntil(async () => {
    if ((await attachments()) > before) return true;
    const state = JSON.stringify(await supervisorState(deployment));
    return `no reencoder took it up again after ${killed}; ${state}\n${await deployment.logTail()}`;
  }, PATIENCE_MS);
  await mark.waitFor({ timeout: PATIENCE_MS });
  await ada.sees('Bob');

  await ada.button('Actions for Bob').click();
  await ada.page
    .getByRole('group', { name: /^Reencode the camera/u })
    .getByText('Never')
    .click();
  await mark.waitFor({ state: 'detached' });
  await ada.sees('Bob');
});
