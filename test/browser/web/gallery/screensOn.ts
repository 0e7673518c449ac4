import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from '../../../../ops/kit/clients/page/chromium.ts';
import { LANGUAGES } from '../../../../web/i18n/languages.ts';

/** EVERROOM_SCREENSHOTS names a folder to keep a picture of every screen in. */
const pictures = process.env.EVERROOM_SCREENSHOTS;
/**
 * `npm run gallery` shows each state in every language and every window. `npm test` shows it on a laptop and on a phone
 * that is turned, with the longest texts of all languages.
 */
const isWhole = process.env.EVERROOM_GALLERY === 'whole' || pictures !== undefined;

const VIEWPORTS = {
  laptop: { width: 1440, height: 900, colorScheme: 'light' },
  phone: { width: 390, height: 844, colorScheme: 'dark' },
  sideways: { width: 844, height: 390, colorScheme: 'light' },
} as const;

type Device = keyof typeof VIEWPORTS;

/** A laptop of 1280 × 800 that shows everything in twice the size, and a tablet. */
const OTHER_WIDTHS = [
  { width: 640, height: 400 },
  { width: 820, height: 1180 },
];
const OTHER_LANGUAGES = Object.keys(LANGUAGES).filter((language) => language !== 'en');

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
/** Narrow screens have it in the settings. */
const openMicrophoneMenu: Prepare = async (page) => {
  const menu = page.getByRole('button', { name: 'Microphone and speaker' });
  await ((await menu.isVisible()) ? menu.click() : click('Settings')(page));
};
/** Once the meeting listens to keys. */
const openHelp: Prepare = async (page) => {
  await page.getByRole('button', { name: 'Leave' }).waitFor();
  await page.keyboard.press('?');
};
const endMeeting: Prepare = async (page) => {
  await click('Settings')(page);
  await click('End the meeting for everybody…')(page);
};
/** Small screens have it in a menu. */
const clickInHeader =
  (name: string): Prepare =>
  async (page) => {
    const more = page.getByRole('button', { name: 'More', exact: true });
    const button = page.getByRole('button', { name, exact: true });
    await more.or(button).first().waitFor();
    if (await button.isVisible()) return button.click();
    await more.click();
    return page.getByRole('menuitem', { name }).click();
  };
/** The button is there, and its name says why it does nothing. */
const filesAreOff: Prepare = async (page) => {
  await click('Chat')(page);
  await page.getByRole('button', { name: 'A host has switched files off.', disabled: true }).waitFor();
};
/** Its name says what may be chosen. */
const someFiles: Prepare = async (page) => {
  await click('Chat')(page);
  await page.getByRole('button', { name: 'only: pictures, PDF, text' }).waitFor();
};
const searchChat: Prepare = async (page) => {
  await click('Chat')(page);
  await click('Search messages')(page);
  await page.getByRole('searchbox', { name: 'Search messages' }).fill('NEXT');
};
const newPoll: Prepare = async (page) => {
  await clickInHeader('Polls')(page);
  await click('New poll')(page);
};
const menuOf =
  (name: string): Prepare =>
  async (page) => {
    await click(/^People/u)(page);
    await click(`Actions for ${name}`)(page);
  };

const openTileMenu =
  (title: string): Prepare =>
  (page) =>
    page.getByRole('button', { name: `More about ${title}`, exact: true }).click();

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

const openBreakouts: Prepare = async (page) => {
  await click(/^People/u)(page);
  await click('Breakout rooms')(page);
};

