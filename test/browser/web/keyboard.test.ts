import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';

const problems: string[] = [];
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(inject('gallery'), { timeout: 180_000 });
});

afterEach(async () => {
  expect(problems.splice(0)).toEqual([]);
  expect(await page.locator('style').count()).toBe(0);
});

afterAll(() => browser?.close());

/** Shows a state of the gallery to somebody whose pointer is nowhere. */
async function show(state: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.evaluate((name) => Reflect.get(window, 'show')(name), state);
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const focused = () => page.locator(':focus');

/** Waits until the element that has the focus has this text or, without any, this name. */
async function focusIsAt(name: string): Promise<void> {
  const text = async () => (await focused().textContent())?.trim() || (await focused().getAttribute('aria-label'));
  await expect.poll(text, { timeout: 30_000 }).toBe(name);
}

async function openPeople(): Promise<void> {
  await show('reencoding-menu');
  await button('People').click();
  await button('Actions for Grace Hopper').waitFor();
}

it('a menu opens, is walked through and closes by the keyboard, and gives the focus back', async () => {
  await openPeople();
  await button('Actions for Grace Hopper').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menu', { name: 'Actions for Grace Hopper' }).waitFor();
  await focusIsAt('Spotlight for everybody');
  await page.keyboard.press('ArrowDown');
  await focusIsAt('Mute');
  await page.keyboard.press('End');
  await focusIsAt('Never');
  await page.keyboard.press('ArrowDown');
  await focusIsAt('Spotlight for everybody');
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await focusIsAt('Actions for Grace Hopper');
  await page.getByRole('heading', { name: /^People/u }).waitFor();
});

it('a letter in an open menu goes to the action that begins with it, and is no shortcut', async () => {
  await openPeople();
  await button('Actions for Grace Hopper').click();
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('r');
  await focusIsAt('Remove');
  await page.keyboard.press('v'); // Turns the camera off elsewhere.
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await button('Turn camera off').waitFor();
});

it('a menu closes by a click elsewhere, which does what it would have done without the menu', async () => {
  await openPeople();
  await button('Actions for Grace Hopper').click();
  await page.getByRole('menu').waitFor();
  await button('Turn camera off').click();
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await button('Turn camera on').waitFor();
});

it('the question before the meeting ends holds the focus, harmless answer first, and gives it back', async () => {
  await show('ending');
  await button('Settings').click();
  await button('End the meeting for everybody…').click();
  const dialog = page.getByRole('alertdialog', { name: 'End the meeting?' });
  await dialog.waitFor();
  await expect(dialog.evaluate((element) => element.getAttribute('aria-describedby'))).resolves.toBeTruthy();
  await focusIsAt('Keep it open');
  await page.keyboard.press('Tab');
  await focusIsAt('End it');
  await page.keyboard.press('Tab');
  await focusIsAt('Keep it open');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await focusIsAt('End the meeting for everybody…');
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
});

it('a tip appears for pointer and keyboard, and not where a closed panel gives the focus back', async () => {
  await show('five');
  const tip = page.getByRole('tooltip');
  await button('Chat').click();
  await button('Close Chat').click();
  await focusIsAt('Chat');
  await page.mouse.move(640, 300);
  await tip.waitFor({ state: 'detached' });
  await page.keyboard.press('Shift+Tab');
  await tip.filter({ hasText: 'React' }).waitFor({ state: 'attached' });
  await page.keyboard.press('Escape');
  await tip.waitFor({ state: 'detached' });
  await button('Turn microphone off').hover();
  await tip.filter({ hasText: 'Turn microphone off (Ctrl+D)' }).waitFor({ state: 'attached' });
  await expect(button('Turn microphone off').getAttribute('aria-describedby')).resolves.toBeNull();
  await expect(button('Turn microphone off').getAttribute('aria-keyshortcuts')).resolves.toBe('Control+D');
});

/** Presses Tab until the focus is at what has this name. Returns what it came by. */
async function tabTo(name: string): Promise<string[]> {
  const passed: string[] = [];
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    const at = await focused().evaluate((element) => {
      const labels =
        element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels : null;
      return (element.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? element.textContent).trim();
    });
    if (at === name) return passed;
    passed.push(at);
  }
  throw new Error(`Tab never came to "${name}", but to ${passed.join(', ')}`);
}

