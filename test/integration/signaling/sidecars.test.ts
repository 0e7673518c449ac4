import { SignJWT } from 'jose';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AttachAnswer,
  type AttachRequest,
  SIDECAR_NAMESPACE,
  SIDECAR_TOKEN_AUDIENCE,
  type SidecarRefusal,
} from '../../../core/reencoding/messages.ts';
import type { ReencodingPort, SidecarChannel } from '../../../core/reencoding/ports.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import type { Limits } from '../../../signaling/limits/Limits.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { closeTestMedia, TestNode, TOKEN_SECRET } from './TestNode.ts';

afterAll(closeTestMedia);

const SIDECAR_SECRET = 'a-sidecar-secret-of-at-least-32-characters';
const UNWANTED: AttachAnswer = { type: 'unwanted', reason: 'nothing is wanted' };
const ATTACH: AttachRequest = {
  jobId: 'job-1',
  attempt: 1_795_000_000_000_001,
  address: '127.0.0.1',
  tapPort: 50_000,
  republishPort: 50_001,
  srtp: null,
  engine: 'libav',
  inputs: ['VP8'],
  outputs: ['VP8', 'H264'],
};
const STATS = {
  jobId: 'job-1',
  width: 1280,
  height: 720,
  sheddingFrom: null,
  framesShed: 0,
  keyframeRequestsAbsorbed: 1,
  keyframeRequestsSent: 1,
  packetsLost: 0,
  packetsRecovered: 0,
  latencyMs: 9.5,
  cpuCores: 0.3,
  rssBytes: 1e8,
};

/** Records what it hears, and answers attach as the test wants. */
class TestDesk implements ReencodingPort {
  readonly heard: { what: string; link: SidecarChannel; message?: unknown }[] = [];
  answer: (request: AttachRequest) => Promise<AttachAnswer> = async () => UNWANTED;

  attach(link: SidecarChannel, message: AttachRequest): Promise<AttachAnswer> {
    this.heard.push({ what: 'attach', link, message });
    return this.answer(message);
  }
  pulse(link: SidecarChannel, message: unknown): void {
    this.heard.push({ what: 'pulse', link, message });
  }
  stats(link: SidecarChannel, message: unknown): void {
    this.heard.push({ what: 'stats', link, message });
  }
  detach(link: SidecarChannel, message: unknown): void {
    this.heard.push({ what: 'detach', link, message });
  }
  lost(link: SidecarChannel): void {
    this.heard.push({ what: 'lost', link });
  }

  all(what: string) {
    return this.heard.filter((heard) => heard.what === what);
  }

  async hears(what: string, count = 1) {
    await waitUntil(() => this.all(what).length >= count || `heard ${this.all(what).length} of ${count} ${what}`);
    const heard = this.all(what)[count - 1];
    if (!heard) throw new Error('cannot be');
    return heard;
  }
}

interface TokenOptions {
  readonly secret?: string;
  readonly audience?: string;
  readonly sidecarId?: string;
  readonly nodeId?: string;
  readonly ttlSeconds?: number;
  readonly algorithm?: string;
}

