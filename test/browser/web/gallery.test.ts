import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { GalleryServer } from './GalleryServer.ts';

/** EVERROOM_SCREENSHOTS names a folder to keep a picture of every screen in. */
const pictures = process.env.EVERROOM_SCREENSHOTS;

const VIEWPORTS = {
  laptop: { width: 1280, height: 800, colorScheme: 'light' },
  phone: { width: 390, height: 844, colorScheme: 'dark' },
  sideways: { width: 844, height: 390, colorScheme: 'light' },
} as const;

type Prepare = (page: Page) => Promise<unknown>;
const ready: Prepare = async () => undefined;
const click =
  (name: string | RegExp): Prepare =>
  (page) =>
    page.getByRole('button', { name }).first().click();
const join: Prepare = async (page) => {
  await page.getByLabel('Your name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Join now' }).click();
};

const settingsDownTo =
  (text: string): Prepare =>
  async (page) => {
    await click('Settings')(page);
    await page
      .getByText(text)
      .first()
      .evaluate((element) => element.closest('section')?.scrollIntoView());
  };
const chooseAutomatic: Prepare = async (page) => {
  await settingsDownTo('Reencode video')(page);
  await page.getByLabel('Automatic, for many viewers').check();
  await page.getByLabel('Begins with more than').selectOption('50 viewers');
};
const endMeeting: Prepare = async (page) => {
  await click('Settings')(page);
  await click('End the meeting for everybody…')(page);
};
const menuOf =
  (name: string): Prepare =>
  async (page) => {
    await click(/^People/u)(page);
    await click(`Actions for ${name}`)(page);
  };

const isOn = (page: Page, number: number) => page.getByText(new RegExp(`${number} / \\d`, 'u')).waitFor();
/** By key, by button, and by a finger that moves to the right. */
const turnTwiceForwardOnceBack: Prepare = async (page) => {
  await isOn(page, 1);
  await page.keyboard.press('PageDown');
  await isOn(page, 2);
  await click('Next page')(page);
  await isOn(page, 3);
  await page.locator('.stage').evaluate((stage) => {
    const at = (clientX: number) => new Touch({ identifier: 1, target: stage, clientX, clientY: 100 });
    stage.dispatchEvent(new TouchEvent('touchstart', { touches: [at(100)] }));
    stage.dispatchEvent(new TouchEvent('touchend', { changedTouches: [at(250)] }));
  });
};

