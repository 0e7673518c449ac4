import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import type { Browser as FirefoxBrowser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { launchFirefox } from '../../../ops/kit/clients/page/firefox.ts';
import { supervisorState } from '../../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { signalProcess } from '../../support/signalProcess.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { MeetingPage } from './MeetingPage.ts';

/** One person at the meeting page in Firefox and one in Chromium: what each control does for the other. */
let deployment: PrivateDeployment;
let chromium: Browser;
let firefox: FirefoxBrowser;
let folder: string;
let ada: MeetingPage;
let fay: Page;
const problems: string[] = [];

/** Firefox reports as errors that the page forbids what this test runs in it, and that a killed server is gone. */
function note(problem: string): void {
  if (!/blocked a JavaScript eval|\bwss?:\/\//u.test(problem)) problems.push(problem);
}

async function press(name: string, role = 'button'): Promise<void> {
  await (await fay.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`, { visible: true }))?.click();
}

async function pressText(words: string): Promise<void> {
  await (await text(words))?.click();
}

function text(words: string) {
  return fay.waitForSelector(`::-p-text(${words})`, { visible: true });
}

async function type(label: string, words: string): Promise<void> {
  await (await fay.waitForSelector(`::-p-aria(${label})`))?.type(words);
}

beforeAll(async () => {
  [deployment, chromium, firefox, folder] = await Promise.all([
    PrivateDeployment.start({ workers: 1, settings: { OPEN_ROOM_CREATION: 'yes' } }),
    launchChromium(),
    launchFirefox(),
    mkdtemp(path.join(tmpdir(), 'everroom-firefox-')),
  ]);
  ada = await MeetingPage.open(chromium, deployment.url);
  await ada.button('New meeting').click();
  await ada.join('Ada');
  await ada.isIn();
  fay = await firefox.newPage({ type: 'window' });
  fay.setDefaultTimeout(60_000);
  fay.on('pageerror', (error) => note(error instanceof Error ? (error.stack ?? error.message) : `${error}`));
  fay.on('console', (message) => {
    if (message.type() === 'error') note(message.text());
  });
  await fay.evaluateOnNewDocument(paintScreen);
  await fay.goto(ada.page.url());
  await type('Your name', 'Fay');
  await press('Join now');
  await fay.waitForSelector('::-p-aria(Leave the meeting)');
});

afterAll(async () => {
  await firefox?.close();
  await chromium?.close();
  await deployment?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Waits until pictures of that person move at the page in Firefox, which counts none of a stream. */
async function faySees(name: string): Promise<void> {
  await waitUntil(async () => (await fay.evaluate(nextPictures, name)) || `${name} stands still in Firefox`);
}

function nextPictures(name: string): Promise<boolean> {
  const video = document.querySelector(`article[aria-label="${name}"] video`);
  if (!(video instanceof HTMLVideoElement)) return Promise.resolve(false);
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), 5_000);
    let pictures = 0;
    const onPicture = () => {
      pictures += 1;
      if (pictures > 2) resolve(true);
      else video.requestVideoFrameCallback(onPicture);
    };
    video.requestVideoFrameCallback(onPicture);
  });
}

/** Without a display Firefox has no screen to capture: a picture that changes takes its place. */
function paintScreen(): void {
  // The empty page before the meeting may use no devices.
  if (!isSecureContext) return;
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    let painted = 0;
    const timer = setInterval(() => {
      painted += 1;
      context?.fillRect(painted % canvas.width, 0, 1, canvas.height);
      if (stream.getTracks().every(({ readyState }) => readyState === 'ended')) clearInterval(timer);
    }, 100);
    const stream = canvas.captureStream();
    return stream;
  };
}

/** Whether the tile of that name is gone, or no longer has this text. */
function isNotShown(tile: string, text: string): boolean {
  return document.querySelector(`article[aria-label="${tile}"]`)?.textContent.includes(text) !== true;
}

async function seeAndHearEachOther(): Promise<void> {
  await Promise.all([ada.sees('Fay'), faySees('Ada'), ada.hears()]);
}

it('people with Firefox and Chromium see and hear each other, muted and not', async () => {
  await seeAndHearEachOther();
  await press('Turn microphone off');
  await ada.tile('Fay').getByText('Microphone off').waitFor({ state: 'attached' });
  await ada.stopsHearing();
  await press('Turn microphone on');
  await ada.hears();
  await ada.button('Turn microphone off').click();
  await fay.waitForSelector('article[aria-label="Ada"] ::-p-text(Microphone off)');
  await ada.button('Turn microphone on').click();
  await fay.waitForFunction(isNotShown, {}, 'Ada', 'Microphone off');
  await press('Turn camera off');
  await ada.tile('Fay').locator('video').waitFor({ state: 'detached' });
  await press('Turn camera on');
  await ada.sees('Fay');

  const resume = await ada.stopsSending('video');
  await text('No picture at the moment');
  await resume();
  await faySees('Ada');
});

it('they write to each other, change what they wrote, share a file, raise hands and react', async () => {
  await ada.button('Chat').click();
  await ada.page.keyboard.type('Hello from Chromium');
  await ada.page.keyboard.press('Enter');
  await press('Chat, 1 new');
  await text('Hello from Chromium');
  await type('Write a message', 'Hello from Firefox');
  await press('Send message');
  await ada.page.getByText('Hello from Firefox', { exact: true }).waitFor();
  await (await text('Hello from Firefox'))?.hover();
  await press('Edit message');
  await press('Edit message', 'textbox');
  await fay.keyboard.press('End');
  await fay.keyboard.type(', again');
  await fay.keyboard.press('Enter');
  await ada.page.getByText('Hello from Firefox, again').waitFor();

  const file = path.join(folder, 'plan.txt');
  await writeFile(file, 'what we do on Monday');
  const input = await fay.$('input[type=file]');
  await input?.uploadFile(file);
  const [download] = await Promise.all([
    ada.page.waitForEvent('download'),
    ada.page.locator('button[aria-label^="Save plan.txt "]').click(),
  ]);
  expect(await readFile(await download.path(), 'utf8')).toBe('what we do on Monday');

  await press('Raise your hand');
  await ada.tile('Fay').getByText('Hand raised').waitFor({ state: 'attached' });
  await press('Lower your hand');
  await ada.tile('Fay').getByText('Hand raised').waitFor({ state: 'detached' });

  await press('React');
  await Promise.all([ada.tile('Fay').getByText('👏').waitFor(), press('React with 👏')]);
  await fay.keyboard.press('Escape');
  await ada.button('React').click();
  await Promise.all([
    fay.waitForSelector('article[aria-label="Ada"] ::-p-text(🎉)'),
    ada.button('React with 🎉').click(),
  ]);
  await ada.page.keyboard.press('Escape');
});

it('a poll is asked and answered, and both write into the notes', async () => {
  await ada.button('Polls').click();
  await ada.button('New poll').click();
  await ada.page.getByLabel('Question').fill('Which browser?');
  await ada.page.getByLabel('Option 1').fill('The fox');
  await ada.page.getByLabel('Option 2').fill('The other');
  await ada.page.getByRole('switch', { name: 'Show results at once' }).check();
  await ada.button('Ask').click();
  await press('Vote');
  await pressText('The fox');
  await ada.page.getByText('1 vote · Anonymous').waitFor();

  await ada.button('Notes').click();
  const notes = ada.page.getByRole('textbox', { name: 'Notes' });
  await notes.fill('Written in Chromium. ');
  await press('Notes');
  await waitUntil(async () => (await notesOfFay()).startsWith('Written in Chromium. ') || 'the notes do not come');
  await press('Notes', 'textbox');
  await fay.keyboard.press('End');
  await fay.keyboard.type('And in Firefox.');
  await waitUntil(async () => {
    const written = await notes.inputValue();
    return written === 'Written in Chromium. And in Firefox.' || `the notes say: ${written}`;
  });
});

it('each sees the screen that the other shares, until it is no longer shared', async () => {
  await ada.button('Share your screen').click();
  await faySees('Ada’s screen');
  await ada.button('Stop sharing').click();
  await fay.waitForFunction(isNotShown, {}, 'Ada’s screen', '');
  await press('Share your screen');
  await ada.sees('Fay’s screen');
  await press('Stop sharing');
  await ada.tile('Fay’s screen').waitFor({ state: 'detached' });
  await seeAndHearEachOther();
});

it('a reload in Firefox goes straight back in as the same person, muted as before', async () => {
  await press('Turn microphone off');
  await ada.tile('Fay').getByText('Microphone off').waitFor({ state: 'attached' });
  await fay.reload();
  await fay.waitForSelector('::-p-aria([name="Turn microphone on"][role="button"])');
  await Promise.all([ada.sees('Fay'), faySees('Ada')]);
  expect(await ada.page.getByRole('article').count()).toBe(2);
  await ada.tile('Fay').getByText('Microphone off').waitFor({ state: 'attached' });
  await press('Turn microphone on');
  await ada.hears();
});

it('a background is blurred, and the meeting is recorded, in Firefox too', async () => {
  await press('Settings');
  await pressText('Blur my background');
  await ada.sees('Fay');
  await pressText('Record the meeting');
  await ada.page.getByText('Fay is recording').first().waitFor();
  await faySees('Ada');
  await press('End the recording');
  await text('Your recording is kept on this device.');
  await pressText('Later');
});

it('a killed server is a pause: nobody leaves, and nothing is asked', async () => {
  await seeAndHearEachOther();
  await fay.evaluate(() => document.documentElement.setAttribute('data-same', ''));
  ada.expectLossOfServer();
  const { serverPid } = await supervisorState(deployment);
  signalProcess(serverPid, 'SIGKILL');
  await waitUntil(async () => (await supervisorState(deployment)).serverPid !== serverPid || 'no other server');
  await seeAndHearEachOther();
  expect(await fay.$$('html[data-same]')).toHaveLength(1);
  expect(problems).toEqual([]);
  expect(ada.problems).toEqual([]);
});

function notesOfFay(): Promise<string> {
  return fay.evaluate(() => document.querySelector<HTMLTextAreaElement>('textarea[aria-label="Notes"]')?.value ?? '');
}
