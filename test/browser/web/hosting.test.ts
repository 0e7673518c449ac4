import { readFile } from 'node:fs/promises';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { MeetingPage } from './MeetingPage.ts';
import { typeHostileTexts } from './typeHostileTexts.ts';
import { withPeopleWithoutPage } from './withPeopleWithoutPage.ts';

/** What a host does shows in the windows of those whom it concerns. Each test goes on where the one before ended. */
let deployment: PrivateDeployment;
let browser: Browser;
let ada: MeetingPage;
let bob: MeetingPage;
let cyd: MeetingPage;

beforeAll(async () => {
  [deployment, browser] = await Promise.all([
    PrivateDeployment.start({ workers: 1, settings: { OPEN_ROOM_CREATION: 'yes' } }),
    launchChromium(),
  ]);
  ada = await MeetingPage.open(browser, deployment.url);
  await ada.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await ada.page.getByLabel(/Name of the meeting/u).fill('Monday round');
  await ada.button('New meeting').click();
  await ada.join('Ada');
  await ada.isIn();
  bob = await MeetingPage.open(browser, ada.page.url());
  await bob.join('Bob');
  await bob.isIn();
  cyd = await MeetingPage.open(browser, deployment.url);
});

afterAll(async () => {
  const problems = [ada, bob, cyd].flatMap((page) => page?.problems ?? []);
  await browser?.close();
  await deployment?.stop();
  expect(problems).toEqual([]);
});

/** Ada does this by the menu beside a name. */
async function act(name: string, ...actions: string[]): Promise<void> {
  await ada.show('People');
  for (const action of actions) {
    await ada.button(`Actions for ${name}`).click();
    await ada.page.getByRole('menuitem', { name: action, exact: true }).click();
  }
}

/** Ada turns these switches on or off, one after another. */
async function flip(...labels: string[]): Promise<void> {
  await ada.show('Settings');
  for (const label of labels) {
    await ada.page.getByRole('switch', { name: new RegExp(`^${label}`, 'u') }).click();
  }
}

const text = (who: MeetingPage, words: string | RegExp): Locator => who.page.getByText(words).first();
const reads = (who: MeetingPage, ...words: (string | RegExp)[]) =>
  Promise.all(words.map((each) => text(who, each).waitFor()));
const has = (who: MeetingPage, ...buttons: string[]) => Promise.all(buttons.map((name) => who.button(name).waitFor()));
const gone = (...elements: Locator[]) => Promise.all(elements.map((element) => element.waitFor({ state: 'detached' })));
const large = (who: MeetingPage) =>
  who.page.locator('.tile.large').evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('aria-label')));
const showsLarge = (who: MeetingPage, ...titles: string[]) =>
  waitUntil(async () => {
    const shown = (await large(who)).sort().join();
    return shown === [...titles].sort().join() || `large are: ${shown}`;
  });

it('a host mutes somebody, asks, stops, lowers, allows and forbids, and it holds in that window', async () => {
  await Promise.all([ada.sees('Bob'), bob.sees('Ada'), ada.hears()]);
  await bob.button('Raise your hand').click();
  await ada.tile('Bob').getByText('Hand raised').waitFor({ state: 'attached' });
  await act('Bob', 'Lower hand');
  await has(bob, 'Raise your hand');

  await act('Bob', 'Mute');
  await reads(bob, 'A host turned your microphone off.');
  await has(bob, 'Turn microphone on');
  await act('Bob', 'Ask to unmute');
  await bob.button('Unmute').click();
  await ada.hears();
  await ada.button('Mute all').click();
  await has(bob, 'Turn microphone on');
  await act('Bob', 'Ask to unmute');
  await bob.button('Stay muted').click();
  await gone(text(bob, 'A host asks you'), text(ada, 'Asked to unmute'));
  await act('Bob', 'Ask to unmute');
  await reads(bob, 'A host asks you to turn your microphone on');
  await act('Bob', 'Take the question back');
  await gone(text(bob, 'A host asks you'));
  await act('Bob', 'Mute until allowed');
  await has(bob, 'Only a host can turn on your microphone: raise your hand to speak');
  await act('Bob', 'Allow to speak');
  await bob.button('Turn microphone on').click();
  await ada.hears();

  await bob.button('Share your screen').click();
  await ada.tile('Bob’s screen').waitFor();
  await act('Bob', 'Stop screen share');
  await reads(bob, 'A host stopped your screen share.');
  await act('Bob', 'Stop from sharing a screen', 'Stop from writing');
  await bob.show('Chat');
  await Promise.all([has(bob, 'A host has not allowed you to share'), reads(bob, 'A host has not allowed you to')]);
  await reads(bob, 'A host has not allowed you to write.');
  await act('Bob', 'Allow to share a screen', 'Allow to write');
  await Promise.all([has(bob, 'Share your screen'), bob.page.getByLabel('Write a message').waitFor()]);

  await bob.show('Settings');
  await bob.button('Record the meeting').click();
  await reads(ada, 'Bob is recording');
  await act('Bob', 'End their recording');
  await reads(bob, 'A host ended your recording.');
  await bob.button('Later').click();

  await bob.page.getByLabel('Your name').fill('Bobby');
  await bob.button('Change name').click();
  await ada.tile('Bobby').waitFor();
});

