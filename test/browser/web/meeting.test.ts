import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { supervisorState } from '../../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { RoomApi } from '../../../ops/kit/RoomApi.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { MeetingPage } from './MeetingPage.ts';
import { writeFiftyMessages } from './writeFiftyMessages.ts';

describe('a meeting through the page', () => {
  let deployment: PrivateDeployment;
  let browser: Browser;
  const pages: MeetingPage[] = [];

  beforeAll(async () => {
    [deployment, browser] = await Promise.all([
      PrivateDeployment.start({ workers: 1, settings: { OPEN_ROOM_CREATION: 'yes' } }),
      launchChromium(),
    ]);
  });

  /** Closes everybody's page. @throws AssertionError if one of them reported an error. */
  async function closePages(): Promise<void> {
    const all = pages.splice(0);
    await Promise.all(all.map((page) => page.close()));
    expect(all.flatMap(({ problems }) => problems)).toEqual([]);
  }

  afterAll(async () => {
    await browser?.close();
    await deployment?.stop();
  });

  async function open(address: string): Promise<MeetingPage> {
    const page = await MeetingPage.open(browser, new URL(address, deployment.url).href);
    pages.push(page);
    return page;
  }

  /** Ada creates a meeting and joins it as its host. */
  async function createMeeting(): Promise<MeetingPage> {
    const ada = await open('/');
    await ada.page.getByLabel(/Name of the meeting/u).fill('Monday round');
    await ada.button('New meeting').click();
    await ada.join('Ada');
    await ada.isIn();
    return ada;
  }

  async function joinMeeting(host: MeetingPage, name: string): Promise<MeetingPage> {
    const page = await open(host.page.url());
    await page.join(name);
    await page.isIn();
    return page;
  }

  describe('of two people who stay', () => {
    let ada: MeetingPage;
    let bob: MeetingPage;

    beforeAll(async () => {
      ada = await createMeeting();
      await ada.page.getByText('You are the only one here').waitFor();
      bob = await joinMeeting(ada, 'Bob');
    });

    afterAll(closePages);

    it('two people find, see and hear each other, and part', async () => {
      await Promise.all([ada.sees('Bob'), bob.sees('Ada'), ada.hears(), bob.hears()]);
      await expect(bob.page.getByRole('heading', { level: 1 }).textContent()).resolves.toBe('Monday round');

      await bob.button('Leave the meeting').click();
      await bob.page.getByText('You left the meeting').waitFor();
      await ada.page.getByText('You are the only one here').waitFor();
      await bob.button('Rejoin').click();
      await bob.button('Join now').click();
      await bob.sees('Ada');
    });

    it('a muted microphone is silent, shown so, and heard again', async () => {
      await ada.hears();
      await bob.page.keyboard.press('Control+d');
      await bob.button('Turn microphone on').waitFor();
      await ada.tile('Bob').getByText('Microphone off').waitFor({ state: 'attached' });
      await ada.stopsHearing();
      await bob.button('Turn microphone on').click();
      await ada.tile('Bob').getByText('Microphone off').waitFor({ state: 'detached' });
      await ada.hears();
    });

    it('a camera that is off shows initials, and comes back', async () => {
      await ada.sees('Bob');
      await bob.page.keyboard.press('v');
      await ada.tile('Bob').locator('video').waitFor({ state: 'detached' });
      expect(await ada.tile('Bob').locator('.avatar').textContent()).toBe('B');
      await bob.page.keyboard.press('v');
      await ada.sees('Bob');
    });

    it('hosts choose what is reencoded and read what is missing, and the choice is kept', async () => {
      await ada.button('Settings').click();
      await ada.page.getByLabel('Every camera and screen').check();
      await ada.page.getByText(/No reencoder runs.* Your choice is kept/u).waitFor();
      await ada.button(/^People/u).click();
      await ada.button('Actions for Bob').click();
      await ada.page.getByRole('group', { name: 'Reencode the camera · not possible now' }).getByText('Never').click();
      await ada.button('Actions for Bob').click();
      await ada.page.getByRole('menuitemradio', { name: 'Never', checked: true }).waitFor();

      await ada.page.reload();
      await ada.isIn();
      await ada.button('Settings').click();
      await ada.page.getByLabel('Every camera and screen', { exact: true }).and(ada.page.locator(':checked')).waitFor();
      await ada.button(/^People/u).click();
      await ada.button('Actions for Bob').click();
      await ada.page.getByRole('menuitemradio', { name: 'Never', checked: true }).waitFor();

      await bob.button('Settings').click();
      await bob.page.getByText('Your name').waitFor();
      expect(await bob.page.getByText(/reencod/iu).count()).toBe(0);
      await ada.page.keyboard.press('Escape');
    });

    it('people write to each other, and whoever comes later reads it too', async () => {
      await ada.button('Chat').click();
      await ada.page.keyboard.type('Read https://example.org/plan first');
      await ada.page.keyboard.press('Enter');
      await bob.button('Chat, 1 new').click();
      const link = bob.page.getByRole('link', { name: 'https://example.org/plan' });
      expect(await link.getAttribute('rel')).toContain('noopener');

      await bob.page.getByLabel('Write a message').fill('I have');
      await ada.page.getByText('Bob is writing…').waitFor();
      await bob.button('Send message').click();
      await ada.page.getByText('I have', { exact: true }).waitFor();
      await bob.page.getByText('I have', { exact: true }).hover();
      await bob.button('Edit message').click();
      await bob.page.getByLabel('Edit message').fill('I have read it');
      await bob.page.keyboard.press('Enter');
      await ada.page.getByText('I have read it').waitFor();
      await ada.page.getByText('I have read it').hover();
      await ada.button('Delete message').last().click();
      await bob.page.getByText('Message deleted').waitFor();

      await writeFiftyMessages(deployment, ada);
      const cleo = await joinMeeting(ada, 'Cleo');
      await cleo.button('Chat').click();
      await cleo.page.getByText('Message 1', { exact: true }).waitFor();
      expect(await cleo.page.getByText('Read').count()).toBe(0);
      await cleo.button('Show earlier messages').click();
      await cleo.page.getByText('Read').waitFor();
      expect(await cleo.button('Show earlier messages').count()).toBe(0);
      await cleo.button('Leave the meeting').click();
      await ada.tile('Cleo').waitFor({ state: 'detached' });
    });

    it('a shared screen is large for the others, and gone when it stops', async () => {
      await bob.button('Share your screen').click();
      await bob.page.getByText('You are sharing your screen').waitFor();
      await ada.sees('Bob’s screen');
      expect(await ada.page.locator('.tile.large').getAttribute('aria-label')).toBe('Bob’s screen');
      await bob.button('Stop sharing').click();
      await ada.tile('Bob’s screen').waitFor({ state: 'detached' });
      await ada.sees('Bob');
    });

    it('a reload goes straight back in: muted, with the hand, the pins and the volumes as they were', async () => {
      await Promise.all([ada.sees('Bob'), bob.button('Turn microphone off').click()]);
      await ada.tile('Bob').getByText('Microphone off').waitFor({ state: 'attached' });
      await bob.button('Raise your hand').click();
      await bob.tile('Ada').hover();
      await bob.button('Pin Ada').click();
      await bob.button('More about Ada').click();
      await bob.page.getByLabel('Volume for you').fill('40');
      await bob.page.keyboard.press('Escape');
      await bob.page.reload();
      await bob.isIn();
      await Promise.all([ada.sees('Bob'), bob.sees('Ada')]);
      await bob.button('Turn microphone on').waitFor();
      await bob.button('Lower your hand').click();
      await ada.tile('Bob').getByText('Hand raised').waitFor({ state: 'detached' });
      expect(await bob.page.locator('.tile.large').getAttribute('aria-label')).toBe('Ada');
      const volumes = () =>
        bob.page.locator('audio').evaluateAll((all) => all.map((audio) => (audio as HTMLAudioElement).volume));
      await waitUntil(async () => (await volumes()).includes(0.4) || `volumes are ${await volumes()}`);
      await bob.button('Unpin Ada').click();
      expect(await ada.page.getByRole('article').count()).toBe(2);
      await bob.button('Turn microphone on').click();
      await ada.hears();

      await ada.page.reload();
      await ada.sees('Bob');
      await ada.button('People').click();
      await ada.button('Actions for Bob').waitFor();
    });

    it('whoever is cut off is shown so before the server knows, and as live again once something comes', async () => {
      await Promise.all([ada.sees('Bob'), bob.sees('Ada')]);
      const stop = await bob.stopsSending();
      await ada.tile('Bob').getByText('Reconnecting').waitFor({ state: 'attached' });
      await stop();
      await ada.tile('Bob').getByText('Reconnecting').waitFor({ state: 'detached' });
    });

    it('a killed server is a pause: no reload, no notice, nobody leaves', async () => {
      await Promise.all([ada.sees('Bob'), bob.sees('Ada')]);
      await bob.button('Turn microphone off').click();
      await ada.tile('Bob').getByText('Microphone off').waitFor({ state: 'attached' });
      for (const { page } of [ada, bob])
        await page.evaluate(() => document.documentElement.setAttribute('data-same', ''));

      const { serverPid } = await supervisorState(deployment);
      if (serverPid === null) throw new Error('no server runs');
      for (const each of [ada, bob]) each.expectLossOfServer();
      process.kill(serverPid, 'SIGKILL');
      await ada.button('Chat').click();
      await ada.page.getByLabel('Write a message').fill('Still here?');
      await ada.page.keyboard.press('Enter');

      await waitUntil(async () => (await supervisorState(deployment)).serverPid !== serverPid || 'no other server');
      await bob.button('Chat, 1 new').waitFor();
      await Promise.all([ada.sees('Bob'), bob.sees('Ada')]);
      await bob.button('Turn microphone on').waitFor();
      for (const { page } of [ada, bob]) {
        expect(await page.locator('html[data-same]').count()).toBe(1);
        expect(await page.locator('.notice').allTextContents()).toEqual([]);
        expect(await page.getByRole('article').count()).toBe(2);
      }
    });

    it('a page that is too old for every server says so, loads itself again, and is back in the meeting', async () => {
      const growOld = await bob.mayGrowOld();
      await bob.page.reload();
      await bob.isIn();
      await bob.page.evaluate(() => document.documentElement.setAttribute('data-old', ''));
      bob.expectLossOfServer();
      await growOld();
      await bob.page.getByText('Everroom was updated.').waitFor();
      await bob.page.locator('html:not([data-old])').waitFor();
      await bob.isIn();
      await Promise.all([ada.sees('Bob'), bob.sees('Ada')]);
    });

    it('going back in the browser leaves the meeting', async () => {
      await bob.sees('Ada');
      await ada.page.goBack();
      await ada.page.getByText('Meetings that keep going.').waitFor();
      await bob.page.getByText('You are the only one here').waitFor();
    });
  });

  describe('with people of its own', () => {
    afterEach(closePages);

    it('a link with a token asks before it makes somebody in the meeting another person', async () => {
      const ada = await createMeeting();
      const bob = await joinMeeting(ada, 'Bob');
      const roomId = ada.page.url().split('/').at(-1) ?? '';
      const token = await new RoomApi(deployment).joinToken(roomId, 'grace', 'member', 'Grace Hopper');
      const follow = async () => {
        await bob.page.goto(deployment.url);
        await bob.page.goto(`${ada.page.url()}#token=${token}`);
        await bob.page.getByText('Continue as Grace Hopper?').waitFor();
        expect(bob.page.url()).not.toContain('token');
      };
      await follow();
      await bob.button('Stay as you are').click();
      await bob.button('Join now').click();
      await bob.isIn();
      await ada.sees('Bob');
      await follow();
      await bob.button('Continue as Grace Hopper').click();
      await bob.button('Join now').click();
      await bob.isIn();
      await ada.tile('Grace Hopper').getByText('Name verified').waitFor({ state: 'attached' });
    });

    it('one button asks for the click that the browser wants before it plays sound', async () => {
      const strict = await launchChromium(['--autoplay-policy=document-user-activation-required']);
      try {
        const ada = await createMeeting();
        const before = await open(ada.page.url());
        await before.button('Turn microphone off').click();
        await before.button('Turn camera off').click();
        await before.join('Bob');
        await before.isIn();
        // A restored tab: nobody has touched it yet. (A mere reload inherits the touch in Chromium.)
        const kept = await before.page.evaluate(() => ({ ...sessionStorage }));
        await before.close();
        const bob = await MeetingPage.open(strict, ada.page.url(), kept);
        // Any call into the page counts as a touch: only listen until the sound was blocked.
        await bob.page.waitForEvent('console', (message) => message.text().includes('wants a click'));
        await bob.button('Click to hear').click();
        await bob.button('Click to hear').waitFor({ state: 'detached' });
        await bob.hears();
        expect(bob.problems).toEqual([]);
      } finally {
        await strict.close();
      }
    });

    it('the creator of a meeting is its host in one tab, and somebody else in the next', async () => {
      const ada = await createMeeting();
      const second = await ada.openBeside(ada.page.url());
      pages.push(second);
      await second.join('Ada on the wall');
      await second.sees('Ada');
      await second.button('People').click();
      expect(await second.button(/^Actions for/u).count()).toBe(0);
      await ada.button('People').click();
      await ada.button('Actions for Ada on the wall').waitFor();
    });

    it('the page says what to do about a room that does not exist', async () => {
      const page = await open('/r/no-such-room');
      await page.page.getByText('There is no such meeting').waitFor();
      await page.button('Go to the first page').click();
      await page.page.getByLabel('Code or link').fill('not a code!');
      await page.button('Join').click();
      await page.page.getByText('That is not a code or link of a meeting.').waitFor();
      // The browser itself reports the 404 that the page has understood.
      page.problems.length = 0;
    });
  });
});
