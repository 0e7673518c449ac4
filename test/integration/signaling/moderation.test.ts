import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { NOTES_UPDATES_KEPT } from '../../../core/room/notes.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import type { EntryAnswer } from '../../../signaling/protocol/requests.ts';
import { MemoryGuesses } from '../../support/MemoryGuesses.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { API_SECRET, closeTestMedia, TestNode } from './TestNode.ts';

const KEY = `Bearer ${API_SECRET}`;
const HOME = '203.0.113.7';

describe('moderation holds', () => {
  let node: TestNode;
  let roomId: string;
  const clients: TestClient[] = [];

  beforeAll(async () => {
    node = await TestNode.start({
      engine: 'uws',
      store: new InMemoryJournalStore(),
      limits: { addressShare: 2, knocks: { burst: 3, perSecond: 0 } },
    });
  });
  afterAll(async () => {
    await node.close();
    await closeTestMedia();
  });
  beforeEach(async () => {
    roomId = await node.createRoom({ guests: true, capacity: 3 });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    expect(node.logger.errors).toEqual([]);
  });

  async function connect(token: string, from?: string): Promise<TestClient> {
    const client = await TestClient.connect(node.url, token, comingFrom(from));
    clients.push(client);
    return client;
  }

  /** As anybody gets it. */
  async function anyToken(): Promise<string> {
    const { status, body } = await node.rest('POST', `/api/rooms/${roomId}/tokens`);
    expect(status).toBe(201);
    return body.token;
  }

  async function keyToken(body: Record<string, unknown>): Promise<string> {
    return (await node.rest('POST', `/api/rooms/${roomId}/tokens`, body, KEY)).body.token;
  }

  async function join(token: string, name: string, { device, from }: { device?: string; from?: string } = {}) {
    const client = await connect(token, from);
    const session = await client.ask('join', { name, ...(device && { device }) });
    return { client, session };
  }

  const device = (name: string) => name.padEnd(16, '-');

  async function order(path: string, body: unknown = {}, method = 'POST') {
    const reply = await node.rest(method, `/api/rooms/${roomId}${path}`, body, KEY);
    expect(reply.body).toEqual({});
    expect(reply.status).toBe(200);
  }

  it('[S4] who was removed comes back neither by the session nor by the token, but with a new token', async () => {
    const host = await join(await node.joinToken(roomId, 'hal', 'host'), 'Hal');
    const token = await anyToken();
    const { client, session } = await join(token, 'Eve');
    await host.client.ask('remove', { participantId: session.participantId });
    expect(await client.hears('sessionEnded')).toEqual([{ reason: 'removed' }]);
    const back = await connect(session.resumeToken);
    // Clients that do not know the code read a near one.
    const answer = await back.send('resume', { commandId: 'c1', version: 0 });
    expect(answer).toMatchObject({ ok: false, error: { code: 'BANNED', exactCode: 'REMOVED' } });
    await expect(join(token, 'Eve')).rejects.toThrow('REMOVED');
    await join(await anyToken(), 'Eve');
  });

  it('[S4] a ban reaches the browser and the network, and hosts see that', async () => {
    const host = await join(await node.joinToken(roomId, 'hal', 'host'), 'Hal');
    const { session } = await join(await anyToken(), 'Eve', { device: device('eves'), from: HOME });
    await host.client.ask('ban', { participantId: session.participantId });
    await expect(join(await anyToken(), 'Zoe', { device: device('eves') })).rejects.toThrow('BANNED');
    await expect(join(await anyToken(), 'Zoe', { device: device('new'), from: HOME })).rejects.toThrow('BANNED');
    const [event] = host.client.events('ParticipantBanned');
    expect(event).toMatchObject({ name: 'Eve', device: 'set', address: 'set', addressUntil: expect.any(Number) });
    const bans = await node.rest('GET', `/api/rooms/${roomId}/bans`, undefined, KEY);
    expect(bans.body.bans).toMatchObject([{ name: 'Eve', device: true, address: true }]);
    await order(`/participants/${session.participantId}/unban`);
    await join(await anyToken(), 'Zoe', { device: device('eves'), from: HOME });
  });

  it('[S2] [S4] the journal has neither the device nor the address', async () => {
    const store = new InMemoryJournalStore();
    const other = await TestNode.start({ engine: 'uws', store });
    try {
      const id = await other.createRoom();
      const ann = await TestClient.connect(other.url, await other.joinToken(id, 'ann'), comingFrom(HOME));
      clients.push(ann);
      const { room } = await ann.ask('join', { name: 'Ann', device: device('secret') });
      expect(room?.participants.get('ann')).toMatchObject({ device: null, address: null });
      const state = await other.hosts.open(id).then((host) => host.state);
      const { device: kept, address } = state.participants.get('ann') ?? {};
      expect([kept, address]).toEqual([expect.stringMatching(/^[\w-]{22}$/), expect.stringMatching(/^[\w-]{22}$/)]);
    } finally {
      await other.close();
    }
  });

  it('[S9] a demoted host stays a member, and the token of a removed one opens no lock', async () => {
    const owner = await join(await node.joinToken(roomId, 'owner', 'host'), 'Owner');
    const token = await node.joinToken(roomId, 'eve', 'host');
    const eve = await join(token, 'Eve');
    await owner.client.ask('setRole', { participantId: 'eve', role: 'member' });
    await eve.client.ask('leave', {});
    const again = await join(token, 'Eve');
    expect(again.session.room?.participants.get('eve')?.role).toBe('member');
    await expect(again.client.ask('ban', { participantId: 'owner' })).rejects.toThrow('FORBIDDEN');
    await owner.client.ask('setLocked', { locked: true });
    await owner.client.ask('remove', { participantId: 'eve' });
    await expect(join(token, 'Eve')).rejects.toThrow('REMOVED');
  });

  it('[S5] one address fills neither room nor lobby, and hosts enter a full room', async () => {
    await join(await anyToken(), 'One', { from: HOME });
    await join(await anyToken(), 'Two', { from: HOME });
    await expect(join(await anyToken(), 'Three', { from: HOME })).rejects.toThrow('ADDRESS_FULL');
    await join(await anyToken(), 'Other', { from: '203.0.113.8' });
    await expect(join(await anyToken(), 'Late', { from: '203.0.113.9' })).rejects.toThrow('ROOM_FULL');
    const host = await join(await node.joinToken(roomId, 'hal', 'host'), 'Hal');
    await host.client.ask('setLobby', { lobby: true });
    for (const knocks of [1, 2]) {
      const knocker = await connect(await anyToken(), HOME);
      await knocker.ask('knock', { name: `Knocker ${knocks}` });
    }
    const third = await connect(await anyToken(), HOME);
    await expect(third.ask('knock', { name: 'Third' })).rejects.toThrow('ADDRESS_FULL');
    await expect(third.ask('knock', { name: 'Third' })).rejects.toThrow('TOO_MANY_REQUESTS');
    await host.client.ask('denyAll', {});
    expect(host.client.events('ParticipantDenied')).toHaveLength(2);
  });

  it('[S5] a knock needs the password, which the join before it gave', async () => {
    await order('', { password: 'sesame', lobby: true }, 'PATCH');
    const knocker = await connect(await anyToken());
    await expect(knocker.ask('knock', { name: 'Eve' })).rejects.toThrow('PASSWORD_REQUIRED');
    await expect(knocker.ask('join', { name: 'Eve', password: 'sesame' })).rejects.toThrow('LOBBY');
    await knocker.ask('knock', { name: 'Eve' });
    const lobby = await node.rest('GET', `/api/rooms/${roomId}/lobby`, undefined, KEY);
    expect(lobby.body.waiting).toMatchObject([{ name: 'Eve' }]);
    await order(`/lobby/${lobby.body.waiting[0].participantId}/admit`);
    expect(await knocker.hears('lobbyDecided')).toEqual([{ admitted: true }]);
  });

  it('[S12] a link’s token takes over nobody’s place from another browser', async () => {
    const token = await anyToken();
    const vera = await join(token, 'Vera', { device: device('veras') });
    await expect(join(token, 'Mallory', { device: device('mallorys') })).rejects.toThrow('TOKEN_USED');
    await expect(join(token, 'Mallory')).rejects.toThrow('TOKEN_USED');
    expect(vera.client.all('sessionEnded')).toEqual([]);
    const second = await join(token, 'Vera', { device: device('veras') });
    expect(second.session.session).toBeGreaterThan(vera.session.session);
  });

  it('[S13] a name of the token stays and is marked, and another of the same looks gets a number', async () => {
    const bob = await join(await keyToken({ participantId: 'bob', name: 'Bob' }), 'ignored');
    expect(bob.session.room?.participants.get('bob')).toMatchObject({ name: 'Bob', nameFixed: true });
    expect(await bob.client.send('rename', { commandId: 'c1', name: 'Alice Chen, CFO' })).toMatchObject({
      error: { code: 'FORBIDDEN', exactCode: 'NAME_FIXED' },
    });
    const eve = await join(await anyToken(), ' bob');
    expect(nameOf(eve.session)).toBe('bob (2)');
  });

  it('[S24] grants of a token and of the room hold, and a host can keep somebody muted', async () => {
    const host = await join(await node.joinToken(roomId, 'hal', 'host'), 'Hal');
    const grants = { sources: ['microphone'], chat: false };
    const { client } = await join(await keyToken({ participantId: 'ann', grants }), 'Ann');
    const refusal = { error: { code: 'FORBIDDEN', exactCode: 'NOT_GRANTED' } };
    const camera = { commandId: 'c1', trackId: 'cam', source: 'camera', muted: false };
    expect(await client.send('publish', camera)).toMatchObject(refusal);
    expect(await client.send('postChat', { commandId: 'c2', messageId: 'm', text: 'hi' })).toMatchObject(refusal);
    await client.ask('publish', { trackId: 'mic', source: 'microphone', muted: false });
    const all = { sources: ['camera' as const, 'microphone' as const], chat: true, unmute: false };
    await host.client.ask('setGrants', { participantId: 'ann', grants: all });
    expect(client.events('TrackMuted')).toMatchObject([{ trackId: 'mic' }]);
    const unmute = { commandId: 'c3', participantId: 'ann', trackId: 'mic', muted: false };
    expect(await client.send('setTrackMuted', unmute)).toMatchObject(refusal);
    await host.client.ask('setGrants', { participantId: 'ann', grants: { ...all, unmute: true } });
    await client.ask('setTrackMuted', { participantId: 'ann', trackId: 'mic', muted: false });
    await host.client.ask('setRoomGrants', { grants: { ...all, chat: false } });
    await client.ask('postChat', { messageId: 'm', text: 'I have grants of my own' });
  });

  it('[S14] a room that the API key made takes guests only if it says so', async () => {
    roomId = await node.createRoom();
    const minted = await node.rest('POST', `/api/rooms/${roomId}/tokens`);
    expect(minted).toMatchObject({ status: 401, body: { error: { code: 'GUESTS_REFUSED' } } });
    await order('', { guests: true }, 'PATCH');
    const token = await anyToken();
    await order('', { guests: false }, 'PATCH');
    await expect(join(token, 'Eve')).rejects.toThrow('GUESTS_REFUSED');
    await join(await keyToken({}), 'Ann');
  });

  it('[S14] guest access and open room creation are two settings', async () => {
    const closed = await TestNode.start({
      engine: 'uws',
      store: new InMemoryJournalStore(),
      auth: { openRoomCreation: false, guestAccess: true },
    });
    try {
      const id = await closed.createRoom({ guests: true });
      expect((await closed.rest('POST', '/api/rooms', {})).status).toBe(401);
      expect((await closed.rest('POST', `/api/rooms/${id}/tokens`)).status).toBe(201);
    } finally {
      await closed.close();
    }
  });

  it('[S11] guesses at a room’s password count whatever the address and the node; whoever is right gets in', async () => {
    const guesses = new MemoryGuesses();
    const store = new InMemoryJournalStore();
    const [first, second] = await Promise.all(
      ['one', 'two'].map((nodeId) => TestNode.start({ engine: 'uws', store, nodeId, guesses })),
    );
    if (!first || !second) throw new Error('two nodes were started');
    try {
      const id = await first.createRoom({ password: 'sesame' });
      const tryAs = async (at: TestNode, guess: string, n: number): Promise<string> => {
        const token = await at.joinToken(id, `p${n}`);
        const client = await TestClient.connect(at.url, token, comingFrom(`2001:db8:${n}::1`));
        clients.push(client);
        return client.ask('join', { name: 'G', password: guess }).then(
          () => 'in',
          (error: Error) => error.message.split(':', 1)[0] ?? '',
        );
      };
      expect(await tryAs(second, 'sesame', 100)).toBe('in');
      for (let n = 0; n < 10; n += 1) {
        expect(await tryAs(n % 2 === 0 ? first : second, `guess ${n}`, n)).toBe('PASSWORD_WRONG');
      }
      expect(await tryAs(first, 'guess 10', 10)).toBe('TOO_MANY_REQUESTS');
      // This node has seen the right one: it is no guess.
      expect(await tryAs(second, 'sesame', 101)).toBe('in');
      const host = await TestClient.connect(first.url, await first.joinToken(id, 'p100', 'host'));
      clients.push(host);
      await host.ask('join', { name: 'Host' });
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });

  it('attendance is for hosts and the operator, also once the room is closed', async () => {
    const host = await join(await node.joinToken(roomId, 'hal', 'host'), 'Hal');
    const ann = await join(await node.joinToken(roomId, 'ann'), '=Ann');
    await expect(ann.client.ask('attendance', {})).rejects.toThrow('FORBIDDEN');
    await ann.client.ask('leave', {});
    const { people } = await host.client.ask('attendance', {});
    expect(people.map(({ name, presences }) => [name, presences.map(({ end }) => end)])).toEqual([
      ['Hal', [null]],
      ['=Ann', ['left']],
    ]);
    await host.client.ask('closeRoom', {});
    const closed = await node.rest('GET', `/api/rooms/${roomId}/attendance`, undefined, KEY);
    expect(closed.body.people[0].presences[0].end).toBe('closed');
    const table = await node.rest('GET', `/api/rooms/${roomId}/attendance.csv`, undefined, KEY);
    expect(table.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(table.body).toContain(`"'=Ann","no","ann"`);
    expect((await node.rest('GET', `/api/rooms/${roomId}/attendance`)).status).toBe(401);
  });

  it('an anonymous vote is known to its voter alone', async () => {
    const host = await join(await node.joinToken(roomId, 'hal', 'host'), 'Hal');
    const ann = await join(await node.joinToken(roomId, 'ann'), 'Ann');
    const poll = {
      pollId: 'q',
      question: 'Tea?',
      options: ['Yes', 'No'],
      multiple: false,
      anonymous: true,
      live: true,
    };
    await host.client.ask('openPoll', poll);
    await ann.client.ask('castVote', { pollId: 'q', choices: [0] });
    await ann.client.ask('castVote', { pollId: 'q', choices: [1] });
    expect(await ann.client.ask('ownVotes', {})).toEqual({ votes: [{ pollId: 'q', choices: [1] }] });
    expect(await host.client.ask('ownVotes', {})).toEqual({ votes: [] });
    const seen = { type: 'BallotCast', pollId: 'q', voter: '', name: '', choices: [], counts: [0, 1], voters: 1 };
    expect(host.client.events('BallotCast').at(-1)).toEqual(seen);
  });

  it('notes are put together on the server, lose nothing, and reach whoever comes late', async () => {
    const ann = await join(await node.joinToken(roomId, 'ann'), 'Ann');
    const doc = new Y.Doc();
    const updates: string[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(Buffer.from(update).toString('base64')));
    for (let n = 0; n < NOTES_UPDATES_KEPT + 5; n += 1) doc.getText('notes').insert(0, `line ${n}\n`);
    for (const update of updates) await ann.client.ask('editNotes', { update });
    await expect(ann.client.ask('editNotes', { update: '////' })).rejects.toThrow('INVALID');
    const bob = await join(await node.joinToken(roomId, 'bob'), 'Bob');
    expect(bob.session.room?.notes).toMatchObject({ count: updates.length, base: '', updates: [] });
    let parts: readonly string[] = [];
    await waitUntil(async () => {
      parts = (await bob.client.ask('notesAfter', { seen: 0 })).updates;
      return parts.length < NOTES_UPDATES_KEPT || `the notes have ${parts.length} parts`;
    });
    const copy = new Y.Doc();
    for (const update of parts) Y.applyUpdate(copy, Buffer.from(update, 'base64'));
    expect(copy.getText('notes').toString()).toBe(doc.getText('notes').toString());
  });

  it('[S11] the password of a room is not changed again and again', async () => {
    const host = await join(await node.joinToken(roomId, 'hal', 'host'), 'Hal');
    for (const password of ['one', 'two', 'three']) await host.client.ask('setPassword', { password });
    await expect(host.client.ask('setPassword', { password: 'four' })).rejects.toThrow('TOO_MANY_REQUESTS');
    await host.client.ask('setPassword', { password: null });
  });

  it('[S23] revoked tokens let nobody in, people inside stay, and REST does what hosts do', async () => {
    const token = await anyToken();
    const { session } = await join(token, 'Ann');
    const later = await anyToken();
    await order('/tokens/revoke');
    await expect(join(later, 'Late')).rejects.toThrow('TOKEN_REVOKED');
    await (await connect(session.resumeToken)).ask('resume', { version: 0 });
    const ann = `/participants/${session.participantId}`;
    const seated = await connect(session.resumeToken);
    const { room } = await seated.ask('resume', { version: 0 });
    expect(room?.settings.guests).toBe(true);
    await seated.ask('publish', { trackId: 'mic', source: 'microphone', muted: false });
    await seated.ask('raiseHand', {});
    await seated.ask('postChat', { messageId: 'm1', text: 'hello' });
    await order(`${ann}/tracks/mic/mute`);
    await order(`${ann}/lower-hand`);
    await order(`${ann}/role`, { role: 'host' });
    await order(`${ann}/role`, { role: 'host' });
    await order(`${ann}/grants`, { grants: { chat: false } });
    await order('/spotlight', { participantId: session.participantId });
    await order('/chat/m1', undefined, 'DELETE');
    await order('', { name: 'Renamed', locked: true, capacity: 7, reencoding: { mode: 'off' } }, 'PATCH');
    await order(`${ann}/tracks/mic/stop`);
    const described = await node.rest('GET', `/api/rooms/${roomId}`, undefined, KEY);
    expect(described.body).toMatchObject({ name: 'Renamed', locked: true, capacity: 7 });
    await order(`${ann}/ban`);
    expect(await seated.hears('sessionEnded')).toEqual([{ reason: 'banned' }]);
  });
});

function comingFrom(address: string | undefined) {
  return address === undefined ? {} : { extraHeaders: { 'x-forwarded-for': address } };
}

function nameOf({ participantId, room }: EntryAnswer): string | undefined {
  return room?.participants.get(participantId)?.name;
}
