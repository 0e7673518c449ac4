import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { closeTestMedia, TestNode, type TestNodeOptions } from './TestNode.ts';

afterAll(closeTestMedia);

describe.each(['uws', 'ws'] as const)('rooms over %s', (engine) => {
  let store: InMemoryJournalStore;
  let node: TestNode;
  const nodes: TestNode[] = [];
  const clients: TestClient[] = [];

  async function startNode(options: Partial<TestNodeOptions> = {}): Promise<TestNode> {
    const started = await TestNode.start({ engine, store, ...options });
    nodes.push(started);
    return started;
  }

  async function connect(token: string, at = node): Promise<TestClient> {
    const client = await TestClient.connect(at.url, token);
    clients.push(client);
    return client;
  }

  async function join(roomId: string, participantId: string, role: 'host' | 'member' = 'member', at = node) {
    const client = await connect(await at.joinToken(roomId, participantId, role), at);
    return { client, session: await client.ask('join', { name: participantId }) };
  }

  beforeEach(async () => {
    store = new InMemoryJournalStore();
    node = await startNode();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    const logged = nodes.flatMap(({ logger }) => logger.errors);
    for (const started of nodes.splice(0)) await started.close();
    expect(logged).toEqual([]);
  });

  it('a joiner gets the room, and the others hear of it', async () => {
    const roomId = await node.createRoom({ name: 'Standup' });
    const ann = await join(roomId, 'ann', 'host');
    expect(ann.session).toMatchObject({ participantId: 'ann', session: 1, missed: null, transports: null });
    expect(ann.session.room?.settings.name).toBe('Standup');
    expect(ann.session.room?.participants.get('ann')).toMatchObject({ id: 'ann', role: 'host' });
    const bob = await join(roomId, 'bob');
    expect([...(bob.session.room?.participants.keys() ?? [])]).toEqual(['ann', 'bob']);
    await ann.client.hears('committed');
    expect(ann.client.events('ParticipantJoined')).toMatchObject([{ participantId: 'bob', name: 'bob', nodeId: '' }]);
    expect(bob.client.all('committed')).toEqual([]);
  });

  it.each([['websocket'], ['polling'], ['polling', 'websocket']])(
    'sockets are answered anywhere below their path, by %s',
    async (...transports) => {
      const roomId = await node.createRoom({});
      const client = await TestClient.connect(node.url, await node.joinToken(roomId, 'ann', 'member'), {
        transports,
        path: '/socket.io/k3x9',
      });
      clients.push(client);
      expect(await client.ask('join', { name: 'ann' })).toMatchObject({ participantId: 'ann' });
    },
  );

  it('versions of a room have no gap for anybody, whoever may see which commit', async () => {
    const roomId = await node.createRoom({ lobby: false });
    const ann = await join(roomId, 'ann', 'host');
    const bob = await join(roomId, 'bob');
    await ann.client.ask('ban', { participantId: 'mallory' });
    await ann.client.ask('postChat', { messageId: 'm1', text: 'hello' });
    await bob.client.hears('committed', 2);
    expect(bob.client.all('committed').map(({ version }) => version)).toEqual([
      bob.session.version + 1,
      bob.session.version + 2,
    ]);
    expect(bob.client.all('committed')[0]?.events).toEqual([]);
    expect(ann.client.events('ParticipantBanned')).toEqual([{ type: 'ParticipantBanned', participantId: 'mallory' }]);
  });

  it('a client resumes after its node died: session n+1, what it missed, transports in the same answer', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    const bob = await join(roomId, 'bob');
    await ann.client.ask('publish', { trackId: 'mic', source: 'microphone', muted: true });
    await node.close();
    const other = await startNode();
    const back = await connect(ann.session.resumeToken, other);
    const opus = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 };
    const rtpParameters = { mid: '0', codecs: [opus], encodings: [{}], rtcp: { cname: 'ann' } };
    const resumed = await back.ask('resume', {
      version: ann.session.version,
      commitId: ann.session.commitId,
      rtpCapabilities: ann.session.rtpCapabilities,
      expected: ['mic', 'unheard-of'].map((trackId) => ({ trackId, rtpParameters })),
    });
    expect(resumed).toMatchObject({ participantId: 'ann', session: 3 });
    // Its media are there before the client has negotiated them.
    expect(resumed.transports?.producing).toEqual(['mic']);
    expect(resumed.transports?.send.iceCandidates.length).toBeGreaterThan(0);
    // The new node can tell what was missed before its time.
    expect(resumed.room).toBeNull();
    expect(resumed.missed?.flatMap(({ events }) => events)).toContainEqual(
      expect.objectContaining({ type: 'TrackPublished', participantId: 'ann', trackId: 'mic', muted: true }),
    );
    expect(bob.session.session).toBe(2);
  });

  it('a client that resumes gets the commits it missed', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    const bob = await join(roomId, 'bob');
    ann.client.close();
    await bob.client.ask('postChat', { messageId: 'm1', text: 'while you were away' });
    const back = await connect(ann.session.resumeToken);
    const { version: seen, commitId } = ann.session;
    const { room, missed, version } = await back.ask('resume', { version: seen, commitId });
    expect(room).toBeNull();
    expect(missed?.map((commit) => commit.version)).toEqual(
      Array.from({ length: version - ann.session.version }, (_, index) => ann.session.version + 1 + index),
    );
    expect(missed?.flatMap(({ events }) => events.map(({ type }) => type))).toContain('ChatPosted');
    expect(missed?.at(-1)?.commitId).toBe(node.hosts.get(roomId)?.commitId);
  });

  it('a client whose newest commit was lost gets the whole room: its copy holds what the journal does not', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    ann.client.close();
    const back = await connect(ann.session.resumeToken);
    const lost = { version: ann.session.version, commitId: 'lost' };
    const { room, missed } = await back.ask('resume', lost);
    expect(missed).toBeNull();
    expect(room?.participants.size).toBe(1);
  });

  it('a client that does not name its commit gets the whole room from a node that did not see it', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    await join(roomId, 'bob');
    await node.close();
    const back = await connect(ann.session.resumeToken, await startNode());
    const { room, missed } = await back.ask('resume', { version: ann.session.version });
    expect(missed).toBeNull();
    expect(room?.participants.size).toBe(2);
  });

  it('[J5] a client that had a session which the room does not know gets a higher one', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    ann.client.close();
    const back = await connect(ann.session.resumeToken);
    expect((await back.ask('resume', { version: 0, session: 7 })).session).toBe(8);
  });

  it('[J3] a repeated resume with the same command id gives the same session', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    ann.client.close();
    const commandId = 'resume-once';
    const request = { commandId, version: ann.session.version };
    const first = await (await connect(ann.session.resumeToken)).send('resume', request);
    const second = await (await connect(ann.session.resumeToken)).send('resume', request);
    expect(first).toMatchObject({ ok: true, result: { session: 2 } });
    expect(second).toMatchObject({ ok: true, result: { session: 2 } });
    await waitUntil(() => node.hosts.get(roomId)?.state.participants.get('ann')?.connected === true);
  });

  it('[J5] a newer session on another node ends the old one there', async () => {
    const other = await startNode();
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    const back = await connect(ann.session.resumeToken, other);
    await back.ask('resume', { version: ann.session.version });
    await ann.client.hears('sessionEnded');
    expect(ann.client.all('sessionEnded')).toEqual([{ reason: 'replaced' }]);
    await ann.client.isCutOff();
    await back.ask('postChat', { messageId: 'm1', text: 'still here' });
    expect(node.hosts.get(roomId)?.state.participants.get('ann')).toMatchObject({ connected: true, session: 2 });
  });

  it('a second tab takes over from the first', async () => {
    const roomId = await node.createRoom();
    const first = await join(roomId, 'ann');
    const second = await join(roomId, 'ann');
    expect(second.session.session).toBe(2);
    // The old client would take an answer for a sign that its connection lives.
    await expect(first.client.ask('ping', {})).rejects.toThrow('disconnected');
    expect(await first.client.hears('sessionEnded')).toEqual([{ reason: 'replaced' }]);
    await first.client.isCutOff();
  });

  it('everybody hears of a disconnected participant once the socket closes', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    const bob = await join(roomId, 'bob');
    bob.client.close();
    await waitUntil(() => ann.client.events('ParticipantDisconnected').length === 1 || 'nobody is told');
  });

  it('`leave` is answered before the session ends', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    const bob = await join(roomId, 'bob');
    await bob.client.ask('leave', {});
    await bob.client.isCutOff();
    expect(bob.client.all('sessionEnded')).toEqual([{ reason: 'left' }]);
    await waitUntil(() => ann.client.events('ParticipantGone').length === 1 || 'nobody is told');
    expect(ann.client.events('ParticipantDisconnected')).toEqual([]);
  });

  it('participants whom a host removes leave the room, and banned ones stay out', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann', 'host');
    const bob = await join(roomId, 'bob');
    await ann.client.ask('remove', { participantId: 'bob' });
    expect(await bob.client.hears('sessionEnded')).toEqual([{ reason: 'removed' }]);
    // A token of the very moment of the removal may count as one from before.
    const removedAt = Date.now();
    await waitUntil(() => Date.now() > removedAt + 10);
    const again = await join(roomId, 'bob');
    await ann.client.ask('ban', { participantId: 'bob' });
    expect(await again.client.hears('sessionEnded')).toEqual([{ reason: 'banned' }]);
    await expect(join(roomId, 'bob')).rejects.toThrow('BANNED');
    await expect((await connect(again.session.resumeToken)).ask('resume', { version: 0 })).rejects.toThrow(/BANNED/);
  });

  it("a closing room ends everybody's session, that of the closer after the answer", async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann', 'host');
    const bob = await join(roomId, 'bob');
    await ann.client.ask('closeRoom', {});
    for (const { client } of [ann, bob]) {
      expect(await client.hears('sessionEnded')).toEqual([{ reason: 'roomClosed' }]);
      await client.isCutOff();
    }
    await expect(join(roomId, 'carl')).rejects.toThrow('ROOM_CLOSED');
  });

  it('a room with a password asks for it, and accepts only the right one', async () => {
    const roomId = await node.createRoom({ password: 'sesame' });
    const client = await connect(await node.joinToken(roomId, 'ann'));
    await expect(client.ask('join', { name: 'Ann' })).rejects.toThrow('PASSWORD_REQUIRED');
    await expect(client.ask('join', { name: 'Ann', password: 'wrong' })).rejects.toThrow('PASSWORD_WRONG');
    const { room } = await client.ask('join', { name: 'Ann', password: 'sesame' });
    expect(room?.settings.passwordHash).toBe('set');
    expect(JSON.stringify(room)).not.toContain('scrypt');
  });

  it('a password that a host sets counts from that moment', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann', 'host');
    const bob = await join(roomId, 'bob');
    await expect(bob.client.ask('setPassword', { password: 'mine' })).rejects.toThrow('FORBIDDEN');
    await ann.client.ask('setPassword', { password: 'sesame' });
    await expect(join(roomId, 'carl')).rejects.toThrow('PASSWORD_REQUIRED');
    const carl = await connect(await node.joinToken(roomId, 'carl'));
    await carl.ask('join', { name: 'Carl', password: 'sesame' });
    expect(ann.client.events('PasswordChanged')).toEqual([{ type: 'PasswordChanged', passwordHash: 'set' }]);
  });

  it('people wait in the lobby until a host decides, on whatever node', async () => {
    const other = await startNode();
    const roomId = await node.createRoom({ lobby: true });
    const ann = await join(roomId, 'ann', 'host');
    const bob = await join(roomId, 'bob', 'host');
    await bob.client.ask('setRole', { participantId: 'bob', role: 'member' });

    const carl = await connect(await other.joinToken(roomId, 'carl'), other);
    await expect(carl.ask('join', { name: 'Carl' })).rejects.toThrow('LOBBY');
    await carl.ask('knock', { name: 'Carl' });
    await waitUntil(() => ann.client.events('ParticipantKnocked').length === 1 || 'the host is not told');
    await ann.client.ask('admit', { participantId: 'carl' });
    expect(await carl.hears('lobbyDecided')).toEqual([{ admitted: true }]);
    expect(carl.all('committed')).toEqual([]);
    const { room } = await carl.ask('join', { name: 'Carl' });
    expect([room?.lobby.size, room?.admitted.size, room?.banned.size]).toEqual([0, 0, 0]);

    const dora = await connect(await node.joinToken(roomId, 'dora'));
    await dora.ask('knock', { name: 'Dora' });
    await ann.client.ask('deny', { participantId: 'dora' });
    expect(await dora.hears('lobbyDecided')).toEqual([{ admitted: false }]);

    const emil = await connect(await node.joinToken(roomId, 'emil'));
    await emil.ask('knock', { name: 'Emil' });
    emil.close();
    await waitUntil(() => ann.client.events('KnockWithdrawn').length === 1 || 'the knock is still there');
    expect(bob.client.events('ParticipantKnocked')).toEqual([]);
  });

  it('a new host sees lobby and bans, and a former host no longer does', async () => {
    const roomId = await node.createRoom({ lobby: true });
    const ann = await join(roomId, 'ann', 'host');
    await ann.client.ask('setLobby', { lobby: false });
    const bob = await join(roomId, 'bob');
    await ann.client.ask('setLobby', { lobby: true });
    await ann.client.ask('ban', { participantId: 'mallory' });
    const carl = await connect(await node.joinToken(roomId, 'carl'));
    await carl.ask('knock', { name: 'Carl' });
    await ann.client.ask('setRole', { participantId: 'bob', role: 'host' });
    const [promoted] = await bob.client.hears('refreshed');
    expect([...(promoted?.room.lobby.keys() ?? [])]).toEqual(['carl']);
    expect(promoted?.room.banned).toEqual(new Set(['mallory']));
    await ann.client.ask('setRole', { participantId: 'bob', role: 'member' });
    const [, demoted] = await bob.client.hears('refreshed', 2);
    expect([demoted?.room.lobby.size, demoted?.room.banned.size]).toEqual([0, 0]);
    expect([bob.client.events('ParticipantKnocked'), bob.client.events('ParticipantBanned')]).toEqual([[], []]);
  });

  it('messages sent at the same moment keep their order, also for the receivers', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    const bob = await join(roomId, 'bob');
    const texts = Array.from({ length: 300 }, (_, index) => `${index} ${'x'.repeat(2_000)}`);
    await Promise.all(texts.map((text, index) => ann.client.ask('postChat', { messageId: `m${index}`, text })));
    await waitUntil(() => bob.client.events('ChatPosted').length === 300 || 'messages are missing');
    expect(bob.client.events('ChatPosted').map(({ text }) => text)).toEqual(texts);
  });

  it('a track can be published, and media that mediasoup does not understand are refused', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    const { rtpCapabilities } = ann.session;
    const { transports } = await ann.client.ask('openMedia', { rtpCapabilities });
    const publish = ann.client.ask('publish', { trackId: 'cam', source: 'camera', muted: false });
    const produce = ann.client.ask('produce', { trackId: 'cam', rtpParameters: { codecs: 'none' } });
    await publish;
    await expect(produce).rejects.toThrow('MEDIA_INVALID: The media server cannot use these parameters.');
    const encodings = Array.from({ length: 2_000 }, (_, index) => ({ rid: `a${index}` }));
    await expect(
      ann.client.ask('produce', { trackId: 'cam', rtpParameters: { codecs: [], encodings } }),
    ).rejects.toThrow('MEDIA_INVALID: A track has at most 8 encodings.');
    const { iceParameters } = await ann.client.ask('restartIce', { transportId: transports.send.id });
    expect(iceParameters).toMatchObject({ usernameFragment: expect.any(String) });
    await expect(ann.client.ask('restartIce', { transportId: 'none' })).rejects.toThrow('TRANSPORT_NOT_FOUND');
    await ann.client.ask('setView', { tiles: [{ trackId: 'x', width: 100, height: 100, pinned: false }] });
  });

  it('[S1] a room comes with the last messages of its chat, and earlier ones on demand, to those in it', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    for (let index = 0; index < 120; index += 1) {
      await ann.client.ask('postChat', { messageId: `m${index}`, text: `message ${index}` });
    }
    const bob = await join(roomId, 'bob');
    const ids = (chat: readonly { id: string }[] = []) => chat.map(({ id }) => id);
    const all = Array.from({ length: 120 }, (_, index) => `m${index}`);
    expect([ids(bob.session.room?.chat), bob.session.earlierChat]).toEqual([all.slice(70), true]);
    const page = await bob.client.ask('chatBefore', { messageId: 'm70' });
    expect([ids(page.messages), page.more]).toEqual([all.slice(20, 70), true]);
    const rest = await bob.client.ask('chatBefore', { messageId: 'm20' });
    expect([ids(rest.messages), rest.more]).toEqual([all.slice(0, 20), false]);
    expect(await bob.client.ask('chatBefore', { messageId: 'none' })).toEqual({ messages: [], more: false });
    const outside = await connect(await node.joinToken(roomId, 'carl'));
    await expect(outside.ask('chatBefore', { messageId: 'm70' })).rejects.toThrow('NOT_IN_ROOM');
  });

  it('reactions and typing reach the others, and only them', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    const bob = await join(roomId, 'bob');
    await ann.client.ask('react', { emoji: '🎉' });
    await ann.client.ask('setTyping', { typing: true });
    expect(await bob.client.hears('reacted')).toEqual([{ participantId: 'ann', emoji: '🎉' }]);
    expect(await bob.client.hears('typing')).toEqual([{ participantId: 'ann', typing: true }]);
    expect(ann.client.all('reacted')).toEqual([]);
  });

  it('requests get an error by name while the journal is away, and succeed when it is back', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    store.setAvailable(false);
    await expect(ann.client.ask('raiseHand', {})).rejects.toThrow('JOURNAL_UNAVAILABLE');
    expect((await node.rest('GET', '/readyz')).status).toBe(503);
    store.setAvailable(true);
    await ann.client.ask('raiseHand', {});
    expect((await node.rest('GET', '/readyz')).body).toEqual({
      ready: true,
      checks: { listening: true, serving: true, keepingUp: true, journal: true, cluster: true },
    });
  });

  it('clients resume in place when another node gave up their room by mistake', async () => {
    const roomId = await node.createRoom();
    const ann = await join(roomId, 'ann');
    const host = node.hosts.get(roomId);
    const nodeId = host?.state.participants.get('ann')?.nodeId ?? '';
    const actor = { kind: 'node', nodeId: 'other' } as const;
    await host?.handle({ type: 'DisconnectNode', nodeId, actor, commandId: 'c', now: Date.now() });
    await ann.client.hears('outOfDate');
    const { session } = await ann.client.ask('resume', { version: ann.session.version });
    expect(session).toBe(2);
    await ann.client.ask('raiseHand', {});
    expect(ann.client.socket.connected).toBe(true);
  });
});
