import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { chromiumPath } from '../../../../ops/kit/clients/page/chromium.ts';

let browser: Browser;

beforeAll(async () => {
  // As people use it: what is not allowed is refused. The other tests have a browser that allows everything.
  const args = ['--no-sandbox', '--disable-gpu', '--use-fake-device-for-media-stream=fps=5', '--lang=en-US'];
  browser = await chromium.launch({ executablePath: chromiumPath(), args });
});

afterAll(() => browser?.close());

it('before the meeting a blocked microphone is said, and the camera is on', async () => {
  const context = await browser.newContext({ permissions: ['camera'] });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(inject('gallery'), { timeout: 180_000 });
  await page.evaluate(() => Reflect.get(window, 'show')('prejoin'));
  await page.getByText('Your browser does not allow this page to use your microphone.').waitFor();
  await page.getByText('Click the icon to the left of the address').waitFor();
  await page.getByRole('button', { name: 'Turn microphone on', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Turn camera off', exact: true }).waitFor();
  const picture = page.getByRole('region', { name: 'Your camera and microphone' }).locator('video');
  await expect
    .poll(() => picture.evaluate((video: HTMLVideoElement) => video.videoWidth), { timeout: 60_000 })
    .toBe(1280);
});

it('where a page cannot say how loud it plays, a person and the sound of a screen are muted by a switch', async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.addInitScript(() => {
    Object.defineProperty(HTMLMediaElement.prototype, 'volume', { get: () => 1, set: () => undefined });
  });
  await page.goto(inject('gallery'), { timeout: 180_000 });
  await page.evaluate(() => Reflect.get(window, 'show')('screen-menu'));
  for (const title of ['Grace Hopper', 'Grace Hopper’s screen']) {
    const tile = page.getByRole('article', { name: title, exact: true });
    await tile.hover();
    await page.getByRole('button', { name: `More about ${title}`, exact: true }).click();
    const silence = page.getByRole('switch', { name: 'Mute for me' });
    await silence.check();
    await tile.getByText('Silenced for you:').waitFor({ state: 'attached' });
    await silence.uncheck();
    await tile.getByText('Silenced for you:').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Volume for you').count()).toBe(0);
    await page.keyboard.press('Escape');
    await silence.waitFor({ state: 'detached' });
  }
});

it('a notice of what failed covers no button of a banner', async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(60_000);
  await page.goto(inject('gallery'), { timeout: 180_000 });
  await page.evaluate(() => Reflect.get(window, 'show')('sharing'));
  await page.getByRole('button', { name: /^People/u }).click();
  await page.getByRole('button', { name: 'Actions for Grace Hopper' }).click();
  await page.getByRole('menuitem', { name: 'Mute', exact: true }).click();
  await page.getByRole('button', { name: 'Dismiss' }).waitFor();
  const stop = page.getByRole('button', { name: 'Stop sharing' }).first();
  await stop.click({ trial: true });
  await page.getByRole('button', { name: 'Close People' }).click();
  await page.setViewportSize({ width: 390, height: 844 });
  await stop.click({ trial: true });
});

it('before the meeting people hear what others will hear of them, until they end it', async () => {
  const context = await browser.newContext({ permissions: ['microphone'] });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.addInitScript(() => {
    const played: HTMLMediaElement[] = [];
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
      if (this.src.startsWith('blob:')) played.push(this);
      return play.call(this);
    };
    Object.assign(window, { played });
  });
  const heardS = () =>
    page.evaluate(() => (Reflect.get(window, 'played') as HTMLMediaElement[]).map(({ currentTime }) => currentTime));
  await page.goto(inject('gallery'), { timeout: 180_000 });
  await page.evaluate(() => Reflect.get(window, 'show')('prejoin'));
  await page.getByRole('button', { name: 'Hear yourself' }).click();
  await page.getByRole('button', { name: 'Say something…' }).waitFor();
  const listening = page.getByRole('button', { name: 'This is how others hear you' });
  await listening.waitFor();
  await expect.poll(async () => (await heardS()).some((seconds) => seconds > 0.5), { timeout: 60_000 }).toBe(true);
  await listening.click();
  await page.getByRole('button', { name: 'Hear yourself' }).waitFor();
  expect(
    await page.evaluate(() => Reflect.get(window, 'played').map((audio: HTMLMediaElement) => audio.paused)),
  ).toEqual([true]);
});

it('somebody who has been alone for ten minutes is asked whether they stay, and leaves without an answer', async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  page.setDefaultTimeout(60_000);
  await page.clock.install();
  await page.goto(inject('gallery'), { timeout: 180_000 });
  await page.evaluate(() => Reflect.get(window, 'show')('prejoin-alone'));
  await page.getByLabel('Your name').fill('Ada');
  await page.getByRole('button', { name: 'Join now' }).click();
  await page.getByRole('button', { name: 'Leave' }).waitFor();
  const question = page.getByRole('alert').filter({ hasText: 'You are the only one here. Do you stay?' });
  await page.clock.fastForward('09:50');
  expect(await question.count()).toBe(0);
  await page.clock.fastForward('00:20');
  await question.getByText(/^1:\d\d$/u).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await question.getByRole('button', { name: 'Stay' }).click();
  await question.waitFor({ state: 'detached' });
  await page.clock.fastForward('29:50');
  expect(await question.count()).toBe(0);
  await page.clock.fastForward('00:20');
  await question.waitFor();
  await page.clock.fastForward('02:00');
  await page.getByText('You left the meeting').waitFor();
});
