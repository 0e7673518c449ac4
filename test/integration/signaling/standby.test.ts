import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { MemoryRegistry } from '../../support/MemoryRegistry.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { closeTestMedia, TestNode } from './TestNode.ts';

const media = { rtpCapabilities: { codecs: [], headerExtensions: [] } };

describe('standing by on another node', () => {
  let home: TestNode;
  let other: TestNode;
  let roomId: string;
  const clients: TestClient[] = [];

  beforeEach(async () => {
    const store = new InMemoryJournalStore();
    const registry = new MemoryRegistry();
    const options = { engine: 'ws', store, registry, hotStandby: 'on' } as const;
    home = await TestNode.start({ ...options, nodeId: 'home' });
    other = await TestNode.start({ ...options, nodeId: 'other' });
    roomId = await home.createRoom();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const node of [home, other]) {
      await node.close();
      expect(node.logger.errors).toEqual([]);
    }
  });
  afterAll(closeTestMedia);

  async function connect(node: TestNode, token: string, standby = false): Promise<TestClient> {
    const client = await TestClient.connect(node.url, token, { auth: { standby } });
    clients.push(client);
    return client;
  }

  async function enter(participantId: string, role: 'host' | 'member' = 'member') {
    const client = await connect(home, await home.joinToken(roomId, participantId, role));
    const { resumeToken } = await client.ask('join', { name: participantId, ...media });
    return { client, resumeToken };
  }

  it('clients hear where they may, and that it ends with the setting of the room', async () => {
    const { client, resumeToken } = await enter('hal', 'host');
    const last = () => client.all('standbyPlaces').at(-1);
    // The list of nodes may come later.
    await waitUntil(() => last()?.urls.includes(other.url) || 'it has not heard of the other node');
    expect(last()).toEqual({ urls: [other.url], hotStandby: 'on' });
    const standing = await connect(other, resumeToken, true);
    await standing.ask('standBy', media);

    await client.ask('setHotStandby', { hotStandby: 'off' });
    await waitUntil(() => last()?.hotStandby === 'off' || 'it has not heard that it is over');
    expect(last()).toEqual({ urls: [], hotStandby: 'off' });
    await standing.isCutOff();
    const late = await connect(other, resumeToken, true);
    await expect(late.ask('standBy', media)).rejects.toThrow('FORBIDDEN');
  });

  it('a room may ask for it from the start, and an operator forbid it', async () => {
    const store = new InMemoryJournalStore();
    const strict = await TestNode.start({ engine: 'ws', store, hotStandby: 'off', nodeId: 'strict' });
    try {
      const asks = await strict.createRoom({ hotStandby: 'on' });
      const host = await TestClient.connect(strict.url, await strict.joinToken(asks, 'hal', 'host'));
      clients.push(host);
      await host.ask('join', { name: 'hal', ...media });
      expect(await host.hears('standbyPlaces')).toEqual([{ urls: [], hotStandby: 'forbidden' }]);
    } finally {
      await strict.close();
    }
  });

  it('[J5] whoever stands by is told nothing of the room and changes nothing in it', async () => {
    const { resumeToken } = await enter('ann');
    const standing = await connect(other, resumeToken, true);
    await standing.ask('standBy', media);
    const { version } = other.hosts.get(roomId) ?? expect.fail('the room is not open there');
    await enter('bob');
    await waitUntil(() => (other.hosts.get(roomId)?.version ?? 0) > version || 'the other node does not follow');
    expect(standing.all('committed')).toEqual([]);
    await expect(standing.ask('postChat', { messageId: 'm', text: 'hello' })).rejects.toThrow('NOT_IN_ROOM');
    expect(other.hosts.get(roomId)?.state.participants.get('ann')).toMatchObject({ nodeId: 'home', session: 1 });
  });

  it('the next session takes over the transports that stood by', async () => {
    const { client, resumeToken } = await enter('ann');
    const standing = await connect(other, resumeToken, true);
    const { transports } = await standing.ask('standBy', media);
    client.close();
    const answer = await standing.ask('resume', { version: 1, ...media, promote: true });
    expect(answer).toMatchObject({ promoted: true, transports: null, session: 2 });
    // They still are there, and belong to the session.
    const { iceParameters } = await standing.ask('restartIce', { transportId: transports.recv.id });
    expect(iceParameters).toHaveProperty('usernameFragment');
    await standing.ask('raiseHand', {});
  });

  it('without anything that stands by, the same request opens media as ever', async () => {
    const { client, resumeToken } = await enter('ann');
    client.close();
    const next = await connect(other, resumeToken);
    const answer = await next.ask('resume', { version: 1, ...media, promote: true });
    expect(answer).toMatchObject({ session: 2, transports: { recv: {}, send: {} } });
    expect(answer.promoted).toBeUndefined();
  });

  it('[S1] standing by needs a resume token and a place in the room, and ends with that place', async () => {
    const { client, resumeToken } = await enter('ann');
    const joins = await connect(other, await other.joinToken(roomId, 'ann'), true);
    await expect(joins.ask('standBy', media)).rejects.toThrow('TOKEN_INVALID');
    const uncalled = await connect(other, resumeToken);
    await expect(uncalled.ask('standBy', media)).rejects.toThrow('INVALID');

    const standing = await connect(other, resumeToken, true);
    await standing.ask('standBy', media);
    await client.ask('leave', {});
    expect(await standing.hears('sessionEnded')).toEqual([{ reason: 'left' }]);
    await standing.isCutOff();
    const late = await connect(other, resumeToken, true);
    await expect(late.ask('standBy', media)).rejects.toThrow('NOT_IN_ROOM');
  });

  it('a participant stands by once on a node, and not where its session is', async () => {
    const { resumeToken } = await enter('ann');
    const first = await connect(other, resumeToken, true);
    await first.ask('standBy', media);
    const second = await connect(other, resumeToken, true);
    const { transports } = await second.ask('standBy', media);
    await first.isCutOff();
    await second.ask('restartIce', { transportId: transports.send.id });

    const here = await connect(home, resumeToken, true);
    await expect(here.ask('standBy', media)).rejects.toThrow('STALE_SESSION');
  });
});