it('what a host allows everybody or not is said where each person would do it', async () => {
  const forbidden = [
    'Only a host can turn on your microphone: raise your hand to speak',
    'A host has not allowed your camera',
    'A host has not allowed you to share',
  ];
  const sources = ['Turn on a microphone', 'Turn on a camera', 'Share a screen'];
  await flip(...sources, 'Write in the chat');
  await bob.show('Chat');
  await Promise.all([has(bob, ...forbidden), reads(bob, 'A host has not allowed you to write.')]);
  await gone(ada.tile('Bobby').locator('video'));
  await flip(...sources, 'Write in the chat');
  await Promise.all([bob.button('Turn camera on').click(), bob.page.getByLabel('Write a message').waitFor()]);
  await ada.sees('Bobby');
  await flip('Unmute');
  await has(bob, forbidden[0] ?? '');
  await flip('Unmute');
  await bob.button('Turn microphone on').click();
  await ada.hears();

  const recipient = bob.page.getByLabel('To', { exact: true });
  const off = bob.button('A host has switched files off.');
  await recipient.waitFor();
  await flip('Private messages', 'Files', 'Allow recordings');
  await Promise.all([gone(recipient), off.waitFor()]);
  await bob.show('Settings');
  await reads(bob, 'A host does not allow recordings in this meeting.');
  expect(await bob.button('Record the meeting').isDisabled()).toBe(true);
  await flip('Private messages', 'Files', 'Allow recordings');
  await reads(bob, 'Everybody sees that you record.');
  await bob.show('Chat');
  await Promise.all([recipient.waitFor(), gone(off)]);
});

it('whom a host makes host sees what hosts arranged and a second place of their own, until it is taken back', async () => {
  await act('Bobby', 'Make host');
  await flip('Keep a second server ready');
  await ada.page.getByLabel('Automatic, for many viewers').click();
  await ada.page.getByLabel('Begins with more than').selectOption('50 viewers');
  await ada.page.getByLabel('Microphones at once').selectOption('At most 6');
  await ada.page.getByLabel('Shared screens at once').selectOption('At most 2');
  await bob.show('Settings');
  await reads(bob, 'Your second place is ready.', /No reencoder runs.* Your choice is kept/u);
  const chosen = (label: string) => bob.page.getByLabel(label).locator('option:checked').textContent();
  await waitUntil(async () => (await chosen('Shared screens at once')) === 'At most 2' || 'no bound of screens');
  expect(await chosen('Microphones at once')).toBe('At most 6');
  expect(await chosen('Begins with more than')).toBe('50 viewers');
  await flip('Keep a second server ready');
  await gone(text(bob, 'Your second place is ready.'));
  await ada.page.getByRole('radiogroup', { name: 'Reencode video' }).getByLabel('Off').click();
  await gone(text(bob, 'Your choice is kept'));

  await bob.show('People');
  await bob.button('Actions for Ada').waitFor();
  await act('Bobby', 'Make member');
  await gone(bob.button('Actions for Ada'));
});

