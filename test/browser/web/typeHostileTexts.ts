import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { Deployment } from '../../../ops/kit/deployment/Deployment.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import type { MeetingPage } from './MeetingPage.ts';
import { withPeopleWithoutPage } from './withPeopleWithoutPage.ts';

/** What would run if a page wrote it as HTML, within an attribute or not. It fits into a name. */
const markup = (where: string) => `"><img src=x onerror=alert('${where}')><svg/onload=alert(1)>`;
/** Turns what comes after it around: people would read "exe.jpg". */
const TURNED = '\u202egpj.exe';
const LINKS = 'javascript:alert(1) data:text/html,<script>alert(1)</script> https://example.org/"onclick=alert(1)';

/**
 * Types such texts wherever people can, and looks at each place that shows them. Ada is the host; Cyd is
 * removed for good, and the page is closed in the end.
 */
export async function typeHostileTexts(
  deployment: Deployment,
  { ada, bob, cyd }: Record<'ada' | 'bob' | 'cyd', MeetingPage>,
): Promise<void> {
  const all = [ada, bob, cyd];
  await Promise.all(all.map(watch));
  await Promise.all(all.map(readAllNotices));

  const name = await typeNames(ada, bob);
  await typeMessages(ada, bob, name);
  await shareFile(ada, bob);
  await askPoll(ada, bob, name);
  await writeNotes(ada, cyd);
  await openBreakouts(deployment, ada, bob, cyd);
  await comeToTheDoor(ada, cyd);

  await cyd.page.goto(deployment.url);
  await cyd.page.getByLabel('Code or link').fill('javascript:alert(1)');
  await cyd.button('Join').click();
  await cyd.page.getByText('That is not a code or link of a meeting.').waitFor();
  expect(all.flatMap(({ problems }) => problems)).toEqual([]);

  // The watch would have seen it.
  await cyd.page.evaluate((html) => document.body.insertAdjacentHTML('beforeend', html), markup('watch'));
  await waitUntil(() => cyd.problems.some((problem) => problem.startsWith('Markup: <img')) || 'markup is not noticed');
  await waitUntil(
    () => cyd.problems.some((problem) => /inline event handler/u.test(problem)) || 'no policy is noticed',
  );
  await cyd.close();
  cyd.problems.length = 0;
}

