import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequestRefused } from '../../../client/errors.ts';
import { Room } from '../../../client/Room.ts';
import { MemoryStorage } from '../../../client/storage.ts';
import { JournalCorrupt } from '../../../core/ports.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { NetworkPath } from '../../browser/sdk/NetworkPath.ts';
import { NO_MEDIA } from '../../support/noMedia.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestNode } from './TestNode.ts';

describe('a client that is refused', () => {
  const store = new InMemoryJournalStore();
  const storage = new MemoryStorage();
  let node: TestNode;
  let path: NetworkPath;
  let room: Room;
  const ends: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    node = await start();
    path = await NetworkPath.open();
    path.targetPort = node.port;
    room = new Room({ media: false, sessionStorage: storage, chatStorage: storage, announceReconnectingAfterMs: 0 });
  });

  afterEach(async () => {
    await room.disconnect();
    for (const end of ends.splice(0)) await end();
    await path.close();
  });

  async function start(restoring?: () => void): Promise<TestNode> {
    const started = await TestNode.start({ engine: 'ws', store, media: NO_MEDIA, ...(restoring ? { restoring } : {}) });
    ends.push(() => started.close());
    return started;
  }

  /** A node of a deployment with another secret. */
  async function startStranger(): Promise<{ readonly url: string; refused: number }> {
    const stranger = { url: '', refused: 0 };
    const http = createServer();
    const io = new Server(http);
    io.use((_, next) => {
      stranger.refused += 1;
      const data = { code: 'TOKEN_INVALID', message: 'This token was not signed by this deployment.' };
      next(Object.assign(new Error(data.message), { data }));
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    ends.push(() => io.close());
    stranger.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    return stranger;
  }

  it('a parked room says so to its people, and how long', async () => {
    const roomId = await node.createRoom();
    await room.connect(path.url, await node.joinToken(roomId, 'ann'), { name: 'Ann' });
    const held: RequestRefused[] = [];
    room.on('held', (error) => held.push(error));
    const next = await start(() => {
      throw new JournalCorrupt(roomId, 1, 'a test says so');
    });
    for (const _ of [1, 2]) await next.hosts.open(roomId).catch(() => undefined);
    path.cut();
    path.targetPort = next.port;
    path.heal();
    await waitUntil(() => held.length > 0 || 'nothing is said');
    expect(held).toMatchObject([{ code: 'ROOM_PARKED' }]);
    expect(held[0]?.retryAfterMs).toBeGreaterThan(0);
    expect(room.state).toBe('reconnecting');

    const newcomer = new Room({ media: false, sessionStorage: new MemoryStorage(), chatStorage: new MemoryStorage() });
    const joining = newcomer.connect(next.url, await node.joinToken(roomId, 'bob'), { name: 'Bob' });
    await expect(joining).rejects.toMatchObject({ code: 'ROOM_PARKED' });
    next.logger.errors.length = 0;
  });

  it('a token that one node refuses is good as long as others may take it', async () => {
    const roomId = await node.createRoom();
    const stranger = await startStranger();
    const nodes = [path.url, stranger.url];
    await room.connect(nodes, await node.joinToken(roomId, 'ann'), { name: 'Ann' });
    path.cut();
    await waitUntil(() => stranger.refused >= 3 || 'the stranger was not asked');
    expect(room.state).toBe('reconnecting');
    expect(Room.canResume(roomId, storage)).toBe(true);
    path.heal();
    await waitUntil(() => room.state === 'connected' || room.state);
    expect(node.hosts.get(roomId)?.state.participants.get('ann')?.session).toBe(2);
  });

  it('a token that every node refuses is refused', async () => {
    const [one, two] = [await startStranger(), await startStranger()];
    const joining = room.connect([one.url, two.url], await node.joinToken('room', 'ann'), { name: 'Ann' });
    await expect(joining).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });
});