it('people come to a door that is full, for invited people, locked, and with a password and a lobby', async () => {
  await ada.show('People');
  await ada.button('Copy link').click();
  await ada.button('Copied').waitFor();
  await cyd.page.getByLabel('Code or link').focus();
  await cyd.page.keyboard.press('Control+v');
  await ada.page.getByRole('button', { name: 'Copy link' }).waitFor();
  await ada.show('Settings');
  await ada.page.getByLabel('Most people').fill('2');
  await ada.page.getByLabel('Name of the meeting').fill('Tuesday round');
  await ada.button('Change').click();
  await bob.page.getByRole('heading', { level: 1, name: 'Tuesday round' }).waitFor();
  await cyd.button('Join').click();
  await cyd.join('Cyd');
  await reads(cyd, 'This meeting is full');
  await ada.page.getByLabel('Most people').fill('20');
  await ada.button('Change').click();
  await gone(ada.button('Change'));
  await cyd.button('Try again').click();
  await flip('Let guests in');
  await cyd.button('Join now').click();
  await reads(cyd, 'This meeting is by invitation only');
  await flip('Let guests in', 'Lock the meeting');
  await bob.page.getByText('Locked', { exact: true }).waitFor({ state: 'attached' });
  await cyd.page.reload();
  await cyd.button('Join now').click();
  await reads(cyd, 'This meeting is locked');
  await flip('Lock the meeting', 'Lobby', 'Everybody joins muted');
  await gone(bob.page.getByText('Locked', { exact: true }));

  await ada.page.getByLabel('Password for newcomers').fill('open sesame');
  await ada.button('Set').click();
  await reads(ada, 'The meeting has a password.');
  const joins = async (password: string) => {
    await cyd.button('Join now').click();
    await gives(password);
  };
  const gives = async (password: string) => {
    await cyd.page.getByLabel('Password').fill(password);
    await cyd.button('Join').click();
  };
  await cyd.button('Try again').click();
  await joins('guess');
  await reads(cyd, 'That password is wrong.');
  await gives('open sesame');
  await reads(cyd, 'Somebody will let you in soon');
  await ada.button('Deny').click();
  await reads(cyd, 'You were not let in');
  await ada.page.getByLabel('New password').fill('close sesame');
  await ada.button('Change').click();
  await gone(ada.button('Change').and(ada.page.locator(':enabled')));
  await cyd.button('Ask again').click();
  await joins('open sesame');
  await reads(cyd, 'That password is wrong.');
  await gives('close sesame');
  await ada.show('People');
  await ada.button('Deny Cyd').click();
  await cyd.button('Ask again').click();
  await joins('close sesame');
  await ada.show('Settings');
  await ada.button('Admit').click();
  await Promise.all([cyd.sees('Ada'), reads(cyd, 'Everybody joins this meeting muted.')]);
  await bob.tile('Cyd').getByText('Microphone off').waitFor({ state: 'attached' });

  await ada.show('People');
  await ada.button('Copy invitation').click();
  await ada.button('Copied').waitFor();
  await ada.show('Chat');
  await ada.page.getByLabel('Write a message').focus();
  await ada.page.keyboard.press('Control+v');
  await ada.page.keyboard.press('Enter');
  await cyd.show('Chat');
  await reads(cyd, 'You are invited to “Tuesday round”.', 'You need a password, which comes separately.');
  await cyd.page.getByRole('link', { name: ada.page.url() }).waitFor();
  await flip('Lobby');
  await ada.button('Remove password').click();
  await reads(ada, 'None so far.');
});

it('what a host shows to everybody is large in each window, and bounds of pages and cameras hold there', async () => {
  await act('Bobby', 'Spotlight for everybody');
  await showsLarge(cyd, 'Bobby');
  await act('Ada', 'Add to the spotlight');
  // Nobody is large to themselves.
  await Promise.all([showsLarge(bob, 'Ada'), showsLarge(cyd, 'Bobby', 'Ada')]);
  await act('Bobby', 'End spotlight');
  await Promise.all([bob, cyd].map((who) => showsLarge(who, 'Ada')));
  await act('Ada', 'End spotlight');
  await Promise.all([bob, cyd].map((who) => showsLarge(who)));

  await ada.show('Settings');
  const layout = ada.page.getByRole('radiogroup', { name: 'Layout for everybody' });
  await layout.getByLabel('Who speaks is large').click();
  await Promise.all(
    [bob, cyd].map((who) => waitUntil(async () => (await large(who)).length === 1 || 'nobody is large')),
  );
  await layout.getByLabel('Everybody chooses').click();
  await Promise.all([bob, cyd].map((who) => showsLarge(who)));

  await Promise.all([cyd.sees('Ada'), cyd.sees('Bobby')]);
  await ada.page.getByLabel('Cameras at once').selectOption('At most 1');
  await reads(cyd, 'No picture at the moment');
  await ada.page.getByLabel('Cameras at once').selectOption('As the server says');
  await gone(text(cyd, 'No picture at the moment'));
  await withPeopleWithoutPage(deployment, ada.page.url(), { Dora: 'member', Emil: 'member' }, async () => {
    await ada.page.getByLabel('Tiles on a page').selectOption('At most 4');
    await Promise.all([reads(bob, /1 \/ 2/u), reads(cyd, /1 \/ 2/u)]);
    await ada.page.getByLabel('Tiles on a page').selectOption('As the server says');
    await gone(text(bob, /1 \/ 2/u), text(cyd, /1 \/ 2/u));
  });
});