/** State → what to do to see it, and what must then be there. */
const SCREENS: Readonly<Record<string, readonly [prepare: Prepare, text: string | RegExp]>> = {
  landing: [ready, 'Meetings that keep going.'],
  'landing-failed': [click('New meeting'), 'The server does not answer.'],
  'landing-closed': [ready, 'Join one'],
  prejoin: [ready, 'Ready to join?'],
  'prejoin-denied': [ready, 'Your browser does not allow this page'],
  password: [join, 'This meeting has a password'],
  lobby: [join, 'Somebody will let you in soon'],
  denied: [join, 'You were not let in'],
  busy: [join, 'The server is busy recovering.'],
  'not-found': [ready, 'There is no such meeting'],
  full: [ready, 'This meeting is full'],
  'servers-full': [join, 'Every server is full at the moment'],
  'removed-before': [join, 'Ask to join again'],
  'network-full': [join, 'Too many people from your network are here'],
  uninvited: [ready, 'This meeting is by invitation only'],
  handed: [ready, 'Continue as Grace Hopper?'],
  left: [ready, 'You left the meeting'],
  removed: [ready, 'A host removed you'],
  closed: [ready, 'The meeting has ended'],
  alone: [ready, 'You are the only one here'],
  two: [ready, 'Grace Hopper'],
  five: [ready, 'Konrad Zuse'],
  twelve: [ready, 'Konrad Zuse'],
  forty: [ready, /1 \/ \d/u],
  'forty-turned': [turnTwiceForwardOnceBack, /2 \/ \d/u],
  'forty-screen': [ready, /1 \/ 4/u],
  'self-muted': [ready, 'Ada Lovelace (you)'],
  chat: [click('Chat'), 'Grace Hopper is writing…'],
  people: [click(/^People/u), 'Waiting to be let in'],
  banned: [click(/^People/u), 'Also this device and the network until'],
  'people-menu': [menuOf('Radia Perlman'), 'Allow to speak'],
  grants: [settingsDownTo('Everybody may'), 'Otherwise people only read.'],
  'grants-none': [settingsDownTo('Everybody may'), 'Otherwise only hosts are heard.'],
  'not-granted': [click('Chat'), 'A host has not allowed you to write.'],
  'name-fixed': [settingsDownTo('Your name comes with'), 'Your name comes with your invitation.'],
  verified: [ready, 'Name verified:'],
  settings: [click('Settings'), 'Lock the meeting'],
  ending: [endMeeting, 'Everybody leaves, and nobody can come back.'],
  screen: [ready, 'Grace Hopper’s screen'],
  sharing: [ready, 'You are sharing your screen'],
  reconnecting: [ready, 'Reconnecting…'],
  'media-blocked': [ready, 'UDP and TCP to 192.0.2.1:40000 and'],
  'media-blocked-alone': [ready, 'and the relay turn.example.org:443 does not help'],
  picture: [click('Chat'), 'Good morning 👋'],
  'reencoding-off': [settingsDownTo('Reencode video'), 'No reencoder runs: start one'],
  'reencoding-chosen': [chooseAutomatic, 'Waits for more viewers: a video has 4 now.'],
  'reencoding-waiting': [settingsDownTo('Reencode video'), 'Waits for more viewers: a video has 4 now.'],
  'reencoding-missing': [settingsDownTo('Reencode video'), 'Your choice is kept: it takes effect by itself.'],
  'reencoding-menu-missing': [menuOf('Grace Hopper'), 'Reencode the camera · not possible now'],
  'standby-ready': [settingsDownTo('Keep a second server'), 'Your second place is ready.'],
  'standby-missing': [settingsDownTo('Keep a second server'), 'No second server is there now.'],
  'reencoding-on': [settingsDownTo('Reencode video'), '3 videos are reencoded now.'],
  'reencoding-people': [click(/^People/u), 'Reencoded'],
  'reencoding-menu': [menuOf('Grace Hopper'), 'Reencode the screen · reencoded now'],
  'reencoding-others': [click(/^People/u), 'Grace Hopper'],
  knock: [ready, 'wants to join'],
};

let gallery: GalleryServer;
let browser: Browser;

beforeAll(async () => {
  gallery = await GalleryServer.start();
  browser = await launchChromium();
  if (pictures !== undefined) await mkdir(pictures, { recursive: true });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await gallery?.stop();
});

describe.each(Object.entries(VIEWPORTS))('on a %s', (device, { colorScheme, ...viewport }) => {
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    const context = await browser.newContext({ viewport, hasTouch: device !== 'laptop', colorScheme });
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
  });

  afterAll(() => page?.context().close());

  it.each(Object.entries(SCREENS))('the screen %s is whole', async (state, [prepare, text]) => {
    problems.length = 0;
    await page.goto(gallery.urlOf(state));
    await prepare(page);
    await page.getByText(text).filter({ visible: true }).first().waitFor();
    if (pictures !== undefined) {
      await page.waitForFunction(videosShow);
      await page.screenshot({ path: path.join(pictures, `${state}-${device}.png`) });
    }
    expect(problems).toEqual([]);
    expect(await page.evaluate(overflow)).toEqual([]);
  });
});

/** Returns true if every video has its first picture. */
function videosShow(): boolean {
  return [...document.querySelectorAll('video')].every(({ readyState }) => readyState >= 2);
}

/** Returns what sticks out of the window at the sides, and controls that cannot be reached or have no name. */
function overflow(): string[] {
  const found: string[] = [];
  if (document.documentElement.scrollWidth > innerWidth)
    found.push(`page is ${document.documentElement.scrollWidth} wide`);
  for (const control of document.querySelectorAll<HTMLElement>('button, input, select, textarea, [role^="menuitem"]')) {
    if (!control.checkVisibility()) continue;
    const { left, right, width, height } = control.getBoundingClientRect();
    const name = control.getAttribute('aria-label') ?? control.textContent.trim();
    const scrolls = control.closest('.filmstrip') !== null;
    if (!scrolls && (left < 0 || right > innerWidth + 1))
      found.push(`${name || control.tagName} from ${left} to ${right}`);
    if (width < 14 || height < 14) found.push(`${name || control.tagName} is ${width} × ${height}`);
    if (control instanceof HTMLButtonElement && name === '')
      found.push(`a button without a name: ${control.outerHTML}`);
  }
  return found;
}
