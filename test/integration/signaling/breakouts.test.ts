import { afterAll, expect, it } from 'vitest';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { API_SECRET, closeTestMedia, TestNode } from './TestNode.ts';

afterAll(closeTestMedia);

const KEY = `Bearer ${API_SECRET}`;

it('REST opens, changes and ends breakout rooms and moves people; roles, grants, settings, bans and erasures follow', async () => {
  const node = await TestNode.start({ engine: 'uws', store: new InMemoryJournalStore() });
  const roomId = await node.createRoom();
  const clients: TestClient[] = [];
  const join = async (token: string, name: string): Promise<TestClient> => {
    const client = await TestClient.connect(node.url, token);
    clients.push(client);
    await client.ask('join', { name });
    return client;
  };
  const rest = (path: string, body?: object, method = 'POST', key = KEY) =>
    node.rest(method, `/api/rooms/${roomId}${path}`, body, key);
  const order = async (path: string, body?: object, method?: string) =>
    expect(await rest(path, body, method)).toMatchObject({ status: 200, body: {} });
  const [ann, bob, cleo] = await Promise.all(
    ['ann', 'bob', 'cleo'].map(async (participantId) =>
      join(await node.joinToken(roomId, participantId), participantId),
    ),
  );
  if (!ann || !bob || !cleo) throw new Error('nobody came');
  const assigned = ['ann', 'bob', 'cleo'].map((participantId) => ({ participantId, room: 0 }));
  await order('/breakouts', { names: ['One', 'Two'], durationMs: 60_000, assigned });
  const described = async () => (await rest('/breakouts', undefined, 'GET')).body.breakouts;
  const [one, two] = (await described()).rooms;
  const inside = async (client: TestClient, breakout: string) =>
    join((await client.ask('enterBreakout', { roomId: breakout })).token, 'inside');
  const [annInside, bobInside] = [await inside(ann, one.id), await inside(bob, one.id)];
  await annInside.ask('postChat', { messageId: 'm1', text: 'a secret of ann' });
  await bobInside.ask('postChat', { messageId: 'm2', text: 'bob stays' });
  const stateInside = () => node.hosts.get(one.id)?.state;
  for (const role of ['host', 'member']) {
    await order('/participants/ann/role', { role });
    await waitUntil(() => stateInside()?.participants.get('ann')?.role === role || `ann is no ${role} there`);
    // The last host of the main room cannot be made a member.
    if (role === 'host') await order('/participants/bob/role', { role });
  }
  await order('', { privateChat: false, reencoding: { mode: 'on' } }, 'PATCH');
  const silent = { sources: [], chat: false, unmute: false };
  await order('/participants/ann/grants', { grants: silent });
  await waitUntil(() => stateInside()?.settings.privateChat === false || 'private chat is allowed there');
  expect(stateInside()?.settings.reencoding).toEqual({ mode: 'on' });
  await waitUntil(() => stateInside()?.participants.get('ann')?.grants?.chat === false || 'ann may write there');
  await expect(annInside.ask('postChat', { messageId: 'm3', text: 'no more' })).rejects.toThrow(/NOT_GRANTED/);
  const cleoInside = await inside(cleo, one.id);
  expect((await node.rest('POST', `/api/rooms/${one.id}/participants/cleo/ban`, {}, KEY)).status).toBe(200);
  expect(await cleoInside.hears('sessionEnded')).toHaveLength(1);
  expect(await cleo.hears('sessionEnded')).toHaveLength(1);
  expect(node.hosts.get(roomId)?.state.bans.has('cleo')).toBe(true);
  await waitUntil(() => stateInside()?.bans.size === 0 || 'the ban stands in both rooms');
  await order('/breakouts', { endsAt: null }, 'PATCH');
  await order('/participants/bob/breakout', { breakout: two.id });
  expect(await described()).toMatchObject({
    endsAt: null,
    places: expect.arrayContaining([{ participantId: 'bob', assigned: two.id, inside: one.id }]),
  });
  const bobMoved = await inside(bob, two.id);
  expect(await bobInside.hears('sessionEnded')).toHaveLength(1);
  await order('/breakouts', undefined, 'DELETE');
  expect(await bobMoved.hears('sessionEnded')).toHaveLength(1);
  expect(await described()).toBeNull();
  await waitUntil(() => stateInside()?.status === 'closed' || 'the breakout room is open');
  const texts = () => stateInside()?.chat.map(({ text }) => text);
  expect(texts()).toEqual(['a secret of ann', 'bob stays']);
  // From closed rooms, too.
  await order('/participants/ann/data', undefined, 'DELETE');
  expect(texts()).toEqual(['bob stays']);
  expect(await ann.hears('sessionEnded')).toHaveLength(1);
  expect((await rest('/breakouts', { names: [] })).status).toBe(400);
  expect((await rest('/breakouts', { names: ['One'] }, 'POST', 'Bearer wrong')).status).toBe(401);
  for (const client of clients) client.close();
  expect(node.logger.errors).toEqual([]);
  await node.close();
});