/** State → what to do to see it, and what must then be there. */
const SCREENS: Readonly<Record<string, readonly [prepare: Prepare, text: string | RegExp]>> = {
  landing: [ready, 'Meetings that keep going.'],
  'landing-recording': [ready, 'You have a recording of'],
  'left-recording': [ready, 'You have a recording of'],
  recording: [ready, '12:3'],
  'recording-others': [click(/^People/u), 'Grace Hopper'],
  'recording-kept': [ready, 'Your recording is kept on this device.'],
  'recording-settings': [settingsDownTo('Record the meeting'), 'Everybody sees that you record.'],
  'recording-forbidden': [settingsDownTo('Record the meeting'), 'A host does not allow recordings'],
  'connection-test': [click('Start the test'), 'Test again'],
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
  'guests-refused': [ready, 'Sign in, or ask whoever runs it'],
  'prejoin-guest': [ready, 'You join as a guest.'],
  'prejoin-signed-in': [ready, 'Signed in as Grace Hopper'],
  'sign-in-failed': [ready, 'Signing in did not work'],
  'landing-sign-in': [ready, 'Whoever starts a meeting here signs in first.'],
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
  'forty-screen': [ready, /1 \/ \d/u],
  'self-muted': [ready, 'Ada Lovelace (you)'],
  chat: [click('Chat'), 'Grace Hopper is writing…'],
  'chat-search': [searchChat, 'Message 2 of 2 found'],
  files: [click('Chat'), 'Waits for the connection'],
  'files-some': [someFiles, 'Waits for the connection'],
  'files-off': [filesAreOff, 'Waits for the connection'],
  people: [click(/^People/u), 'Waiting to be let in'],
  banned: [click(/^People/u), 'Also this device and the network until'],
  'people-menu': [menuOf('Radia Perlman'), 'Allow to speak'],
  grants: [settingsDownTo('Everybody may'), 'Otherwise people only read.'],
  'grants-none': [settingsDownTo('Everybody may'), 'Otherwise only hosts are heard.'],
  'not-granted': [click('Chat'), 'A host has not allowed you to write.'],
  'name-fixed': [settingsDownTo('Your name comes with'), 'Your name comes with your invitation.'],
  verified: [ready, 'Name verified:'],
  settings: [click('Settings'), 'Lock the meeting'],
  alerts: [settingsDownTo('Sounds and notices'), 'A message comes while the chat is closed'],
  notes: [clickInHeader('Notes'), 'Everybody sees what is written here'],
  polls: [clickInHeader('Polls'), 'Tea or coffee?'],
  'poll-new': [newPoll, 'Option 2'],
  'poll-asked': [ready, 'When do we meet next?'],
  breakouts: [openBreakouts, 'on the way'],
  'breakout-new': [openBreakouts, 'Number of rooms'],
  'breakout-inside': [ready, 'Back to the main room'],
  'breakout-waiting': [ready, 'A host will assign you to one.'],
  'for-all': [settingsDownTo('Layout for everybody'), 'Everybody joins muted'],
  'unmute-asked': [ready, 'A host asks you to turn your microphone on'],
  ending: [endMeeting, 'Everybody leaves, and nobody can come back.'],
  screen: [ready, 'Grace Hopper’s screen'],
  sharing: [ready, 'You are sharing your screen'],
  help: [openHelp, 'Server changed'],
  'microphone-menu': [openMicrophoneMenu, 'Play test sound'],
  'talking-muted': [ready, 'You are talking, and your microphone is off.'],
  'silent-microphone': [ready, 'We hear nothing from your microphone.'],
  'noisy-microphone': [ready, 'It is loud around you.'],
  effects: [settingsDownTo('Blur my background'), 'This device is too slow for it.'],
  interrupted: [ready, 'Your camera is paused: something else uses it'],
  reconnecting: [ready, 'Reconnecting…'],
  'media-blocked': [ready, 'UDP and TCP to 192.0.2.1:40000 and'],
  'media-blocked-alone': [ready, 'and the relay turn.example.org:443 does not help'],
  picture: [click('Chat'), 'Good morning 👋'],
  'reencoding-off': [settingsDownTo('Reencode video'), 'No reencoder runs:'],
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
  presentation: [ready, 'Grace Hopper’s screen'],
  pins: [ready, 'Konrad Zuse'],
  'tile-menu': [openTileMenu('Grace Hopper'), 'Grace Hopper has a good connection.'],
  'screen-menu': [openTileMenu('Grace Hopper’s screen'), 'Stop watching'],
  declined: [ready, 'You stopped watching'],
  reactions: [click('React'), '🤔'],
  hands: [ready, 'Konrad Zuse'],
  'people-hands': [click(/^People/u), 'Hand up for 3 minutes'],
  absent: [ready, 'Reconnecting'],
  knock: [ready, 'wants to join'],
};

/** Looks at every screen on these devices, one after another, in one page: it goes from state to state. */
export function screensOn(...given: readonly Device[]): void {
  const devices = given.filter((device) => device !== 'sideways' || isWhole);
  const problems: string[] = [];
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
    if (pictures !== undefined) await mkdir(pictures, { recursive: true });
    const context = await browser.newContext({ hasTouch: !devices.includes('laptop'), reducedMotion: 'reduce' });
    await context.addInitScript(keepStill);
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(inject('gallery'), { timeout: 180_000 });
    await page.evaluate(axe.source);
    await page.evaluate(leaveOutLesserRules);
  });

  afterAll(() => browser?.close());

  for (const device of devices) {
    describe(device === 'sideways' ? 'on a phone on its side' : `on a ${device}`, () => looksAtEach(device));
  }

  function looksAtEach(device: Device): void {
    const { colorScheme, ...viewport } = VIEWPORTS[device];

    beforeAll(() => page.emulateMedia({ colorScheme }));

    it.each(Object.entries(SCREENS))('the screen %s is whole', async (state, [prepare, text]) => {
      await page.setViewportSize(viewport);
      await page.evaluate((name) => Reflect.get(window, 'show')(name), state);
      await prepare(page);
      await page.getByText(text).filter({ visible: true }).first().waitFor();
      if (pictures !== undefined) {
        await page.waitForFunction(videosShow);
        await page.screenshot({ path: path.join(pictures, `${state}-${device}.png`) });
      }
      await fits(page, device);
      if (device === 'laptop') await looksRightInOtherWindows(page);
      if (device === 'phone' && !isWhole) await survivesTurning(page);
      if (device === 'phone') await looksRightInOtherLanguages(page, state, device);
      expect(problems.splice(0)).toEqual([]);
    });
  }
}