it('somebody joins, writes, reads and leaves with the keyboard alone, in the order of the page', async () => {
  await show('prejoin');
  await page.getByText('Ready to join?').waitFor();
  const before = ['Everroom, to the first page', 'Language', 'Turn microphone off', 'Turn camera off'];
  expect((await tabTo('Your name')).filter((name) => before.includes(name))).toEqual(before);
  await page.keyboard.type('Ada Lovelace');
  await page.keyboard.press('Enter');
  await button('Leave the meeting').waitFor();
  const passed = await tabTo('Chat');
  const controls = ['Turn microphone off', 'Turn camera off', 'Share your screen', 'Raise your hand'];
  expect(passed.filter((name) => controls.includes(name))).toEqual(controls);
  await page.keyboard.press('Enter');
  await focusIsAt('Write a message');
  await page.keyboard.type('Here I am');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText('Here I am').waitFor();
  await page.keyboard.press('Escape');
  await focusIsAt('Chat');
  await tabTo('Leave the meeting');
  await page.keyboard.press('Enter');
  await focusIsAt('You left the meeting');
  expect(await tabTo('Rejoin')).toEqual([]);
});

it('a language and a theme are chosen at once, and remembered', async () => {
  await show('settings');
  await button('Settings').click();
  await page.getByLabel('Appearance').selectOption('light');
  await page.getByLabel('Language').selectOption('de');
  await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
  expect(
    await page.evaluate(() => [document.documentElement.lang, getComputedStyle(document.body).colorScheme]),
  ).toEqual(['de', 'light']);
  expect(await page.evaluate(() => JSON.parse(localStorage.getItem('everroom:preferences') ?? ''))).toMatchObject({
    language: 'de',
    theme: 'light',
  });
});

it('keys pin tiles, list themselves and open the microphone while held, but not while somebody writes', async () => {
  await show('self-muted');
  const large = page.locator('.tile.large');
  await page.getByRole('article', { name: 'Grace Hopper', exact: true }).waitFor();
  await page.keyboard.press('2');
  await large.and(page.getByRole('article', { name: 'Grace Hopper', exact: true })).waitFor();
  await page.keyboard.press('1');
  await expect.poll(() => large.count(), { timeout: 30_000 }).toBe(0);

  await page.keyboard.press('?');
  await page.getByText('Hold to talk while your microphone is off').waitFor();
  await page.keyboard.press('?');
  await page.getByText('Hold to talk while your microphone is off').waitFor({ state: 'detached' });

  await button('Turn microphone on').waitFor();
  await page.keyboard.down(' ');
  await button('Turn microphone off').waitFor();
  await page.keyboard.up(' ');
  await button('Turn microphone on').waitFor();

  // A click on the button does not make the space bar press it again.
  await button('Turn microphone on').click();
  await button('Turn microphone off').click();
  await page.keyboard.down(' ');
  await button('Turn microphone off').waitFor();
  await page.keyboard.up(' ');
  await button('Turn microphone on').waitFor();

  await page.keyboard.press('c');
  const field = page.getByLabel('Write a message');
  await field.fill('');
  await field.pressSequentially('1 ? s m');
  expect(await field.inputValue()).toBe('1 ? s m');
  await button('Turn microphone on').waitFor();
  expect(await large.count()).toBe(0);
});

it('the small window shows who speaks, in the looks of the meeting, and its buttons work', async () => {
  await show('five');
  const [small] = await Promise.all([page.context().waitForEvent('page'), button('Small window above others').click()]);
  await small.getByText('Grace Hopper').waitFor();
  const colours = (of: Page) => of.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  await expect.poll(() => colours(small), { timeout: 10_000 }).toBe(await colours(page));
  await expect.poll(() => small.locator('video').evaluate((video: HTMLVideoElement) => video.videoWidth)).toBe(640);
  await small.getByRole('button', { name: 'Turn microphone off' }).click();
  await small.getByRole('button', { name: 'Turn microphone on' }).waitFor();
  await button('Turn microphone on').waitFor();
  await Promise.all([small.waitForEvent('close'), button('Close the small window').click()]);
  await button('Small window above others').waitFor();
});

