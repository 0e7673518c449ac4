import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import type { Page, Browser as ThrottlingBrowser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium, launchThrottlingChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { supervisorState } from '../../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { signalProcess } from '../../support/signalProcess.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { keepConnections, MeetingPage } from './MeetingPage.ts';

let deployment: PrivateDeployment;
let browser: Browser;
let phone: ThrottlingBrowser;

beforeAll(async () => {
  [deployment, browser, phone] = await Promise.all([
    PrivateDeployment.start({ workers: 1, settings: { OPEN_ROOM_CREATION: 'yes' } }),
    launchChromium(),
    launchThrottlingChromium(),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await phone?.close();
  await deployment?.stop();
});

/** Returns the process that gives this browser its camera's pictures. */
function cameraProcess(): number {
  const processes = execFileSync('ps', ['-eo', 'pid=,ppid=,args=']).toString().split('\n');
  const own = processes
    .map((line) => line.trim().split(/\s+/u))
    .find(([, parent, ...args]) => Number(parent) === phone.process()?.pid && args.join(' ').includes('VideoCapture'));
  if (!own) throw new Error('the browser has no process for its camera');
  return Number(own[0]);
}

async function join(page: Page, name: string): Promise<void> {
  await page.locator('::-p-aria(Your name)').fill(name);
  await page.locator('::-p-aria(Join now)').click();
  await page.locator('::-p-aria(Leave the meeting)').wait();
}

/** Returns how many pictures came, and how long ago the last of them came (ms). */
function picturesOf(page: Page): () => Promise<{ count: number; agoMs: number }> {
  let count = 0;
  let at = performance.now();
  return async () => {
    const now = await page.evaluate(async () => {
      const reports = await Promise.all(window.connectionsOfTest.map((connection) => connection.getStats()));
      const all = reports.flatMap((report) => [...report.values()]);
      return all.reduce((sum, { type, kind, framesReceived }) => {
        return type === 'inbound-rtp' && kind === 'video' ? sum + framesReceived : sum;
      }, 0);
    });
    if (now > count) [count, at] = [now, performance.now()];
    return { count, agoMs: performance.now() - at };
  };
}

it('a hidden page asks for no pictures, and others see at once when its camera gives nothing; both come back', async () => {
  const ada = await MeetingPage.open(browser, deployment.url);
  await ada.button('New meeting').click();
  await ada.join('Ada');
  await ada.isIn();
  const bob = await phone.newPage();
  await bob.evaluateOnNewDocument(keepConnections);
  await bob.goto(ada.page.url());
  await join(bob, 'Bob');
  await ada.sees('Bob');

  const other = await phone.newPage();
  await other.bringToFront();
  expect(await bob.evaluate(() => document.visibilityState)).toBe('hidden');
  await ada.sees('Bob');
  const paused = ada.tile('Bob').getByText('Camera paused');
  expect(await paused.count()).toBe(0);

  const camera = cameraProcess();
  process.kill(camera, 'SIGSTOP');
  try {
    await paused.waitFor();
  } finally {
    process.kill(camera, 'SIGCONT');
  }
  await paused.waitFor({ state: 'detached' });
  await ada.sees('Bob');

  const pictures = picturesOf(bob);
  await waitUntil(async () => (await pictures()).agoMs > 1_000 || 'pictures of ada come to the hidden page');
  const { count } = await pictures();
  await bob.bringToFront();
  await waitUntil(async () => (await pictures()).count > count + 5 || 'no picture of ada comes back');
  expect(ada.problems).toEqual([]);
  await ada.close();
});

it('the page tells afterwards that the server changed, and how the connection is now', async () => {
  const ada = await MeetingPage.open(browser, deployment.url);
  await ada.button('New meeting').click();
  await ada.join('Ada');
  await ada.isIn();
  // Nobody sends what nobody watches.
  const bob = await MeetingPage.open(browser, ada.page.url());
  await bob.join('Bob');
  await bob.sees('Ada');
  await ada.button('Connected: show details').click();
  await ada.page.getByText('Nothing has interrupted this meeting for you.').waitFor();
  await ada.page.getByText(/^UDP · /u).waitFor();
  await ada.page
    .getByText(/^VP8 · \d+×\d+/u)
    .first()
    .waitFor();

  for (const page of [ada, bob]) page.expectLossOfServer();
  const { serverPid } = await supervisorState(deployment);
  signalProcess(serverPid, 'SIGKILL');
  await ada.page.getByText('Server changed').waitFor();
  await ada.page.getByText(/^\d+:\d+:\d+ (AM|PM), \d+ (ms|s)$/u).waitFor();
  await ada.page.keyboard.press('Escape');
  await ada.page.keyboard.press('?');
  await ada.page.getByText('Server changed').waitFor();
  await bob.sees('Ada');
  expect([...ada.problems, ...bob.problems]).toEqual([]);
  await Promise.all([ada.close(), bob.close()]);
});

it('the connection test tries every way, rehearses a change of the server, and gives a report', async () => {
  const page = await MeetingPage.open(browser, `${deployment.url}/test`);
  await page.button('Start the test').click();
  await page.button('Test again').waitFor({ timeout: 90_000 });
  const stateOf = (step: RegExp) => page.page.getByRole('listitem').filter({ hasText: step }).textContent();
  for (const step of [/^Server:/u, /over UDP:/u, /over TCP:/u, /^Camera and microphone:/u, /^Change of the server:/u]) {
    expect(await stateOf(step)).toContain(': passed');
  }
  const [download] = await Promise.all([
    page.page.waitForEvent('download'),
    page.button('Download the report').click(),
  ]);
  const report = JSON.parse(await readFile(await download.path(), 'utf8'));
  const change = report.results.find(({ step }: { step: string }) => step === 'change');
  expect(change).toMatchObject({ state: 'passed', longestGapMs: expect.any(Number) });
  expect(change.recoveredAfterMs.split(', ')).toHaveLength(2);
  expect(report.results.find(({ step }: { step: string }) => step === 'turn').state).toBe('skipped');
  expect(page.problems).toEqual([]);
  await page.close();
});