it('people who are removed wait at the door, together, come back as anybody, and one who is banned stays out until let back in', async () => {
  await flip('Lobby');
  await act('Bobby', 'Make host', 'Remove');
  await act('Cyd', 'Remove');
  const both = (does: (who: MeetingPage) => Promise<unknown>) => Promise.all([bob, cyd].map(does));
  const knock = () =>
    both(async (who) => {
      await who.button('Join now').click();
      await reads(who, 'Somebody will let you in soon');
    });
  await both((who) => reads(who, 'A host removed you'));
  await ada.show('Settings');
  await Promise.all([bob.button('Ask to join again').click(), cyd.page.reload()]);
  await knock();
  await reads(ada, '2 people want to join');
  await ada.button('View').click();
  await ada.button('Deny all').click();
  await both((who) => reads(who, 'You were not let in'));
  await both((who) => who.button('Ask again').click());
  await knock();
  await ada.button('Admit all').click();
  await both((who) => who.isIn());
  await bob.button('Turn microphone on').waitFor();
  await bob.show('People');
  expect(await bob.button(/^Actions for/u).count()).toBe(0);

  await act('Cyd', 'Remove for good');
  await reads(cyd, 'You cannot join this meeting');
  await cyd.page.reload();
  await cyd.button('Join now').click();
  await reads(cyd, 'You cannot join this meeting');
  await flip('Lobby', 'Everybody joins muted');
  await ada.show('People');
  await ada.button('Let back in').click();
  await gone(ada.button('Let back in'));
  await cyd.page.reload();
  await cyd.button('Join now').click();
  await cyd.isIn();

  const save = async (button: string) => {
    const [download] = await Promise.all([ada.page.waitForEvent('download'), ada.button(button).click()]);
    return readFile(await download.path(), 'utf8');
  };
  const [csv, json] = [await save('Table (CSV)'), await save('JSON')];
  for (const name of ['Ada', 'Bobby', 'Cyd']) {
    expect(csv).toContain(name);
    expect(json).toContain(`"${name}"`);
  }
});

it('a poll with names is voted and closed, and two breakout rooms are prolonged, changed and ended', async () => {
  await ada.button('Polls').click();
  await ada.button('New poll').click();
  await ada.page.getByLabel('Question').fill('Which days?');
  for (const [index, day] of ['Monday', 'Tuesday', 'Friday'].entries()) {
    await ada.page.getByLabel(`Option ${index + 1}`).fill(day);
  }
  for (const name of [/^Several answers/u, /^Anonymous/u, /^Show results at once/u]) {
    await ada.page.getByRole('switch', { name }).click();
  }
  await ada.button('Ask').click();
  await cyd.button('Later').click();
  await bob.button('Vote').click();
  await bob.page.getByRole('checkbox', { name: 'Monday' }).click();
  await bob.page.getByRole('checkbox', { name: 'Friday' }).click();
  await reads(ada, '1 vote · Results after closing');
  await cyd.button('Polls').click();
  await cyd.page.getByRole('checkbox', { name: 'Monday' }).click();
  await reads(bob, '2 votes · Results after closing');
  await cyd.button('Take my vote back').click();
  await reads(ada, '1 vote · Results after closing');
  await ada.button('Close poll').click();
  await reads(cyd, '1 vote · Closed');
  expect(await cyd.page.getByRole('listitem').filter({ hasText: 'Friday' }).textContent()).toBe('Friday1Bobby');
  await ada.page.locator('.poll').getByRole('button', { name: 'Remove' }).click();
  await reads(cyd, 'There are no polls yet.');

  const isIn = (who: MeetingPage, room: string) =>
    who.page.getByRole('heading', { level: 1, name: room, exact: true }).waitFor();
  await ada.show('People');
  await ada.button('Breakout rooms').click();
  await ada.page.getByLabel('Who goes where').selectOption('I assign people');
  await ada.page.getByRole('combobox', { name: 'Bobby', exact: true }).selectOption('Room 1');
  await ada.page.getByRole('combobox', { name: 'Cyd', exact: true }).selectOption('Room 2');
  await ada.button('Open the rooms').click();
  await Promise.all([isIn(bob, 'Room 1'), isIn(cyd, 'Room 2')]);
  await bob.page.getByRole('timer', { name: /^(10:00|9:\d\d) left$/u }).waitFor();
  await ada.button('5 more minutes').click();
  await bob.page.getByRole('timer', { name: /^1[45]:\d\d left$/u }).waitFor();
  await ada.page.getByLabel('Room of Bobby').selectOption('Room 2');
  await isIn(bob, 'Room 2');
  await cyd.sees('Bobby');
  await ada.button('End the rooms').click();
  await ada.page.getByRole('alertdialog').getByRole('button', { name: 'End the rooms' }).click();
  await Promise.all([bob, cyd].map((who) => reads(who, 'The breakout rooms are over')));
});

it('whatever people type where they can is shown as they typed it, and nothing of it runs', async () => {
  await typeHostileTexts(deployment, { ada, bob, cyd });
});

it('a host ends the meeting for everybody', async () => {
  await ada.show('Settings');
  await ada.button('End the meeting for everybody…').click();
  await ada.button('End it').click();
  await Promise.all([ada, bob].map((who) => reads(who, 'The meeting has ended')));
});
