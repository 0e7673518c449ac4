import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import type { Limits } from '../../../signaling/limits/Limits.ts';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { RawClient } from './RawClient.ts';
import { TestClient } from './TestClient.ts';
import { API_SECRET, closeTestMedia, TestNode } from './TestNode.ts';

afterAll(closeTestMedia);

/** Each test is an attack on a server that carries a meeting: the meeting must not notice. */
describe.each(['uws', 'ws'] as const)('strangers beside a meeting, over %s', (engine) => {
  let node: TestNode;
  let roomId: string;
  let meeting: TestClient[] = [];
  let lagMs = 0;
  const raw: RawClient[] = [];

  async function start(limits: Partial<Limits> = {}, trustedProxies = ['loopback']): Promise<void> {
    await node?.close();
    node = await TestNode.start({
      engine,
      store: new InMemoryJournalStore(),
      limits,
      trustedProxies,
      lagMs: () => lagMs,
      sidecars: {
        reencoding: {
          attach: async () => ({ type: 'unwanted', reason: '' }),
          pulse() {},
          stats() {},
          detach() {},
          lost() {},
        },
        secret: { reveal: () => 'a-sidecar-secret-of-at-least-32-characters' },
        directory: { sidecars: async () => [] },
      },
    });
    roomId = await node.createRoom({ guests: true });
    meeting = await Promise.all(['ann', 'bob'].map((id) => join(id)));
  }

  async function join(participantId: string): Promise<TestClient> {
    const client = await TestClient.connect(node.url, await node.joinToken(roomId, participantId));
    await client.ask('join', { name: participantId });
    return client;
  }

  async function open(): Promise<RawClient> {
    const client = await RawClient.open(node.url);
    raw.push(client);
    return client;
  }

  async function metric(name: string): Promise<number> {
    const { body } = await node.rest('GET', '/metrics', undefined, `Bearer ${API_SECRET}`);
    const line = (body as string).split('\n').find((candidate) => candidate.startsWith(name));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  beforeEach(() => {
    lagMs = 0;
    return start();
  });

  afterEach(async () => {
    const [ann, bob] = meeting;
    expect(meeting.map(({ socket }) => socket.connected)).toEqual([true, true]);
    await ann?.ask('postChat', { messageId: 'after', text: 'did anything happen?' });
    await waitUntil(
      () => bob?.events('ChatPosted').some(({ messageId }) => messageId === 'after') || 'bob hears nothing',
    );
    await bob?.ask('ping', {});
    for (const client of [...meeting, ...raw.splice(0)]) client.close();
    const { errors } = node.logger;
    await node.close();
    expect(errors).toEqual([]);
  });

  it('a connection that asks again and again to be let in is cut off, and the log says so in a few lines', async () => {
    const hello = JSON.stringify({ token: 'a.b.c', sidecarId: 's', name: 'n' });
    for (const connect of [
      `40/sidecars,${hello}`,
      `40${JSON.stringify({ protocol: PROTOCOL_VERSION, token: 'a.b.c' })}`,
    ]) {
      const mallory = await open();
      mallory.say(...Array(300).fill(connect));
      await mallory.isCutOff();
    }
    expect(await metric('everroom_sidecar_channels_refused_total{code="TOKEN_INVALID"')).toBeLessThanOrEqual(4);
    expect(await metric('everroom_connections_refused_total{code="TOKEN_INVALID"')).toBeLessThanOrEqual(4);
    expect(await metric('everroom_connections_cut_off_total{reason="connects"')).toBe(2);
    expect(node.logger.warnings.length).toBeLessThan(10);
    expect(node.logger.warnings.filter(({ fields }) => 'err' in fields)).toEqual([]);
  });

  it('an address whose sidecars were refused is refused before its tokens are looked at', async () => {
    await start({ sidecarRefusals: { burst: 3, perSecond: 0 } });
    for (const code of ['TOKEN_INVALID', 'TOKEN_INVALID', 'TOKEN_INVALID', 'TOO_MANY_REQUESTS']) {
      const mallory = await open();
      mallory.say('40/sidecars,{"token":"a.b.c","sidecarId":"s","name":"n"}');
      await waitUntil(() => mallory.heard.some((frame) => frame.includes(code)) || `not refused as ${code}`);
    }
  });

  it('CONNECT packets are counted for an address over all of its connections', async () => {
    await start({ connectPackets: { burst: 10, perSecond: 0 } });
    for (let index = 0; index < 4; index += 1) (await open()).say('40{}', '40{}', '40{}');
    await waitUntil(
      async () => (await metric('everroom_connections_cut_off_total{reason="connects"')) > 0 || 'none is cut off',
    );
  });

  it('one connection carries one socket, however many it asks for at once', async () => {
    const token = await node.joinToken(roomId, 'mallory');
    const mallory = await open();
    mallory.say(...Array(3).fill(`40${JSON.stringify({ protocol: PROTOCOL_VERSION, token })}`));
    await waitUntil(
      () => mallory.heard.filter((frame) => /^4[04]/u.test(frame)).length === 3 || 'not all are answered',
    );
    expect(mallory.heard.filter((frame) => frame.startsWith('40'))).toHaveLength(1);
    expect(await metric('everroom_connections ')).toBe(3);
  });

  it('places are taken before tokens are verified, and given back', async () => {
    await start({ connections: 4 });
    const hello = { protocol: PROTOCOL_VERSION, token: await node.joinToken(roomId, 'mallory') };
    const mallory = await Promise.all(Array.from({ length: 12 }, () => open()));
    await Promise.all(mallory.map((client) => client.connect(hello)));
    expect(mallory.filter(({ heard }) => heard.some((frame) => frame.startsWith('40')))).toHaveLength(2);
    for (const client of mallory) client.close();
    await waitUntil(async () => (await metric('everroom_connections ')) === 2 || 'places are not given back');
  });

  it('binary packets cut their sender off before anything is kept', async () => {
    const token = await node.joinToken(roomId, 'mallory');
    const joined = await open();
    await joined.connect({ protocol: PROTOCOL_VERSION, token });
    const outside = await open();
    for (const mallory of [joined, outside]) {
      mallory.say('4510-["react",{"_placeholder":true,"num":0}]', new Uint8Array(60_000));
      await mallory.isCutOff();
    }
    const bytes = await open();
    bytes.say(new Uint8Array(10));
    await bytes.isCutOff();
    expect(await metric('everroom_connections_cut_off_total{reason="binary"')).toBe(3);
  });

  it('a connection that sends more bytes than it may is cut off, whatever they are', async () => {
    const name = 'x'.repeat(50_000);
    const frames = [`42["join",{"commandId":"x","name":"${name}"}]`, `4${name}`, `3${name}`];
    for (const frame of frames) {
      const mallory = await open();
      mallory.say(...Array(40).fill(frame));
      await mallory.isCutOff();
    }
    const larger = await open();
    larger.say(`42["join",{"name":"${'x'.repeat(70_000)}"}]`);
    await larger.isCutOff();
  });

  it('the bytes of an address are counted over all of its connections', async () => {
    await start({ addressBytes: { burst: 300_000, perSecond: 0 } });
    const token = await node.joinToken(roomId, 'mallory');
    const mallory = await Promise.all(Array.from({ length: 8 }, () => open()));
    await Promise.all(mallory.map((client) => client.connect({ protocol: PROTOCOL_VERSION, token })));
    for (const client of mallory) client.say(`42["nothing","${'x'.repeat(50_000)}"]`);
    await waitUntil(() => mallory.some(({ isOpen }) => !isOpen) || 'none is cut off');
    await start(); // The meeting shares the address.
  });

  it('the metrics need the key, and are made once for all that ask', async () => {
    expect((await node.rest('GET', '/metrics')).status).toBe(401);
    const replies = await Promise.all(
      Array.from({ length: 100 }, () => node.rest('GET', '/metrics', undefined, `Bearer ${API_SECRET}`)),
    );
    expect(new Set(replies.map(({ body }) => body)).size).toBeLessThan(30);
  });

  it('newcomers are refused while the node lags behind, and those who are in a room stay and come back', async () => {
    const [ann, bob] = meeting;
    const { resumeToken } = await (bob as TestClient).ask('resume', { version: 0 });
    const joinToken = await node.joinToken(roomId, 'carl');
    lagMs = 300;
    await expect(TestClient.connect(node.url, joinToken)).rejects.toMatchObject({ code: 'BUSY' });
    for (const path of ['/api/rooms', `/api/rooms/${roomId}/tokens`]) {
      const { status, headers, body } = await node.rest('POST', path, {});
      expect([status, body.error.code]).toEqual([503, 'BUSY']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await node.rest('GET', '/readyz')).body).toMatchObject({ ready: false, checks: { keepingUp: false } });
    expect((await node.rest('GET', '/api/rooms', undefined, `Bearer ${API_SECRET}`)).status).toBe(200);
    await ann?.ask('raiseHand', {});
    const back = await TestClient.connect(node.url, resumeToken);
    await back.ask('resume', { version: 0 });
    meeting = [ann as TestClient, back];
    lagMs = 100;
    (await TestClient.connect(node.url, joinToken)).close();
  });

  it('typing is limited like reactions, and both cost a room by its size', async () => {
    const [ann, bob] = meeting as [TestClient, TestClient];
    const answers = await Promise.all(Array.from({ length: 40 }, () => ann.send('setTyping', { typing: true })));
    expect(answers).toContainEqual(
      expect.objectContaining({ error: expect.objectContaining({ code: 'TOO_MANY_REQUESTS' }) }),
    );
    expect((await bob.hears('typing')).length).toBeLessThan(40);

    await start({ signalsOfRoom: { burst: 8, perSecond: 0 } });
    const [anne, rob] = meeting as [TestClient, TestClient];
    for (const client of [anne, rob, anne, rob]) await client.ask('react', { emoji: 'x' });
    await expect(anne.ask('setTyping', { typing: true })).rejects.toThrow('TOO_MANY_REQUESTS');
  });

  it('what is recorded costs its bytes, and whoever wrote too many is refused by name; muting and leaving work on', async () => {
    const rate = { burst: 40_000, perSecond: 0 };
    const emoji = '😀'.repeat(2_000);
    const post = (client: TestClient, id: string) => client.ask('postChat', { messageId: id, text: emoji });
    const wrote = 'TOO_MUCH_WRITTEN';
    await start({ written: rate });
    const [ann, bob] = meeting as [TestClient, TestClient];
    await ann.ask('publish', { trackId: 'mic', source: 'microphone', muted: false });
    // 2,000 of them have 4,000 characters and 8,000 bytes.
    for (let index = 0; index < 5; index += 1) await post(ann, `a${index}`);
    for (const [name, body] of [
      ['postChat', { messageId: 'a6', text: 'short' }],
      ['editChat', { messageId: 'a1', text: emoji }],
      ['raiseHand', {}],
      ['rename', { name: 'other' }],
    ] as const) {
      await expect(ann.ask(name, body as never)).rejects.toThrow(wrote);
    }
    for (const muted of [true, false]) {
      await ann.ask('setTrackMuted', { participantId: 'ann', trackId: 'mic', muted });
    }
    await ann.ask('deleteChat', { messageId: 'a1' });
    await post(bob, 'b0');

    // The same for all of one address, and for all on the node; newcomers are let in.
    for (const limits of [{ addressWritten: rate }, { nodeWritten: rate }]) {
      await start(limits);
      const [anne, rob] = meeting as [TestClient, TestClient];
      for (let index = 0; index < 5; index += 1) await post(index % 2 ? anne : rob, `c${index}`);
      for (const client of [anne, rob]) await expect(client.ask('raiseHand', {})).rejects.toThrow(wrote);
      expect((await node.rest('POST', '/api/rooms', {})).body).toMatchObject({ error: { code: wrote } });
      const late = await TestClient.connect(node.url, await node.joinToken(roomId, 'late'));
      meeting.push(late);
      await late.ask('join', { name: 'Late' });
      await anne.ask('leave', {});
    }
    await start();
  });

  it('what everybody in a room hears costs its sender by their number', async () => {
    // With two receivers each message costs five requests.
    await start({ receiversPerRequest: 0.5, requests: { burst: 100, perSecond: 0 } });
    const [ann, bob] = meeting as [TestClient, TestClient];
    const post = (index: number) => ann.send('postChat', { commandId: `c${index}`, messageId: `m${index}`, text: 'x' });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => post(index)));
    expect(answers.filter(({ ok }) => ok).length).toBeLessThan(20);
    await bob.hears('committed', 10);
    await start();
  });

  it('rooms for more than 200 people need the API key', async () => {
    expect((await node.rest('POST', '/api/rooms', { capacity: 201 })).body).toMatchObject({
      error: { code: 'FORBIDDEN' },
    });
    const created = await node.rest('POST', '/api/rooms', { capacity: 150 });
    const host = await TestClient.connect(node.url, created.body.token);
    await host.ask('join', { name: 'Mallory' });
    await host.ask('setCapacity', { capacity: 200 });
    await expect(host.ask('setCapacity', { capacity: 201 })).rejects.toThrow('FORBIDDEN');
    host.close();

    const large = await node.createRoom({ capacity: 500 });
    const owner = await TestClient.connect(node.url, await node.joinToken(large, 'owner', 'host'));
    await owner.ask('join', { name: 'Owner' });
    await owner.ask('setCapacity', { capacity: 400 });
    owner.close();
  });

  it('whoever asks for the room again and again pays for the answers', async () => {
    await start({ requests: { burst: 500, perSecond: 0 } });
    const [ann, bob] = meeting as [TestClient, TestClient];
    for (let index = 0; index < 12; index += 1) {
      await ann.ask('postChat', { messageId: `m${index}`, text: 'x'.repeat(4_000) });
    }
    let resumed = 0;
    // 500 requests are many, but each of these is answered with 50 kB.
    while ((await bob.send('resume', { commandId: `r${resumed}`, version: 0 })).ok) resumed += 1;
    expect(resumed).toBeGreaterThan(5);
    expect(resumed).toBeLessThan(40);
    await start();
  });

  it('an entry brings a bounded part of the chat, whatever the room holds', async () => {
    const [ann] = meeting as [TestClient];
    for (let index = 0; index < 60; index += 1) {
      await ann.ask('postChat', { messageId: `m${index}`, text: 'x'.repeat(2_000) });
    }
    const token = await node.joinToken(roomId, 'mallory');
    const mallory = await open();
    await mallory.connect({ protocol: PROTOCOL_VERSION, token });
    mallory.say('421["join",{"commandId":"j","name":"Mallory"}]');
    await waitUntil(() => mallory.heard.some((frame) => frame.startsWith('431')) || 'not joined');
    const answer = mallory.heard.find((frame) => frame.startsWith('431')) ?? '';
    expect(answer.length).toBeLessThan(120_000);
    expect(answer).toContain('"earlierChat":true');
  });

  it('guessing rooms opens none, and ends soon; rooms that exist stay open to others at that address', async () => {
    await start({ missedRooms: { burst: 5, perSecond: 0 }, tokens: { burst: 30, perSecond: 0 } });
    const guess = (room: string) => node.rest('POST', `/api/rooms/${room}/tokens`);
    const guesses = await Promise.all(Array.from({ length: 12 }, (_, index) => guess(`guess-${index}`)));
    expect(guesses.filter(({ status }) => status === 404)).toHaveLength(5);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(7);
    expect(node.hosts.size).toBe(1);
    expect((await guess(roomId)).status).toBe(201);
    expect((await node.rest('GET', '/api/rooms/guess-0', undefined, `Bearer ${API_SECRET}`)).status).toBe(404);
    expect(node.hosts.size).toBe(1);

    // A room that was missing a moment ago is found as soon as it is there.
    await node.createRoom({ roomId: 'guess-0', guests: true });
    expect((await guess('guess-0')).status).toBe(201);
    for (let index = 0; index < 16; index += 1) await guess(roomId);
    expect((await guess(roomId)).status).toBe(429);
  });

  it('files, the API document and refusals are limited by address, and the key and probes are not', async () => {
    await start({ rest: { burst: 6, perSecond: 0 }, files: { burst: 2, perSecond: 0 } });
    const status = async (path: string, key?: string) => (await node.rest('GET', path, undefined, key)).status;
    expect([await status('/'), await status('/robots.txt'), await status('/')]).toEqual([404, 404, 429]);
    expect([await status('/openapi.json'), await status('/api/none')]).toEqual([200, 404]);
    expect((await node.rest('PUT', '/api/rooms', {})).status).toBe(405);
    for (let index = 0; index < 3; index += 1) await status('/openapi.json');
    expect([await status('/openapi.json'), await status('/api/none')]).toEqual([429, 429]);
    expect((await node.rest('PUT', '/api/rooms', {})).status).toBe(429);
    expect([await status('/livez'), await status('/api/rooms', `Bearer ${API_SECRET}`)]).toEqual([200, 200]);
  });

  it('wrong keys shut out neither the right one nor passwords', async () => {
    await start({ wrongKeys: { burst: 2, perSecond: 0 } });
    const statusWith = async (key: string) => (await node.rest('GET', '/api/rooms', undefined, `Bearer ${key}`)).status;
    const statuses = [];
    for (const key of ['x', 'y', 'z', API_SECRET]) statuses.push(await statusWith(key));
    expect(statuses).toEqual([401, 401, 429, 200]);
    const locked = await node.createRoom({ password: 'sesame' });
    const guest = await TestClient.connect(node.url, await node.joinToken(locked, 'guest'));
    await guest.ask('join', { name: 'Guest', password: 'sesame' });
    guest.close();
  });

  it('the log says once that an untrusted proxy speaks for others', async () => {
    await start({}, []);
    for (let index = 0; index < 3; index += 1) {
      await fetch(`${node.url}/api/config`, { headers: { 'x-forwarded-for': '192.0.2.7' } });
    }
    const warned = node.logger.warnings.filter(({ message }) => message.includes('TRUSTED_PROXIES'));
    expect(warned).toMatchObject([{ fields: { peer: expect.stringMatching(/127\.0\.0\.1|7f00:0*1/) } }]);
  });
});
