import { afterAll, afterEach, expect, it } from 'vitest';
import { Room } from '../../../client/index.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { closeTestMedia, TestNode } from './TestNode.ts';

afterAll(closeTestMedia);

const rooms: Room[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.disconnect();
});

it('[S2] a private message reaches its two people alone: live, on entry, in pages, and for somebody who becomes a host', async () => {
  const node = await TestNode.start({ engine: 'uws', store: new InMemoryJournalStore() });
  const roomId = await node.createRoom();
  const enter = async (participantId: string, role: 'host' | 'member' = 'member'): Promise<Room> => {
    const room = new Room({ media: false });
    rooms.push(room);
    await room.connect(node.url, await node.joinToken(roomId, participantId, role), { name: participantId });
    return room;
  };
  const shows = (room: Room, text: string) =>
    waitUntil(() => room.chat.messages.some((message) => message.text === text) || `"${text}" is not there`, 40_000);

  // A client that writes down every byte it understands.
  const eve = await TestClient.connect(node.url, await node.joinToken(roomId, 'eve'));
  const [ann, bob, hal] = [await enter('ann'), await enter('bob'), await enter('hal', 'host')];
  const entered = await eve.ask('join', { name: 'eve' });
  const id = ann.chat.send('secret one', { to: 'bob' });
  await shows(bob, 'secret one');
  expect(bob.chat.messages[0]).toMatchObject({ to: 'bob', participantId: 'ann' });
  const answer = bob.chat.send('secret two', { to: 'ann', replyTo: id });
  await shows(ann, 'secret two');
  expect(ann.chat.messages[1]).toMatchObject({ id: answer, replyTo: id });
  await ann.chat.edit(id, 'secret three');
  await shows(bob, 'secret three');
  await bob.chat.react(id, '🤫');
  const reactions = () => ann.chat.messages.find((message) => message.id === id)?.reactions;
  await waitUntil(() => reactions()?.[0]?.people[0]?.participantId === 'bob' || 'ann sees no reaction', 40_000);
  await expect(hal.chat.react(id, '🤫')).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  await expect(hal.chat.delete(id)).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });

  const hello = ann.chat.send('for all');
  await Promise.all([shows(hal, 'for all'), shows(bob, 'for all')]);
  await hal.controls.setRole('eve', 'host');
  await waitUntil(() => eve.all('refreshed').length > 0 || 'eve is no host yet');
  const page = await eve.ask('chatBefore', { messageId: hello });
  const late = await TestClient.connect(node.url, await node.joinToken(roomId, 'zoe'));
  const toZoe = await late.ask('join', { name: 'zoe' });
  const told = JSON.stringify([entered, eve.heard, page, toZoe, late.heard, [...hal.chat.messages]]);
  expect(told).toContain('for all');
  expect(told).not.toMatch(/secret|🤫/u);

  // Whoever comes back as one of the two has it again.
  await shows(await enter('bob'), 'secret three');
  await ann.chat.delete(id);
  await waitUntil(() => ann.chat.messages.find((message) => message.id === id)?.deleted === true || 'not deleted');
  await hal.controls.setPrivateChat(false);
  const refused = ann.chat.send('secret four', { to: 'bob' });
  await waitUntil(
    () => ann.chat.messages.find((message) => message.id === refused)?.state === 'failed' || 'it was not refused',
  );
  ann.chat.discard(refused);

  late.socket.disconnect();
  eve.socket.disconnect();
  expect(node.logger.errors).toEqual([]);
  for (const room of rooms.splice(0)) await room.disconnect();
  await node.close();
});
