import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Room } from '../../../client/Room.ts';
import { MemoryStorage } from '../../../client/storage.ts';
import { Unavailable } from '../../../core/ports.ts';
import type { ReencodingPort, SidecarInfo } from '../../../core/reencoding/ports.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { API_SECRET, closeTestMedia, TestNode } from './TestNode.ts';

const KEY = `Bearer ${API_SECRET}`;

const SIDECAR: SidecarInfo = {
  sidecarId: 'sidecar-1',
  name: 'big machine',
  startedAt: 1,
  draining: false,
  engine: 'libav',
  outputs: ['VP8', 'H264'],
  reason: null,
  tracks: 2,
  capacity: 4,
};

/** Nothing attaches in these tests. */
const idleDesk: ReencodingPort = {
  attach: async () => ({ type: 'unwanted', reason: 'nothing is wanted' }),
  pulse: () => undefined,
  stats: () => undefined,
  detach: () => undefined,
  lost: () => undefined,
};

describe('what people and operators are told of reencoding', () => {
  let sidecars: readonly SidecarInfo[] | null;
  let reads: number;
  let node: TestNode;
  let rooms: Room[];
  let clients: TestClient[];

  beforeEach(async () => {
    sidecars = [];
    reads = 0;
    rooms = [];
    clients = [];
    const directory = {
      async sidecars() {
        reads += 1;
        if (sidecars === null) throw new Unavailable('redis', 'Redis is away.');
        return sidecars;
      },
    };
    const secret = { reveal: () => 'a-sidecar-secret-of-at-least-32-characters' };
    node = await TestNode.start({
      engine: 'ws',
      store: new InMemoryJournalStore(),
      sidecars: { reencoding: idleDesk, secret, directory },
    });
  });

  afterEach(async () => {
    await Promise.all(rooms.map((room) => room.disconnect()));
    for (const client of clients) client.close();
    await node.close();
    expect(node.logger.errors).toEqual([]);
  });

  afterAll(closeTestMedia);

  async function enter(roomId: string, participantId: string): Promise<TestClient> {
    const client = await TestClient.connect(node.url, await node.joinToken(roomId, participantId));
    clients.push(client);
    await client.ask('join', { name: participantId });
    return client;
  }

  it('clients hear the state of reencoding on entering, and again when it changes', async () => {
    const roomId = await node.createRoom();
    const ann = await enter(roomId, 'ann');
    expect(await ann.hears('reencodingStatus')).toEqual([
      {
        available: false,
        hindrance: 'noneRuns',
        reason: expect.stringContaining('npm run reencoder'),
        trackIds: [],
      },
    ]);

    sidecars = [SIDECAR];
    expect((await ann.hears('reencodingStatus', 2))[1]).toEqual({
      available: true,
      hindrance: null,
      reason: null,
      trackIds: [],
    });

    node.audiences.forRoom(roomId).reencodingChanged(['camera-1']);
    expect((await ann.hears('reencodingStatus', 3))[2]?.trackIds).toEqual(['camera-1']);
    const bob = await enter(roomId, 'bob');
    expect(await bob.hears('reencodingStatus')).toEqual([
      { available: true, hindrance: null, reason: null, trackIds: ['camera-1'] },
    ]);
  });

  it('the state of reencoding stays while the directory is unreadable, and requests do not read it', async () => {
    sidecars = [SIDECAR];
    const roomId = await node.createRoom();
    await waitUntil(async () => {
      const { body } = await node.rest('GET', '/api/reencoding', undefined, KEY);
      return body.available === true || 'not available yet';
    });
    sidecars = null;
    const before = reads;
    await waitUntil(() => reads > before || 'not read again');
    const answers = await Promise.all([1, 2, 3].map(() => node.rest('GET', '/api/reencoding', undefined, KEY)));
    expect(answers.map(({ body }) => body.available)).toEqual([true, true, true]);
    expect(reads).toBe(before + 1);
    const ann = await enter(roomId, 'ann');
    expect((await ann.hears('reencodingStatus'))[0]?.available).toBe(true);
  });

  it('the SDK marks publications, in whatever order it hears of them', async () => {
    const roomId = await node.createRoom();
    const ann = await enter(roomId, 'ann');
    await ann.ask('publish', { trackId: 'camera-1', source: 'camera', muted: false });
    node.audiences.forRoom(roomId).reencodingChanged(['camera-1', 'screen-1']);

    const storage = new MemoryStorage();
    const room = new Room({ sessionStorage: storage, chatStorage: storage, media: false });
    rooms.push(room);
    let told = 0;
    room.on('reencodingChanged', () => {
      told += 1;
    });
    await room.connect(node.url, await node.joinToken(roomId, 'bob'), { name: 'Bob' });
    const reencoded = () => {
      const publications = [...(room.participants.get('ann')?.publications.values() ?? [])];
      return publications.map((publication) => `${publication.trackId} ${publication.reencoded}`).join();
    };
    await waitUntil(() => reencoded() === 'camera-1 true' || reencoded());
    await ann.ask('publish', { trackId: 'screen-1', source: 'screen', muted: false });
    await waitUntil(() => reencoded() === 'camera-1 true,screen-1 true' || reencoded());
    node.audiences.forRoom(roomId).reencodingChanged([]);
    await waitUntil(() => reencoded() === 'camera-1 false,screen-1 false' || reencoded());
    expect(room.reencoding?.available).toBe(false);
    expect(told).toBe(2);
  });

  it('operators see sidecars and reencoded tracks; others do not', async () => {
    sidecars = [SIDECAR, { ...SIDECAR, sidecarId: 'sidecar-2', engine: null, reason: 'Install ffmpeg.', capacity: 0 }];
    const roomId = await node.createRoom();
    const ann = await enter(roomId, 'ann');
    await ann.ask('publish', { trackId: 'camera-1', source: 'camera', muted: false });
    await ann.ask('publish', { trackId: 'microphone-1', source: 'microphone', muted: false });
    node.audiences.forRoom(roomId).reencodingChanged(['camera-1']);
    await waitUntil(async () => {
      const { body } = await node.rest('GET', '/api/reencoding', undefined, KEY);
      return body.sidecars.length === 2 || 'the sidecars are not known yet';
    });
    const { body } = await node.rest('GET', '/api/reencoding', undefined, KEY);
    expect(body).toMatchObject({
      available: true,
      reason: null,
      sidecars: [{ name: 'big machine', engine: 'libav', tracks: 2, capacity: 4, draining: false }, { engine: null }],
    });
    expect(body.sidecars[0]).not.toHaveProperty('sidecarId');
    expect((await node.rest('GET', '/api/reencoding')).status).toBe(401);

    expect((await node.rest('GET', `/api/rooms/${roomId}`, undefined, KEY)).body.reencodedTracks).toEqual(['camera-1']);
    const { body: list } = await node.rest('GET', `/api/rooms/${roomId}/participants`, undefined, KEY);
    expect(list.participants[0].tracks).toMatchObject([
      { id: 'camera-1', reencoding: null, reencoded: true },
      { id: 'microphone-1', reencoded: false },
    ]);

    const { body: metrics } = await node.rest('GET', '/metrics', undefined, `Bearer ${API_SECRET}`);
    expect(metrics).toContain('everroom_sidecars{engine="libav"} 1');
    expect(metrics).toContain('everroom_sidecars{engine="none"} 1');
    expect(metrics).toContain('everroom_reencoded_tracks{phase="ready",engine="ffmpeg"} 0');
    expect(metrics).toContain('everroom_reencoding_fallbacks_total 0');
  });
});