/** From now on it is a problem of the page when a text becomes an element, or opens a dialog. */
async function watch({ page, problems }: MeetingPage): Promise<void> {
  page.on('dialog', (dialog) => {
    problems.push(`Dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript(reportMarkup);
  await page.evaluate(reportMarkup);
}

function reportMarkup(): void {
  const handlers = ['onerror', 'onload', 'onclick'];
  const isSafe = (element: Element) => {
    const isLink = !(element instanceof HTMLAnchorElement) || /^(https?|blob):$/u.test(element.protocol);
    return isLink && !handlers.some((handler) => element.hasAttribute(handler));
  };
  const look = (root: Node) => {
    if (!(root instanceof Element)) return;
    for (const element of [root, ...root.querySelectorAll('*')]) {
      if (!isSafe(element)) console.error(`Markup: ${element.outerHTML}`);
    }
  };
  new MutationObserver((records) => {
    for (const { target, type, addedNodes } of records) {
      if (type === 'attributes') look(target);
      for (const node of addedNodes) look(node);
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['href', ...handlers] });
}

/** A notice stands in front of what it covers until somebody has read it. */
function readNotice({ page }: MeetingPage, text: string): Promise<void> {
  return page.locator('.notice', { hasText: text }).getByLabel('Dismiss').click();
}

async function readAllNotices(who: MeetingPage): Promise<void> {
  while ((await who.button('Dismiss').count()) > 0) await who.button('Dismiss').first().click();
}

/** Returns the name that Bob has from now on. */
async function typeNames(ada: MeetingPage, bob: MeetingPage): Promise<string> {
  const name = markup('name');
  await bob.show('Settings');
  await bob.page.getByLabel('Your name').fill(name);
  await bob.button('Change name').click();
  await ada.tile(name).waitFor();
  await bob.page.getByLabel('Your name').fill(`Bob${TURNED}`);
  await bob.button('Change name').click();
  await readNotice(bob, 'That cannot be used.');
  await bob.button('Raise your hand').click();
  await ada.page.getByText(`${name} raised a hand`, { exact: true }).waitFor({ state: 'attached' });
  await ada.show('People');
  await ada.button(`Actions for ${name}`).waitFor();

  const room = markup('room');
  await ada.show('Settings');
  await ada.page.getByLabel('Name of the meeting').fill(room);
  await ada.button('Change').click();
  await bob.page.getByRole('heading', { level: 1, name: room, exact: true }).waitFor();
  expect(await bob.page.title()).toBe(`${room} · Everroom`);
  return name;
}

async function typeMessages(ada: MeetingPage, bob: MeetingPage, name: string): Promise<void> {
  const last = ({ page }: MeetingPage) => page.locator('.chat-message').last();
  const lastIs = (who: MeetingPage, text: string) =>
    waitUntil(async () => {
      const shown = await last(who).locator('.chat-text').textContent();
      return shown === text || `the last message is: ${shown}`;
    });
  await Promise.all([ada.show('Chat'), bob.show('Chat')]);
  const write = ada.page.getByLabel('Write a message');
  const sent = `${markup('chat')} ${LINKS} ${TURNED}`;
  await write.fill(sent);
  await write.press('Enter');
  await lastIs(bob, sent);
  const links = last(bob).getByRole('link');
  expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual([
    'https://example.org/',
  ]);

  await last(ada).hover();
  await last(ada).getByLabel('Edit message').click();
  await ada.page.getByRole('textbox', { name: 'Edit message' }).fill(markup('edited'));
  await ada.page.keyboard.press('Enter');
  await lastIs(bob, `${markup('edited')} (edited)`);
  await last(bob).hover();
  await last(bob).getByLabel('Reply').click();
  await bob.page.getByLabel('Write a message').fill(markup('reply'));
  await ada.page.getByText(`${name} is writing…`, { exact: true }).waitFor();
  await bob.page.keyboard.press('Enter');
  await lastIs(ada, markup('reply'));
  await last(ada).getByText(markup('edited')).waitFor();

  await write.fill('@');
  await ada.page.getByRole('listbox', { name: 'People to mention' }).getByText(name, { exact: true }).click();
  expect(await write.inputValue()).toBe(`@${name} `);
  await write.fill('');
  await ada.show('Settings');
  await bob.page.getByLabel('To', { exact: true }).selectOption({ label: 'Ada' });
  await bob.page.getByLabel('Write to Ada alone').fill(markup('private'));
  await bob.page.keyboard.press('Enter');
  await readNotice(ada, `${name} wrote to you alone.`);
  await ada.show('Chat');
  await lastIs(ada, markup('private'));
  await ada.page.getByLabel('To', { exact: true }).selectOption({ label: name });
  await ada.page.getByLabel(`Write to ${name} alone`).waitFor();
  await ada.page.getByLabel('To', { exact: true }).selectOption({ label: 'Everybody' });
}

async function shareFile(ada: MeetingPage, bob: MeetingPage): Promise<void> {
  await bob.page.evaluate((dropped) => {
    const data = new DataTransfer();
    data.items.add(new File(['<script>alert(1)</script>'], dropped));
    for (const type of ['dragover', 'drop']) {
      window.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
  }, `<img src=x onerror=alert(1)>${TURNED}.html`);
  const kept = '_img src=x onerror=alert(1)_gpj.exe.html';
  const card = ada.page.getByRole('button', { name: `Save ${kept}` });
  const [download] = await Promise.all([ada.page.waitForEvent('download'), card.click()]);
  expect(download.suggestedFilename()).toBe(kept);
  expect(await readFile(await download.path(), 'utf8')).toBe('<script>alert(1)</script>');
}

async function askPoll(ada: MeetingPage, bob: MeetingPage, name: string): Promise<void> {
  await ada.button('Polls').click();
  await ada.button('New poll').click();
  await ada.page.getByLabel('Question').fill(TURNED);
  await ada.page.getByLabel('Option 1').fill(markup('one'));
  await ada.page.getByLabel('Option 2').fill(markup('two'));
  await ada.page.getByRole('switch', { name: /^Anonymous/u }).click();
  await ada.button('Ask').click();
  await readNotice(ada, 'That cannot be used.');
  await ada.page.getByLabel('Question').fill(markup('poll'));
  await ada.button('Ask').click();
  await bob.page.getByRole('status').getByText(markup('poll'), { exact: true }).waitFor();
  await bob.button('Vote').click();
  await bob.page.getByRole('heading', { name: markup('poll'), exact: true }).waitFor();
  await bob.page.getByRole('radio', { name: markup('two') }).click();
  await ada.page
    .getByRole('listitem')
    .filter({ hasText: markup('two') })
    .getByText(name, { exact: true })
    .waitFor();
}

async function writeNotes(ada: MeetingPage, cyd: MeetingPage): Promise<void> {
  const text = `${markup('notes')} ${TURNED}`;
  await ada.button('Notes').click();
  await ada.page.getByRole('textbox', { name: 'Notes' }).fill(text);
  await cyd.button('Notes').click();
  const notes = cyd.page.getByRole('textbox', { name: 'Notes' });
  await waitUntil(async () => (await notes.inputValue()) === text || 'the notes do not come');
}

/** The page numbers breakout rooms; a program names them. */
async function openBreakouts(
  deployment: Deployment,
  ada: MeetingPage,
  bob: MeetingPage,
  cyd: MeetingPage,
): Promise<void> {
  const room = markup('breakout');
  await withPeopleWithoutPage(deployment, ada.page.url(), { Hal: 'host' }, async ([hal]) => {
    await hal?.controls.breakouts.open({ names: [room], free: true, durationMs: null, assigned: [] });
  });
  await cyd.button('Choose a room').click();
  await cyd.button(`Join ${room}`).click();
  await cyd.page.getByRole('heading', { level: 1, name: room, exact: true }).waitFor();
  await ada.button('Manage').click();
  await ada.page.getByRole('region', { name: room, exact: true }).waitFor();
  await ada.page.getByLabel('Message to all rooms').fill(markup('announced'));
  await ada.button('Send to all').click();
  await Promise.all([bob, cyd].map((who) => readNotice(who, `Ada to everybody ${markup('announced')}`)));
  await ada.button('End the rooms').click();
  await ada.page.getByRole('alertdialog').getByRole('button', { name: 'End the rooms' }).click();
  await cyd.page.getByText('The breakout rooms are over').waitFor();
}

async function comeToTheDoor(ada: MeetingPage, cyd: MeetingPage): Promise<void> {
  const name = markup('door');
  await ada.show('Settings');
  await ada.page.getByRole('switch', { name: /^Lobby/u }).click();
  await cyd.button('Leave the meeting').click();
  await cyd.button('Rejoin').click();
  await cyd.join(`Cyd${TURNED}`);
  await cyd.page.getByText('That cannot be used.').waitFor();
  await cyd.join(name);
  await ada.page.getByText(`${name} wants to join`, { exact: true }).filter({ visible: true }).first().waitFor();
  await ada.show('People');
  await ada.button(`Deny ${name}`).waitFor();
  await ada.button('Admit').click();
  await cyd.isIn();
  await ada.button(`Actions for ${name}`).click();
  await ada.page.getByRole('menuitem', { name: 'Remove for good' }).click();
  await cyd.page.getByText('You cannot join this meeting').waitFor();
  await ada.page.locator('.ban').getByText(name, { exact: true }).waitFor();
}
