import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { ErrorCode } from '../../../signaling/protocol/errors.ts';
import { type RequestName, requests } from '../../../signaling/protocol/requests.ts';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';
import { fc } from '../../support/fastCheck.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { RawClient } from './RawClient.ts';
import { TestClient } from './TestClient.ts';
import { API_SECRET, closeTestMedia, TestNode, TOKEN_SECRET } from './TestNode.ts';

afterAll(closeTestMedia);

describe.each(['uws', 'ws'] as const)('clients that do not behave, over %s', (engine) => {
  let node: TestNode;
  let roomId: string;
  const nodes: TestNode[] = [];
  const clients: TestClient[] = [];

  async function start(limits: Parameters<typeof TestNode.start>[0]['limits'] = {}): Promise<void> {
    node = await TestNode.start({ engine, store: new InMemoryJournalStore(), limits });
    nodes.push(node);
    roomId = await node.createRoom();
  }

  async function connect(token: string, options?: Parameters<typeof TestClient.connect>[2]): Promise<TestClient> {
    const client = await TestClient.connect(node.url, token, options);
    clients.push(client);
    return client;
  }

  async function join(participantId: string): Promise<TestClient> {
    const client = await connect(await node.joinToken(roomId, participantId));
    await client.ask('join', { name: participantId });
    return client;
  }

  beforeEach(() => start());

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    const logged = nodes.flatMap(({ logger }) => logger.errors);
    for (const started of nodes.splice(0)) await started.close();
    expect(logged).toEqual([]);
  });

  it('[S1] tokens that are missing, forged, of another kind, expired or of another algorithm are refused', async () => {
    const sign = (secret: string, aud: string, alg = 'HS256', exp: string | number = '1h') =>
      new SignJWT({ room: roomId, role: 'host' })
        .setProtectedHeader({ alg })
        .setSubject('ann')
        .setAudience(aud)
        .setExpirationTime(exp)
        .sign(new TextEncoder().encode(secret));
    const unsigned = [{ alg: 'none' }, { sub: 'ann', room: roomId, role: 'host', aud: 'everroom:join', exp: 9e9 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const otherSecret = 'another-secret-of-at-least-32-characters';
    const refused: [string, string][] = [
      ['', 'TOKEN_INVALID'],
      ['x'.repeat(5_000), 'TOKEN_INVALID'],
      [`${unsigned}.`, 'TOKEN_INVALID'],
      [await sign(otherSecret, 'everroom:join'), 'TOKEN_INVALID'],
      [await sign(TOKEN_SECRET, 'everroom:api'), 'TOKEN_INVALID'],
      [await sign(TOKEN_SECRET, 'everroom:join', 'HS384'), 'TOKEN_INVALID'],
      [await sign(TOKEN_SECRET, 'everroom:join', 'HS256', Math.floor(Date.now() / 1_000) - 60), 'TOKEN_EXPIRED'],
    ];
    for (const [token, code] of refused) await expect(connect(token)).rejects.toMatchObject({ code });
  });

  it('[S1] nobody can join with a resume token, or resume with a join token', async () => {
    const joinToken = await node.joinToken(roomId, 'ann');
    const ann = await connect(joinToken);
    await expect(ann.ask('resume', { version: 0 })).rejects.toThrow('TOKEN_INVALID');
    const { resumeToken } = await ann.ask('join', { name: 'Ann' });
    const back = await connect(resumeToken);
    await expect(back.ask('join', { name: 'Ann' })).rejects.toThrow('TOKEN_INVALID');
    await expect(back.ask('knock', { name: 'Ann' })).rejects.toThrow('TOKEN_INVALID');
  });

  it('a client of an unknown protocol version is refused by name', async () => {
    const token = await node.joinToken(roomId, 'ann');
    await expect(connect(token, { protocol: 999 })).rejects.toMatchObject({ code: 'PROTOCOL_UNSUPPORTED' });
  });

  it('[S1] a client gets only NOT_IN_ROOM before it joins', async () => {
    const client = await connect(await node.joinToken(roomId, 'ann'));
    const id = { commandId: 'c', participantId: 'p', trackId: 't', messageId: 'm', transportId: 't' };
    const bodies: Partial<Record<RequestName, object>> = {
      postChat: { ...id, text: 'hi' },
      editChat: { ...id, text: 'hi' },
      deleteChat: id,
      publish: { ...id, source: 'camera', muted: false },
      openMedia: { rtpCapabilities: {} },
      produce: { ...id, rtpParameters: {} },
      setView: { tiles: [] },
      ban: id,
      closeRoom: id,
      setPassword: { ...id, password: 'x' },
      react: { emoji: 'x' },
      leave: id,
    };
    for (const [name, body] of Object.entries(bodies)) {
      expect(await client.send(name, body), name).toMatchObject({ ok: false, error: { code: 'NOT_IN_ROOM' } });
    }
  });

  it('a client may use long polling, and upgrade it', async () => {
    for (const transports of [['polling'], ['polling', 'websocket']]) {
      const client = await connect(await node.joinToken(roomId, transports.join('-')), { transports });
      await client.ask('join', { name: 'Poll' });
      await client.ask('postChat', { messageId: `m-${transports.length}`, text: 'slowly' });
      await waitUntil(() => client.events('ChatPosted').length > 0 || 'nothing heard');
      await client.ask('leave', {});
    }
  });

  it('the server answers any message with a code of the protocol, and stays up', async () => {
    await start({ requests: { burst: 1e6, perSecond: 1e6 } });
    const bob = await join('bob');
    const mallory = await join('mallory');
    const names = fc.oneof(fc.constantFrom(...Object.keys(requests)), fc.string({ maxLength: 20 }));
    const bodies = fc.oneof(
      fc.jsonValue(),
      fc.record({
        commandId: fc.oneof(fc.string(), fc.integer()),
        text: fc.anything({ maxDepth: 2 }),
        trackId: fc.string(),
        rtpParameters: fc.jsonValue(),
        rtpCapabilities: fc.jsonValue(),
        tiles: fc.jsonValue(),
        source: fc.constantFrom('camera', 'telepathy'),
        muted: fc.boolean(),
      }),
    );
    const reserved = new Set([
      'connect',
      'connect_error',
      'disconnect',
      'disconnecting',
      'newListener',
      'removeListener',
    ]);
    await fc.assert(
      fc.asyncProperty(names, bodies, async (name, body) => {
        fc.pre(!reserved.has(name) && !['leave', 'resume'].includes(name));
        const answer = await mallory.send(name, JSON.parse(JSON.stringify(body) ?? 'null'));
        if (!answer.ok) expect(ErrorCode.options).toContain(answer.error.code);
        expect(JSON.stringify(answer)).not.toMatch(/\bat .*\.ts:/);
      }),
      { numRuns: 400 },
    );
    await bob.ask('ping', {});
  });

  it('odd calls are refused: no body, two bodies, prototypes, depth', async () => {
    const ann = await join('ann');
    const deep = JSON.parse('['.repeat(60) + ']'.repeat(60));
    const refused = [[], [{}, {}], ['x'], [null], [{ commandId: 1 }]];
    for (const body of refused) expect(await ann.send('raiseHand', ...body)).toMatchObject({ ok: false });
    expect(await ann.send('openMedia', { rtpCapabilities: { deep } })).toMatchObject({ error: { code: 'TOO_LARGE' } });
    expect(await ann.send('__proto__', {})).toMatchObject({ error: { code: 'INVALID' } });
    expect(await ann.send('constructor', {})).toMatchObject({ error: { code: 'INVALID' } });
    const polluting = JSON.parse('{"tiles":[],"__proto__":{"polluted":1}}');
    expect(await ann.send('setView', polluting)).toMatchObject({ ok: true });
    expect({}).not.toHaveProperty('polluted');
    ann.socket.emit('raiseHand', { commandId: 'without an acknowledgement' });
    await ann.ask('ping', {});
    expect(node.hosts.get(roomId)?.state.participants.get('ann')?.handRaisedAt).toBeNull();
  });

  it('a too large message is refused, and the sender of a huge one is cut off', async () => {
    const ann = await join('ann');
    const bob = await join('bob');
    const large = { commandId: 'c', messageId: 'm', text: 'x'.repeat(60 << 10) };
    expect(await ann.send('postChat', large)).toMatchObject({ error: { code: 'TOO_LARGE' } });
    ann.socket.emit('postChat', { ...large, text: 'x'.repeat(1 << 20) });
    await ann.isCutOff();
    await bob.ask('ping', {});
  });

  it('a client that floods is refused, then cut off, and the others continue', async () => {
    const bob = await join('bob');
    const mallory = await join('mallory');
    const answers: unknown[] = [];
    for (let index = 0; index < 4_000; index += 1) {
      mallory.socket.emit('raiseHand', { commandId: `c${index}` }, (answer: unknown) => answers.push(answer));
    }
    const { serverTime } = await bob.ask('ping', {});
    expect(serverTime).toBeGreaterThan(0);
    await mallory.isCutOff();
    expect(answers).toContainEqual(
      expect.objectContaining({ error: expect.objectContaining({ code: 'TOO_MANY_REQUESTS' }) }),
    );
    await bob.ask('postChat', { messageId: 'm', text: 'unharmed' });
  });

  it('a client that does not read is cut off, and the others hear everything', async () => {
    const plenty = { burst: 1e9, perSecond: 1e9 };
    await start({ requests: plenty, bytes: plenty, addressBytes: plenty, written: plenty, addressWritten: plenty });
    const sloth = await join('sloth');
    const bob = await join('bob');
    const text = randomBytes(2_000).toString('hex');
    const { transport } = sloth.socket.io.engine as unknown as {
      transport: { ws: { _socket: { pause(): void } } };
    };
    transport.ws._socket.pause();
    let posted = 0;
    const isAway = () => node.hosts.get(roomId)?.state.participants.get('sloth')?.connected === false;
    while (!isAway() && posted < 12_000) {
      await Promise.all(
        Array.from({ length: 200 }, () =>
          bob.ask('postChat', { messageId: `m${posted++}`, text: text.slice(0, 4_000) }),
        ),
      );
    }
    await waitUntil(() => isAway() || `still connected after ${posted} messages`);
    await waitUntil(() => bob.events('ChatPosted').length === posted || 'bob missed something');
    expect(bob.events('ChatPosted').map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: posted }, (_, index) => `m${index}`),
    );
  });

  it('a connection that lets no socket in, and one that answers no ping, is closed in time', async () => {
    await start({ connectMs: 500, pingEveryMs: 100, pongMs: 500 });
    const idle = await RawClient.open(node.url);
    const deaf = await RawClient.open(node.url, false);
    const bob = await join('bob');
    await deaf.connect({ protocol: PROTOCOL_VERSION, token: await node.joinToken(roomId, 'deaf') });
    deaf.say('420["join",{"commandId":"c","name":"Deaf"}]');
    const connected = () => node.hosts.get(roomId)?.state.participants.get('deaf')?.connected;
    await waitUntil(() => connected() === true || 'nobody joined');
    await idle.isCutOff();
    await deaf.isCutOff();
    await waitUntil(() => connected() === false || 'the record still has somebody whose connection was closed');
    // Who answers pings stays, though it sends nothing else.
    await bob.ask('ping', {});
  });

  it('connections and wrong passwords from one address are bounded', async () => {
    await start({ connections: 3, wrongPasswords: { burst: 2, perSecond: 0 } });
    const tokens = await Promise.all(['a', 'b', 'c', 'd'].map((id) => node.joinToken(roomId, id)));
    const [first] = await Promise.all(tokens.slice(0, 3).map((token) => connect(token)));
    await expect(connect(tokens[3] ?? '')).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    first?.close();
    await waitUntil(async () => {
      await connect(tokens[3] ?? '').catch(() => undefined);
      return clients.filter(({ socket }) => socket.connected).length === 3;
    });

    roomId = await node.createRoom({ password: 'sesame' });
    for (const client of clients.splice(0)) client.close();
    await waitUntil(async () => {
      const client = await connect(await node.joinToken(roomId, 'guesser')).catch(() => null);
      return client !== null;
    });
    const [guesser] = clients;
    for (const code of ['PASSWORD_WRONG', 'PASSWORD_WRONG', 'TOO_MANY_REQUESTS']) {
      await expect(guesser?.ask('join', { name: 'G', password: 'guess' })).rejects.toThrow(code);
    }
  });

  /** Requests of clients that got this answer, by the server's own count. */
  async function answered(request: string, outcome: ErrorCode): Promise<number> {
    const { body } = await node.rest('GET', '/metrics', undefined, `Bearer ${API_SECRET}`);
    const line = new RegExp(`^everroom_requests_total\\{request="${request}",outcome="${outcome}".*\\} (\\d+)$`, 'mu');
    return Number(line.exec(body as string)?.[1] ?? 0);
  }

  it('frames that are no messages harm nobody, whether or not their sender was let in', async () => {
    await start({
      connects: { burst: 1e6, perSecond: 1e6 },
      requests: { burst: 1e6, perSecond: 1e6 },
      addressRequests: { burst: 1e6, perSecond: 1e6 },
    });
    const bob = await join('bob');
    const auth = JSON.stringify({ protocol: PROTOCOL_VERSION, token: await node.joinToken(roomId, 'mallory') });
    const frames = fc.oneof(
      fc.string(),
      fc.string().map((text) => `4${text}`),
      fc.string().map((text) => `42${text}`),
      fc.jsonValue().map((value) => `42${JSON.stringify(value)}`),
      fc.jsonValue().map((value) => `420["setView",${JSON.stringify(value)}]`),
      fc.constantFrom('1', '2', '3', '5', '6', '40', '41', '43', '430[]', '44', '45', '46', '42[', '42["join"', '42[]'),
      fc.constant('42["disconnect"]'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frames, { maxLength: 8 }), fc.boolean(), async (sent, connected) => {
        const socket = new WebSocket(`${node.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
        const greeted = new Promise<string>((resolve) =>
          socket.addEventListener('message', ({ data }) => String(data).startsWith('4') && resolve(String(data))),
        );
        await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
        if (connected) {
          socket.send(`40${auth}`);
          expect(await greeted).toMatch(/^40\{"sid":/u);
        }
        for (const frame of sent) if (socket.readyState === WebSocket.OPEN) socket.send(frame);
        const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
        socket.close();
        await closed;
      }),
      { numRuns: 150 },
    );
    await bob.ask('ping', {});
    // Requests from those who were let in did reach the dispatcher.
    expect(await answered('setView', 'INVALID')).toBeGreaterThan(0);
  });

  it('the connections that one address opens in a second are limited', async () => {
    await start({ connects: { burst: 2, perSecond: 0 } });
    for (const id of ['ann', 'bob']) await join(id);
    await expect(join('carl')).rejects.toThrow();
    await Promise.all(clients.slice(0, 2).map((client) => client.ask('ping', {})));
  });

  it('a draining node refuses connections, and ends none', async () => {
    const ann = await join('ann');
    await node.signaling.drain(5_000);
    await expect(connect(await node.joinToken(roomId, 'bob'))).rejects.toMatchObject({ code: 'DRAINING' });
    expect((await node.rest('GET', '/readyz')).body).toMatchObject({ ready: false, checks: { serving: false } });
    await ann.ask('raiseHand', {});
  });
});
