import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { waitUntil } from '../../support/waitUntil.ts';

/** Answered by the test; browsers trust names below localhost as they trust https. */
const SITE = 'http://intranet.localhost';
const STRANGER = 'http://stranger.localhost';

let deployment: PrivateDeployment;
let browser: Browser;

beforeAll(async () => {
  [deployment, browser] = await Promise.all([
    PrivateDeployment.start({ workers: 1, settings: { OPEN_ROOM_CREATION: 'yes', FRAME_ANCESTORS: SITE } }),
    // The sites come from the test itself, so Chromium takes them for foreign to this machine.
    launchChromium(['--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets'], {
      framesPerSecond: 10,
    }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await deployment?.stop();
});

/** Opens a site that shows the page in a frame and keeps what the frame says. */
async function openSite(origin: string): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  const address = new URL('/', deployment.url).href;
  const html = `<iframe src="${address}" allow="camera; microphone; autoplay" style="width:1000px;height:700px"></iframe>`;
  await page.route(`${origin}/`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.addInitScript(() => {
    if (window.parent !== window) return;
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    addEventListener('message', ({ data }) => heard.push(data));
  });
  await page.goto(`${origin}/`);
  return page;
}

async function heardBy(page: Page): Promise<readonly Record<string, unknown>[]> {
  return page.evaluate(() => Reflect.get(window, 'heard'));
}

async function hears(page: Page, wanted: Readonly<Record<string, unknown>>): Promise<void> {
  await waitUntil(async () => {
    const heard = await heardBy(page);
    const found = heard.some((message) => Object.entries(wanted).every(([name, value]) => message[name] === value));
    return found || `no ${JSON.stringify(wanted)} among ${JSON.stringify(heard)}`;
  });
}

function say(page: Page, message: Readonly<Record<string, unknown>>): Promise<void> {
  return page.evaluate((said) => {
    const frame = document.querySelector('iframe')?.contentWindow;
    frame?.postMessage({ everroom: 1, ...said }, '*');
  }, message);
}

function meetingIn(page: Page): Frame {
  const frame = page.frames().find((candidate) => candidate !== page.mainFrame());
  if (!frame) throw new Error('the site shows no frame');
  return frame;
}

it('a site that the operator names shows the meeting, hears what happens and steers it', async () => {
  const page = await openSite(SITE);
  await hears(page, { everroom: 1, event: 'ready' });
  const meeting = meetingIn(page);
  await meeting.getByRole('button', { name: 'New meeting' }).click();
  await meeting.getByLabel('Your name').fill('Ada');
  await meeting.getByRole('button', { name: 'Join now' }).click();
  await hears(page, { event: 'joined', name: 'Ada' });

  await hears(page, { event: 'microphoneChanged', on: true });
  await say(page, { id: 1, command: 'setMicrophone', on: false });
  await hears(page, { id: 1, ok: true });
  await hears(page, { event: 'microphoneChanged', on: false });
  await meeting.getByRole('button', { name: 'Turn microphone on', exact: true }).waitFor();
  await say(page, { id: 2, command: 'setDisplayName', name: 'Ada King' });
  await hears(page, { event: 'nameChanged', name: 'Ada King' });
  await say(page, { id: 3, command: 'setCamera' });
  await hears(page, { id: 3, ok: false, error: 'INVALID' });

  // Another frame of the same site is not the site: nothing happens, and the next command of the site is obeyed.
  await page.evaluate(() => {
    const other = document.createElement('iframe');
    document.body.append(other);
    const script = 'parent.frames[0].postMessage({ everroom: 1, id: 4, command: "hangup" }, "*")';
    other.contentWindow?.setTimeout(script);
  });
  await say(page, { id: 5, command: 'setHand', on: true });
  await hears(page, { id: 5, ok: true });
  expect((await heardBy(page)).some(({ id }) => id === 4)).toBe(false);

  await say(page, { id: 6, command: 'hangup' });
  await hears(page, { event: 'left', reason: 'left' });
  await meeting.getByText('You left the meeting').waitFor();
  await page.close();
});

it('no other site can show the page', async () => {
  const page = await openSite(STRANGER);
  await waitUntil(() => meetingIn(page).url().startsWith('chrome-error:') || meetingIn(page).url());
  expect(await heardBy(page)).toEqual([]);
  await page.close();
});