async function looksRightInOtherWindows(page: Page): Promise<void> {
  expect(await page.evaluate(barriers, [])).toEqual([]);
  // A meeting is dark unless somebody chose otherwise.
  const other = (await page.locator('.meeting').count()) === 0 ? 'dark' : 'light';
  await page.evaluate((theme) => {
    document.documentElement.dataset.theme = theme;
  }, other);
  await page.evaluate(nextFrame);
  expect(await page.evaluate(barriers, ['color-contrast']), other).toEqual([]);
  for (const size of isWhole ? OTHER_WIDTHS : []) {
    await page.setViewportSize(size);
    await fits(page, `${size.width} × ${size.height}`);
  }
}

async function survivesTurning(page: Page): Promise<void> {
  for (const device of ['sideways', 'phone'] as const) {
    const { width, height } = VIEWPORTS[device];
    await page.setViewportSize({ width, height });
    await fits(page, `turned to ${device}`);
  }
}

async function looksRightInOtherLanguages(page: Page, state: string, device: string): Promise<void> {
  if (!isWhole) {
    await page.evaluate(() => Reflect.get(window, 'speakAtLength')());
    await fits(page, 'with the longest texts');
  }
  for (const language of isWhole ? OTHER_LANGUAGES : []) {
    await page.evaluate((chosen) => Reflect.get(window, 'speak')(chosen), language);
    await fits(page, language);
    if (pictures !== undefined)
      await page.screenshot({ path: path.join(pictures, `${state}-${device}-${language}.png`) });
  }
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl';
  });
  await fits(page, 'from right to left');
  if (pictures !== undefined) await page.screenshot({ path: path.join(pictures, `${state}-${device}-rtl.png`) });
}

/** The page fits once it has been laid out anew: the stage measures its place, and then puts its tiles. */
async function fits(page: Page, how: string): Promise<void> {
  await page.evaluate(nextFrame);
  await expect.poll(() => page.evaluate(overflow), { message: how, timeout: 60_000 }).toEqual([]);
}

/** Resolves once the page has been laid out with what was changed. */
function nextFrame(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

/** Colours and places are judged once they have arrived, so they arrive at once. No style element may say so here. */
function keepStill(): void {
  const still = new CSSStyleSheet();
  still.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important; }');
  document.adoptedStyleSheets.push(still);
}

/** Switches off the rules whose violations `barriers` does not report. */
function leaveOutLesserRules(): void {
  const axe = Reflect.get(window, 'axe');
  const lesser = axe._audit.rules.filter(
    ({ impact }: { impact: string }) => impact === 'minor' || impact === 'moderate',
  );
  axe.configure({ rules: lesser.map(({ id }: { id: string }) => ({ id, enabled: false })) });
}

/** Returns what keeps people with disabilities out, as axe finds it, as far as it is serious. Empty `rules`: all. */
async function barriers(rules: readonly string[]): Promise<string[]> {
  const { violations } = await Reflect.get(window, 'axe').run({
    resultTypes: ['violations'],
    // Only the rule on sound that plays by itself reads media files; here are none.
    preload: false,
    ...(rules.length > 0 && { runOnly: rules }),
    // A question keeps the focus to itself, so that nothing behind it takes it.
    ...(document.querySelector('[role="alertdialog"]') && { rules: { 'aria-hidden-focus': { enabled: false } } }),
  });
  return violations
    .filter(({ impact }: { impact: string }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }: { id: string; nodes: { html: string }[] }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    );
}

/** Returns true if every video has its first picture. */
function videosShow(): boolean {
  const videos = [...document.querySelectorAll('video')];
  return videos.every(({ readyState, offsetHeight }) => readyState >= 2 || offsetHeight === 0);
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
    if (left < 0 || right > innerWidth + 1) found.push(`${name || control.tagName} from ${left} to ${right}`);
    if (width < 14 || height < 14) found.push(`${name || control.tagName} is ${width} × ${height}`);
    if (control instanceof HTMLButtonElement && name === '')
      found.push(`a button without a name: ${control.outerHTML}`);
  }
  return found;
}
