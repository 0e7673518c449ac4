import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { GalleryServer } from './GalleryServer.ts';

let gallery: GalleryServer;
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  [gallery, browser] = await Promise.all([GalleryServer.start(), launchChromium()]);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await gallery?.stop();
});

beforeEach(async () => {
  problems = [];
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
});

afterEach(async () => {
  const styles = await page.locator('style').count();
  await page.close();
  expect(problems).toEqual([]);
  expect(styles).toBe(0);
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const focused = () => page.locator(':focus');

/** Waits until the element that has the focus has this text or, without any, this name. */
async function focusIsAt(name: string): Promise<void> {
  const text = async () => (await focused().textContent())?.trim() || (await focused().getAttribute('aria-label'));
  await expect.poll(text, { timeout: 10_000 }).toBe(name);
}

async function openPeople(): Promise<void> {
  await page.goto(gallery.urlOf('reencoding-menu'));
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
  await page.goto(gallery.urlOf('ending'));
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
  await page.goto(gallery.urlOf('five'));
  const tip = page.getByRole('tooltip');
  await button('Chat').click();
  await button('Close chat').click();
  await focusIsAt('Chat');
  await page.mouse.move(640, 300);
  await tip.waitFor({ state: 'detached' });
  await page.keyboard.press('Shift+Tab');
  await tip.filter({ hasText: 'Raise your hand' }).waitFor({ state: 'attached' });
  await page.keyboard.press('Escape');
  await tip.waitFor({ state: 'detached' });
  await button('Turn microphone off').hover();
  await tip.filter({ hasText: 'Turn microphone off (Ctrl+D)' }).waitFor({ state: 'attached' });
  await expect(button('Turn microphone off').getAttribute('aria-describedby')).resolves.toBeNull();
  await expect(button('Turn microphone off').getAttribute('aria-keyshortcuts')).resolves.toBe('Control+D');
});