describe.each(['uws', 'ws'] as const)('the channel of sidecars, over %s', (engine) => {
  let desk: TestDesk;
  let node: TestNode;
  const sockets: Socket[] = [];

  async function start(limits: Partial<Limits> = {}): Promise<void> {
    await node?.close();
    desk = new TestDesk();
    node = await TestNode.start({
      engine,
      store: new InMemoryJournalStore(),
      limits,
      sidecars: {
        reencoding: desk,
        secret: { reveal: () => SIDECAR_SECRET },
        directory: { sidecars: async () => [] },
      },
    });
  }

  function sign(options: TokenOptions = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ node: options.nodeId ?? node.nodeId })
      .setProtectedHeader({ alg: options.algorithm ?? 'HS256' })
      .setSubject(options.sidecarId ?? 'sidecar-1')
      .setAudience(options.audience ?? SIDECAR_TOKEN_AUDIENCE)
      .setIssuedAt(now)
      .setExpirationTime(now + (options.ttlSeconds ?? 30))
      .sign(new TextEncoder().encode(options.secret ?? SIDECAR_SECRET));
  }

  /** Rejects with the SidecarRefusal. */
  async function connect(auth: Record<string, unknown> = {}): Promise<Socket> {
    const hello = { token: await sign(), sidecarId: 'sidecar-1', name: 'box', ...auth };
    const options = { transports: ['websocket'], reconnection: false, forceNew: true };
    const socket = io(node.url + SIDECAR_NAMESPACE, { ...options, auth: hello });
    sockets.push(socket);
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(socket));
      socket.once('connect_error', (error: Error & { data?: SidecarRefusal }) => reject(error.data ?? error));
    });
  }

  const metric = async (name: string): Promise<string> =>
    ((await node.rest('GET', '/metrics', undefined, 'Bearer an-api-secret-of-at-least-32-characters')).body as string)
      .split('\n')
      .filter((line) => line.startsWith(name))
      .join('\n');

  beforeEach(() => start());

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    const logged = node.logger.errors;
    await node.close();
    expect(logged).toEqual([]);
  });

  it('the channel carries messages of both sides: attach, pulse, stats, detach, adapt, release', async () => {
    const socket = await connect();
    expect(await socket.emitWithAck('attach', ATTACH)).toEqual(UNWANTED);
    const { link, message } = await desk.hears('attach');
    expect([link.sidecarId, link.name, message]).toEqual(['sidecar-1', 'box', ATTACH]);

    const pulse = { tracks: [{ jobId: 'job-1', framesIn: 3, framesOut: [3, 3, 0], highestLayer: 1 }] };
    const detach = { jobId: 'job-1', reason: 'draining', handOver: true };
    socket.emit('pulse', pulse);
    socket.emit('stats', STATS);
    socket.emit('detach', detach);
    expect((await desk.hears('pulse')).message).toEqual(pulse);
    expect((await desk.hears('stats')).message).toEqual(STATS);
    expect((await desk.hears('detach')).message).toEqual(detach);

    const said: unknown[] = [];
    for (const name of ['adapt', 'release']) socket.on(name, (body: unknown) => said.push([name, body]));
    const adapt = { jobId: 'job-1', targets: [{ active: true, bitrateBps: 150_000 }], inputPaused: false };
    const release = { jobId: 'job-1', reason: 'over' };
    link.adapt(adapt);
    link.release(release);
    await waitUntil(() => said.length === 2 || `heard ${said.length} of 2`);
    expect(said).toEqual([
      ['adapt', adapt],
      ['release', release],
    ]);
    expect(new Set(desk.heard.map((heard) => heard.link)).size).toBe(1);
  });

  it('the pulse of an older sidecar, without its CPU limit, counts as without a limit', async () => {
    const socket = await connect();
    const track = { jobId: 'job-1', framesIn: 3, framesOut: [3, 3, 3] };
    socket.emit('pulse', { tracks: [track] });
    expect((await desk.hears('pulse')).message).toEqual({ tracks: [{ ...track, highestLayer: 2 }] });
  });

  it('the desk hears of a lost channel at once, and once; later messages to it do no harm', async () => {
    const socket = await connect();
    let answer: (answer: AttachAnswer) => void = () => {};
    desk.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    socket.emit('attach', ATTACH, () => undefined);
    const { link } = await desk.hears('attach');
    socket.io.engine.close();
    expect((await desk.hears('lost')).link).toBe(link);
    answer(UNWANTED);
    link.adapt({ jobId: 'job-1', targets: [], inputPaused: true });
    link.release({ jobId: 'job-1', reason: 'over' });
    desk.answer = async () => UNWANTED;
    const next = await connect();
    expect(await next.emitWithAck('attach', ATTACH)).toEqual(UNWANTED);
    expect(desk.all('lost')).toHaveLength(1);
  });

  it('[S1] a sidecar needs a fresh token with the shared secret, for itself and this node', async () => {
    await node.createRoom();
    const joinToken = await node.joinToken('some-room', 'sidecar-1');
    const refused: [Record<string, unknown>, SidecarRefusal['code']][] = [
      [{ token: '' }, 'TOKEN_INVALID'],
      [{ token: undefined }, 'HELLO_INVALID'],
      [{ token: 'x'.repeat(5_000) }, 'HELLO_INVALID'],
      [{ name: { first: 'box' } }, 'HELLO_INVALID'],
      [{ sidecarId: '' }, 'HELLO_INVALID'],
      [{ token: joinToken }, 'TOKEN_INVALID'],
      [{ token: await sign({ secret: TOKEN_SECRET }) }, 'TOKEN_INVALID'],
      [{ token: await sign({ audience: 'everroom:join' }) }, 'TOKEN_INVALID'],
      [{ token: await sign({ algorithm: 'HS384' }) }, 'TOKEN_INVALID'],
      [{ token: await sign({ sidecarId: 'sidecar-2' }) }, 'TOKEN_INVALID'],
      [{ token: await sign({ ttlSeconds: 3_600 }) }, 'TOKEN_INVALID'],
      [{ token: await sign({ ttlSeconds: -30 }) }, 'TOKEN_EXPIRED'],
      [{ token: await sign({ nodeId: 'the-node-before' }) }, 'NODE_UNKNOWN'],
    ];
    for (const [auth, code] of refused)
      await expect(connect(auth), JSON.stringify(auth)).rejects.toMatchObject({ code });
    expect(await metric('everroom_sidecar_channels_refused_total{code="TOKEN_INVALID"')).toContain(' 7');
    expect(await metric('everroom_sidecar_channels ')).toContain(' 0');
    expect(desk.heard).toEqual([]);
  });

  it('[S1] a sidecar’s token and channel open no room and count as no client connection', async () => {
    await expect(TestClient.connect(node.url, await sign())).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    const socket = await connect();
    expect(await metric('everroom_connections ')).toContain(' 0');
    expect(await metric('everroom_sidecar_channels ')).toContain(' 1');
    let answered = false;
    socket.emit('join', { commandId: 'c', name: 'Sidecar' }, () => {
      answered = true;
    });
    expect(await socket.emitWithAck('attach', ATTACH)).toEqual(UNWANTED);
    expect(answered).toBe(false);
  });

  it('the channel drops and counts messages that it does not understand, and continues', async () => {
    const socket = await connect();
    const bad = [undefined, null, 'x', {}, { tracks: 'many' }, { tracks: [{ jobId: '' }] }, 7, [[]]];
    for (const name of ['pulse', 'stats', 'detach']) for (const body of bad) socket.emit(name, body);
    for (const body of bad) {
      expect(await socket.emitWithAck('attach', body)).toMatchObject({ type: 'unsuitable' });
    }
    socket.emit('attach', ATTACH, { not: 'a function' });
    socket.emit('attach');
    socket.emit('pulse', { tracks: [] }, 'more', 'than', 'asked');
    await desk.hears('pulse');
    expect(desk.heard.map(({ what }) => what)).toEqual(['pulse']);
    expect(await metric('everroom_sidecar_messages_dropped_total{message="pulse"')).toContain(' 8');
    expect(await metric('everroom_sidecar_messages_dropped_total{message="attach"')).toContain(' 10');
  });

  it('a bug behind the desk costs one attachment, not the channel', async () => {
    const socket = await connect();
    desk.answer = () => Promise.reject(new Error('a bug'));
    expect(await socket.emitWithAck('attach', ATTACH)).toMatchObject({ type: 'unsuitable' });
    expect(node.logger.errors.splice(0)).toEqual([expect.stringContaining('a bug')]);
    desk.answer = async () => UNWANTED;
    expect(await socket.emitWithAck('attach', ATTACH)).toEqual(UNWANTED);
  });

  it('sidecars may connect while the node drains, and despite the limits of clients', async () => {
    await start({ connections: 1, addressRequests: { burst: 1, perSecond: 0 }, requests: { burst: 1, perSecond: 0 } });
    await node.signaling.drain(5_000);
    const channels = [await connect(), await connect(), await connect()];
    for (const socket of channels) {
      for (let i = 0; i < 200; i++) socket.emit('pulse', { tracks: [] });
      expect(await socket.emitWithAck('attach', ATTACH)).toEqual(UNWANTED);
    }
    await desk.hears('pulse', 600);
  });

  it('a sidecar that does not read is cut off', async () => {
    await start({ backlogBytes: 1 << 20 });
    const socket = await connect();
    expect(await socket.emitWithAck('attach', ATTACH)).toEqual(UNWANTED);
    const { link } = await desk.hears('attach');
    const { transport } = socket.io.engine as unknown as { transport: { ws: { _socket: { pause(): void } } } };
    transport.ws._socket.pause();
    const release = { jobId: 'job-1', reason: 'x'.repeat(10_000) };
    await waitUntil(() => {
      for (let i = 0; i < 50; i++) link.release(release);
      return desk.all('lost').length === 1 || 'it still is connected';
    });
  });
});
