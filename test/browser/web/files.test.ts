import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { supervisorState } from '../../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { MeetingPage } from './MeetingPage.ts';

describe('files and chat between windows', () => {
  let deployment: PrivateDeployment;
  let browser: Browser;
  let folder: string;
  let ada: MeetingPage;
  let bob: MeetingPage;

  beforeAll(async () => {
    [deployment, browser] = await Promise.all([
      PrivateDeployment.start({ workers: 1, settings: { OPEN_ROOM_CREATION: 'yes', FILE_MAX_MB: '40' } }),
      launchChromium(),
    ]);
    folder = await mkdtemp(join(tmpdir(), 'everroom-sent-'));
    ada = await MeetingPage.open(browser, deployment.url);
    await ada.button('New meeting').click();
    await ada.join('Ada');
    await ada.isIn();
    bob = await enter('Bob');
    await ada.button('Chat').click();
    await bob.button('Chat').click();
  });

  afterAll(async () => {
    const problems = [ada, bob].flatMap((page) => page?.problems ?? []);
    await Promise.all([ada, bob].map((page) => page?.close()));
    await browser?.close();
    await deployment?.stop();
    await rm(folder, { recursive: true, force: true });
    // A piece of an upload may meet the next server while that is coming up; it is sent again.
    expect(problems.filter((problem) => !/status of (409|423|503)/u.test(problem))).toEqual([]);
  });

  async function enter(name: string): Promise<MeetingPage> {
    const page = await MeetingPage.open(browser, ada.page.url());
    await page.join(name);
    await page.isIn();
    return page;
  }

  async function made(name: string, content: Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  const choose = (page: MeetingPage, paths: string[]) => page.page.locator('input[type=file]').setInputFiles(paths);
  /** Its name ends with its size. */
  const card = (page: MeetingPage, name: string) =>
    page.page.locator(`button[aria-label^=${JSON.stringify(`Save ${name} `)}]`);

  async function save(page: MeetingPage, name: string): Promise<Buffer> {
    const [download] = await Promise.all([page.page.waitForEvent('download'), card(page, name).click()]);
    expect(download.suggestedFilename()).toBe(name);
    return readFile(await download.path());
  }

  it('a picture is shared with a preview, saved by another person as it was, and deleted for both', async () => {
    const picture = await ada.page.screenshot({ type: 'png' });
    await choose(ada, [await made('view.png', picture)]);
    await card(bob, 'view.png').waitFor();
    const preview = bob.page.getByRole('img', { name: 'Preview of view.png' });
    expect(await preview.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(10);
    expect((await save(bob, 'view.png')).equals(picture)).toBe(true);
    expect(bob.page.url()).toBe(ada.page.url());

    await ada.page.locator('.chat-message', { has: card(ada, 'view.png') }).hover();
    await ada.page
      .locator('.chat-message', { has: card(ada, 'view.png') })
      .getByLabel('Delete message')
      .click();
    await card(bob, 'view.png').waitFor({ state: 'detached' });
  });

  it('a file that is too large is refused before it is sent', async () => {
    await choose(ada, [await made('large.bin', Buffer.alloc(41_000_000))]);
    await ada.page.getByText('That is too large.').waitFor();
    await ada.button('Dismiss').click();
  });

  it('a private message reaches its two people and nobody else, and its answer too', async () => {
    const cyd = await enter('Cyd');
    await cyd.button('Chat').click();
    await ada.page.getByLabel('To', { exact: true }).selectOption({ label: 'Cyd' });
    await ada.page.getByLabel('Write to Cyd alone').fill('between us');
    await ada.page.keyboard.press('Enter');
    await cyd.page.getByText('between us').waitFor();
    await cyd.page.locator('.chat-message', { hasText: 'between us' }).hover();
    await cyd.page.locator('.chat-message', { hasText: 'between us' }).getByLabel('Reply').click();
    await cyd.page.getByLabel('Write to Ada alone').fill('only us');
    await cyd.page.keyboard.press('Enter');
    await ada.page.getByText('only us').waitFor();
    await ada.page
      .locator('.chat-message', { hasText: 'only us' })
      .getByRole('button', { name: 'between us' })
      .waitFor();

    await ada.page.getByLabel('To', { exact: true }).selectOption({ label: 'Everybody' });
    await ada.page.getByLabel('Write a message').fill('for all of you');
    await ada.page.keyboard.press('Enter');
    await bob.page.getByText('for all of you').waitFor();
    // Whoever comes in now gets the whole room at once.
    await bob.page.reload();
    await bob.isIn();
    await bob.button('Chat').click();
    await bob.page.getByText('for all of you').waitFor();
    expect(await bob.page.getByText(/between us|only us/u).count()).toBe(0);
    expect(cyd.problems).toEqual([]);
    await cyd.close();
  });

  it('a reload keeps what is half written, what is not read, a poll that was put off and a screen that is not watched', async () => {
    await bob.page.getByLabel('Write a message').fill('half of');
    await bob.page.keyboard.press('Escape');
    await ada.page.getByLabel('Write a message').fill('read me later');
    await ada.page.keyboard.press('Enter');
    await bob.button('Chat, 1 new').waitFor();
    await ada.button('Polls').click();
    await ada.button('New poll').click();
    await ada.page.getByLabel('Question').fill('Tea?');
    await ada.page.getByLabel('Option 1').fill('Yes');
    await ada.page.getByLabel('Option 2').fill('No');
    await ada.page.keyboard.press('Enter');
    await bob.button('Later').click();
    await ada.button('Share your screen').click();
    await bob.button('More about Ada’s screen').click();
    await bob.button('Stop watching').click();
    const declined = bob.page.getByText('You stopped watching Ada’s screen.');
    await declined.waitFor();

    await bob.page.reload();
    await bob.isIn();
    await Promise.all([declined.waitFor(), bob.button('Chat, 1 new').waitFor(), bob.button('Polls').waitFor()]);
    expect(await bob.button('Later').count()).toBe(0);
    await bob.button('Chat, 1 new').click();
    expect(await bob.page.getByLabel('Write a message').inputValue()).toBe('half of');
    await bob.page.keyboard.press('Enter');
    await ada.button('Stop sharing').click();
    await ada.button(/^Chat/u).click();
    await ada.page.getByText('half of').waitFor();
    await bob.page.reload();
    await bob.isIn();
    await bob.button('Chat').click();
    expect(await bob.page.getByLabel('Write a message').inputValue()).toBe('');
    await bob.page.getByText('half of').waitFor();
  });

  it('an upload goes on after the server was killed, and nothing of the file is missing', async () => {
    const content = randomBytes(30_000_000);
    const path = await made('film.bin', content);
    for (const page of [ada, bob]) page.expectLossOfServer();
    const progress = ada.page.getByRole('progressbar', { name: 'film.bin is being sent' });
    await choose(ada, [path]);
    await waitUntil(async () => {
      const sent = Number(await progress.getAttribute('value', { timeout: 20_000 }));
      return sent > 2_000_000 || `only ${sent} bytes are sent`;
    });
    const { serverPid } = await supervisorState(deployment);
    if (serverPid === null) throw new Error('no server runs');
    process.kill(serverPid, 'SIGKILL');
    await card(bob, 'film.bin').waitFor({ timeout: 60_000 });
    expect((await save(bob, 'film.bin')).equals(content)).toBe(true);
    expect(await card(ada, 'film.bin').count()).toBe(1);
  });

  it('people are taken to breakout rooms and back, and a host visits them, tells them something and ends them', async () => {
    const openPanel = async () => {
      await ada.button(/^People/u).click();
      await ada.button('Breakout rooms').click();
    };
    const isIn = (page: MeetingPage, room: string) =>
      page.page.getByRole('heading', { level: 1, name: room, exact: true }).waitFor({ timeout: 40_000 });
    await openPanel();
    await ada.page.getByLabel('Number of rooms').fill('1');
    await ada.button('Open the rooms').click();
    await isIn(bob, 'Room 1');
    await ada.page.getByRole('region', { name: 'Room 1' }).getByText('Bob').waitFor();
    expect(await ada.tile('Bob').locator('video').count()).toBe(0);

    await ada.button('Join Room 1').click();
    await isIn(ada, 'Room 1');
    await ada.sees('Bob', 40_000);
    await ada.hears();
    await bob.page.reload();
    await isIn(bob, 'Room 1');
    await ada.sees('Bob', 40_000);

    await openPanel();
    await ada.page.getByLabel('Message to all rooms').fill('Two more minutes');
    await ada.button('Send to all').click();
    await bob.page.getByText('Two more minutes').waitFor();

    // Settings are those of the meeting: its breakout rooms follow.
    const writesTo = bob.page.getByLabel('To', { exact: true });
    await bob.button(/^Chat/u).click();
    await writesTo.waitFor();
    await ada.button('Settings').click();
    await ada.page.getByRole('switch', { name: 'Private messages' }).click();
    await writesTo.waitFor({ state: 'detached' });

    // Whoever went back by choice stays there, also after a reload.
    await bob.button('Back to the main room').click();
    await bob.button('Join').waitFor();
    await bob.page.reload();
    await bob.button('Join').waitFor();
    await bob.isIn();
    expect(await bob.button('Back to the main room').count()).toBe(0);
    await bob.button('Join').click();
    await isIn(bob, 'Room 1');
    await openPanel();
    await ada.button('End the rooms').click();
    await ada.page.getByRole('alertdialog').getByRole('button', { name: 'End the rooms' }).click();
    await bob.page.getByText('The breakout rooms are over').waitFor();
    expect(await bob.button('Back to the main room').count()).toBe(0);
    await ada.sees('Bob', 40_000);
  });
});