it('where a bare video is all that the browser shows above others, it is of whom one watches, and goes on with the next', async () => {
  await page.evaluate(() =>
    Object.defineProperty(window, 'documentPictureInPicture', { value: null, configurable: true }),
  );
  await show('five');
  /** The colour of a wall behind somebody; none before there is a picture. */
  const wallOf = (selector: string) =>
    page.locator(selector).evaluate((video: HTMLVideoElement) => {
      const context = new OffscreenCanvas(1, 1).getContext('2d');
      if (video.readyState < 2 || !context) return [];
      context.drawImage(video, 0, 0, 8, 8, 0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    });
  const showsWallOf = async (name: string) => {
    await expect.poll(() => wallOf(`.tile[aria-label^="${name}"] video`), { timeout: 30_000 }).not.toEqual([]);
    const wall = await wallOf(`.tile[aria-label^="${name}"] video`);
    await expect.poll(() => wallOf('.bare-picture'), { timeout: 30_000 }).toEqual(wall);
    expect(await page.evaluate(() => document.pictureInPictureElement?.className)).toBe('bare-picture');
  };
  await button('Small window above others').click();
  await expect
    .poll(() => page.evaluate(() => document.pictureInPictureElement !== null), { timeout: 30_000 })
    .toBe(true);
  await showsWallOf('Grace Hopper');
  await page.keyboard.press('3');
  await button('Unpin Konrad Zuse').waitFor();
  await showsWallOf('Konrad Zuse');
  await button('Close the small window').click();
  await page.waitForFunction(() => document.pictureInPictureElement === null);
  await page.evaluate(() => Reflect.deleteProperty(window, 'documentPictureInPicture'));
});

it('the button for reactions says why it does nothing while the connection is cut off', async () => {
  await show('reconnecting');
  const reactions = button('You can react when the connection is back');
  // A person can press it; only the test would wait until it works.
  await reactions.click({ force: true });
  expect(await reactions.getAttribute('aria-disabled')).toBe('true');
  expect(await page.getByRole('button', { name: 'React with 👍' }).count()).toBe(0);
});

it('what somebody wrote stays while other panels are open, with its recipient and what it answers', async () => {
  await show('chat');
  await button('Chat').click();
  const field = page.locator('.chat-composer textarea');
  await page.locator('.chat-message', { hasText: 'shall we end early' }).hover();
  await page.locator('.chat-message', { hasText: 'shall we end early' }).getByLabel('Reply').click();
  await field.fill('At noon');
  await button('Settings').click();
  await page.getByText('Your name').waitFor();
  await button('Chat').click();
  expect(await field.inputValue()).toBe('At noon');
  expect(await field.getAttribute('aria-label')).toBe('Write to Grace Hopper alone');
  await page.locator('.chat-replying').getByText('shall we end early').waitFor();
  await button('Do not reply').click();
  await page.keyboard.press('Escape');
  await button('Chat').click();
  expect(await field.getAttribute('aria-label')).toBe('Write to Grace Hopper alone');
  await field.press('Enter');
  await page.keyboard.press('Escape');
  await button('Chat').click();
  expect(await field.inputValue()).toBe('');
});

it('messages are found by words, one after the other, and Escape ends the search and not the chat', async () => {
  await show('chat');
  await button('Chat').click();
  await button('Search messages').click();
  await focusIsAt('Search messages');
  const status = page.locator('.chat-search').getByRole('status');
  const found = page.locator('.chat-message.found');
  await page.keyboard.type('nobody wrote this');
  await status.getByText('No message has this.').waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('next');
  await status.getByText('Message 2 of 2 found').waitFor();
  await found.getByText('and next Monday').waitFor();
  await page.keyboard.press('Enter');
  await status.getByText('Message 1 of 2 found').waitFor();
  await found.getByText('when do we meet next').waitFor();
  await button('Next message found').click();
  await status.getByText('Message 2 of 2 found').waitFor();
  await page.keyboard.press('Escape');
  await focusIsAt('Search messages');
  expect(await found.count()).toBe(0);
  expect(await page.getByRole('log', { name: 'Messages' }).isVisible()).toBe(true);
});
