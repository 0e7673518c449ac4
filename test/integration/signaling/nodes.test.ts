import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../../../ops/run/lan/makeCertificate.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { ClusterKey } from '../../../signaling/nodes/ClusterKey.ts';
import { DialerHandshake } from '../../../signaling/nodes/handshake.ts';
import { CHANNEL_VERSION, NODES_NAMESPACE } from '../../../signaling/nodes/wire.ts';
import { describeNodeChannel } from '../../contract/nodeChannel.ts';
import { MemoryRegistry } from '../../support/MemoryRegistry.ts';
import { nodeInfo } from '../../support/nodeInfo.ts';
import { NO_MEDIA } from '../../support/noMedia.ts';
import { TcpRelay } from '../../support/TcpRelay.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { API_SECRET, TestNode, type TestNodeOptions, TOKEN_SECRET } from './TestNode.ts';

const ENGINES = ['uws', 'ws'] as const;
const OTHER_SECRET = 'another-secret-of-at-least-32-characters';
const secretOf = (secret: string, ...old: string[]) => ({
  tokenSecret: { reveal: () => secret },
  oldTokenSecrets: old.map((text) => ({ reveal: () => text })),
});

describe.each(ENGINES)('over %s', (engine) => {
  // What a and b say to each other goes through relays.
  describeNodeChannel(`socket.io over ${engine}`, async () => {
    const registry = new MemoryRegistry();
    const store = new InMemoryJournalStore();
    const relays: TcpRelay[] = [];
    const start = (nodeId: string, info?: TestNodeOptions['info']) =>
      TestNode.start({ engine, store, media: NO_MEDIA, registry, nodeId, ...(info ? { info } : {}) });
    const throughRelay = async (url: string) => {
      const relay = await TcpRelay.start(Number(new URL(url).port));
      relays.push(relay);
      return { internalUrl: `http://127.0.0.1:${relay.port}` };
    };
    const [b, a, c] = [await start('b', throughRelay), await start('a', throughRelay), await start('c')];
    // c has the greatest id, so that the others connect to it.
    await waitUntil(() => a.channel.connected.has('c') || 'a is not connected to c');
    return {
      channels: { a: a.channel, b: b.channel, c: c.channel },
      ids: { a: 'a', b: 'b', c: 'c' },
      cut() {
        for (const relay of relays) relay.silence();
        return () => {
          for (const relay of relays) relay.resume();
        };
      },
      async close() {
        for (const node of [a, b, c]) await node.close();
        for (const relay of relays) await relay.close();
      },
    };
  });

  describe(`the door for nodes over ${engine}`, () => {
    const ends: (() => unknown)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });

    async function start(nodeId: string, options: Partial<TestNodeOptions> = {}): Promise<TestNode> {
      const node = await TestNode.start({
        ...{ engine, store: new InMemoryJournalStore(), media: NO_MEDIA, nodeId },
        ...options,
      });
      ends.push(() => node.close());
      return node;
    }

    async function relayTo(node: { url: string }): Promise<TcpRelay> {
      const relay = await TcpRelay.start(Number(new URL(node.url).port));
      ends.push(() => relay.close());
      return relay;
    }

    const connected = (a: TestNode, b: TestNode) =>
      (a.channel.connected.has(b.nodeId) && b.channel.connected.has(a.nodeId)) || 'the nodes are not connected';

    const problems = ({ logger }: TestNode) => logger.warnings.map(({ fields }) => String(fields.problem));

    async function metric(node: TestNode, line: string): Promise<string[]> {
      const { body } = await node.rest('GET', '/metrics', undefined, `Bearer ${API_SECRET}`);
      return String(body)
        .split('\n')
        .filter((text) => text.startsWith(line));
    }

    /** Says what it likes at the door, as a node or a stranger. */
    function knock(node: TestNode, hello: object): { socket: Socket; heard: [string, unknown][] } {
      const heard: [string, unknown][] = [];
      const socket = io(node.url + NODES_NAMESPACE, {
        ...{ transports: ['websocket'], forceNew: true, reconnection: false, auth: hello },
      });
      ends.push(() => socket.disconnect());
      socket.onAny((name: string, body: unknown) => heard.push([name, body]));
      socket.on('connect_error', (error) => heard.push(['refused', (error as { data?: unknown }).data]));
      socket.on('disconnect', () => heard.push(['end', null]));
      return { socket, heard };
    }

    const heardFirst = async (heard: [string, unknown][]): Promise<[string, unknown]> => {
      await waitUntil(() => heard.length > 0 || 'nothing is heard');
      return heard[0] as [string, unknown];
    };

    test('a node with another secret is not let in, and both say what to do', async () => {
      const registry = new MemoryRegistry();
      const a = await start('a', { registry });
      const b = await start('b', { registry, auth: secretOf(OTHER_SECRET) });
      for (const node of [a, b]) {
        const said = () => problems(node).find((problem) => problem.includes('KEY_UNKNOWN'));
        await waitUntil(() => said() !== undefined || `${node.nodeId} does not say why it is alone`);
        expect(said()).toContain('Give every node the same');
      }
      expect(a.channel.connected.size + b.channel.connected.size).toBe(0);
      expect(await metric(a, 'everroom_peer_connected')).toEqual(['everroom_peer_connected{peer="b"} 0']);
    });

    test('while a secret is replaced, nodes with the old and the new one are connected', async () => {
      const registry = new MemoryRegistry();
      const a = await start('a', { registry, auth: secretOf(TOKEN_SECRET, OTHER_SECRET) });
      const b = await start('b', { registry, auth: secretOf(OTHER_SECRET, TOKEN_SECRET) });
      await waitUntil(() => connected(a, b));
      expect(await metric(b, 'everroom_peer_connected')).toEqual(['everroom_peer_connected{peer="a"} 1']);
    });

    test('a node with its own certificate for another name is reached: the nodes prove themselves', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'everroom-nodes-'));
      ends.push(() => rm(folder, { recursive: true }));
      const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
      const day = 24 * 3_600_000;
      const { cert, key } = makeCertificate({ hosts: ['a.test'], from: Date.now() - day, until: Date.now() + day });
      await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
      const registry = new MemoryRegistry();
      const a = await start('a', { registry });
      const b = await start('b', { registry, tls: { certFile, keyFile } });
      await waitUntil(() => connected(a, b));
    });

    test('[S2] who listens on the way reads nothing, and who repeats what was said gets no further', async () => {
      const registry = new MemoryRegistry();
      const relay = { at: null as TcpRelay | null };
      const b = await start('b', {
        registry,
        info: async (url) => {
          relay.at = await relayTo({ url });
          return { internalUrl: `http://127.0.0.1:${relay.at.port}` };
        },
      });
      const a = await start('a', { registry });
      await waitUntil(() => connected(a, b));
      b.channel.onAsked('key', String, (_, key) => `the answer to ${key}`);
      expect(await a.channel.ask('b', 'key', 'an srtp key')).toBe('the answer to an srtp key');
      await a.close();
      await waitUntil(() => b.channel.connected.size === 0 || 'b does not notice that a is gone');

      const seen = unmasked(relay.at?.recorded ?? Buffer.alloc(0));
      expect(seen).toContain('"challenge"');
      for (const word of ['srtp', 'answer', 'topic', TOKEN_SECRET]) expect(seen, word).not.toContain(word);
      const hello = JSON.parse(/40\/nodes,(\{"version.*?\})/.exec(seen)?.[1] ?? 'null');
      const proof = JSON.parse(/\["proof",(\{.*?\})\]/.exec(seen)?.[1] ?? 'null');
      expect(hello).toMatchObject({ from: 'a', to: 'b', version: CHANNEL_VERSION });

      const { socket, heard } = knock(b, hello);
      expect((await heardFirst(heard))[0]).toBe('challenge');
      socket.emit('proof', proof);
      await waitUntil(() => heard.at(-1)?.[0] === 'end' || 'the replay is not cut off');
      expect(heard.map(([name]) => name)).toEqual(['challenge', 'end']);
      expect(b.channel.connected.size).toBe(0);
      expect(await metric(b, 'everroom_peers_refused_total')).toEqual([
        'everroom_peers_refused_total{code="PROOF_INVALID"} 1',
      ]);
    });

    test('who changes what passes ends the connection; nobody believes it', async () => {
      const registry = new MemoryRegistry();
      const relay = { at: null as TcpRelay | null };
      const b = await start('b', {
        registry,
        info: async (url) => {
          relay.at = await relayTo({ url });
          return { internalUrl: `http://127.0.0.1:${relay.at.port}` };
        },
      });
      const a = await start('a', { registry });
      await waitUntil(() => connected(a, b));
      const told: unknown[] = [];
      b.channel.onTold('word', String, (_, word) => told.push(word));
      const gone: boolean[] = [];
      b.channel.onChange((_, isConnected) => gone.push(isConnected));
      let changed = false;
      if (relay.at) {
        relay.at.change = (bytes) => {
          if (changed || bytes.length < 100) return bytes;
          changed = true;
          const other = Buffer.from(bytes);
          other.writeUInt8(other.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
          return other;
        };
      }
      a.channel.tell('b', 'word', 'a word that is longer than a sign of life, so that it is the one to be changed');
      await waitUntil(() => gone.length > 0 || 'the connection goes on');
      expect(told).toEqual([]);
      await waitUntil(() => connected(a, b));
      a.channel.tell('b', 'word', 'whole');
      await waitUntil(() => told.length > 0 || 'nothing is told any more');
      expect(told).toEqual(['whole']);
    });

    test('[S1] without the key there is no way in: not with frames, another hello, another version or much of it', async () => {
      const node = await start('b', { limits: { nodeHellos: { burst: 6, perSecond: 0.001 } } });
      const key = new ClusterKey(TOKEN_SECRET);
      const helloTo = (to: string) => new DialerHandshake('a', to, [key]).hello;

      const frames = knock(node, helloTo('b'));
      await heardFirst(frames.heard);
      frames.socket.emit('frame', 'AAAA');
      await waitUntil(() => frames.heard.at(-1)?.[0] === 'end' || 'frames without a proof are taken');

      const refusals: [object, string][] = [
        [helloTo('c'), 'NODE_UNKNOWN'],
        [{ ...helloTo('b'), from: 'b' }, 'NODE_UNKNOWN'],
        [{ ...helloTo('b'), version: CHANNEL_VERSION + 1, more: [] }, 'VERSION_UNSUPPORTED'],
        [{ ...helloTo('b'), publicKey: 'short' }, 'HELLO_INVALID'],
        [new DialerHandshake('a', 'b', [new ClusterKey(OTHER_SECRET)]).hello, 'KEY_UNKNOWN'],
        [helloTo('b'), 'TOO_MANY_REQUESTS'],
      ];
      for (const [hello, code] of refusals) {
        expect(await heardFirst(knock(node, hello).heard)).toMatchObject(['refused', { code }]);
      }
      expect(node.channel.connected.size).toBe(0);
    });

    test('a dialer does not believe who answers without the key', async () => {
      const registry = new MemoryRegistry();
      const stranger = await start('stranger', { auth: secretOf(OTHER_SECRET) });
      // The stranger answers for b, and names the key of the cluster, whose id it has overheard.
      registry.add(nodeInfo('b', { internalUrl: stranger.url, channelVersion: CHANNEL_VERSION }));
      const a = await start('a', { registry });
      await waitUntil(() => problems(a).length > 0 || 'a says nothing');
      expect(problems(a)[0]).toContain('NODE_UNKNOWN');
      expect(a.channel.connected.size).toBe(0);
    });

    test('a node that starts beside others asks them whether they reach it, and is ready once they do', async () => {
      const registry = new MemoryRegistry();
      const a = await start('a', { registry });
      const b = await start('b', {
        registry,
        info: async (url) => {
          const relay = await relayTo({ url });
          relay.silence();
          ends.push(() => relay.resume());
          held.push(relay);
          return { internalUrl: `http://127.0.0.1:${relay.port}`, mediaAddress: '127.0.0.1', startedAt: 2 };
        },
      });
      const ready = async (node: TestNode) => (await node.rest('GET', '/readyz')).status === 200;
      expect(await ready(b)).toBe(true);
      await waitUntil(async () => !(await ready(b)) || 'b does not find out that a cannot reach it');
      expect(problems(b).at(-1)).toMatch(/The node a does not reach this one at http:.*Set INTERNAL_URL/);
      for (const relay of held.splice(0)) relay.resume();
      await waitUntil(async () => (await ready(b)) || problems(b).at(-1) || 'b is not ready');
      expect(await ready(a)).toBe(true);
    });
    const held: TcpRelay[] = [];

    test('it is enough that one of two nodes reaches the other', async () => {
      const registry = new MemoryRegistry();
      const unreachable = async () => ({ internalUrl: 'http://127.0.0.1:9' });
      const a = await start('a', { registry });
      const b = await start('b', { registry, info: unreachable });
      await waitUntil(() => connected(a, b));
    });

    test('what cannot be reached is said once, with what is wrong', async () => {
      const registry = new MemoryRegistry();
      registry.add(nodeInfo('z-old'));
      registry.add(nodeInfo('z-newer', { internalUrl: 'http://127.0.0.1:9', channelVersion: CHANNEL_VERSION + 1 }));
      registry.add(nodeInfo('z-gone', { internalUrl: 'http://127.0.0.1:9', channelVersion: CHANNEL_VERSION }));
      const a = await start('a', { registry });
      await waitUntil(() => problems(a).length >= 3 || `said: ${problems(a).join('; ')}`);
      expect(problems(a).sort()).toEqual([
        expect.stringContaining('ECONNREFUSED'),
        expect.stringContaining('it has none'),
        expect.stringContaining(`it speaks version ${CHANNEL_VERSION + 1}`),
      ]);
    });

    test('a burst larger than what may be on its way arrives whole and in order', async () => {
      const registry = new MemoryRegistry();
      const a = await start('a', { registry });
      const b = await start('b', { registry });
      await waitUntil(() => connected(a, b));
      const lengths: number[] = [];
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        to.channel.onTold('burst', String, (_, text) => lengths.push(text.length));
        for (let i = 0; i < 5; i++) from.channel.tell(to.nodeId, 'burst', 'x'.repeat(500_000 + i));
        await waitUntil(() => lengths.length >= 5 || `${lengths.length} of 5 have come`);
        expect(lengths.splice(0)).toEqual(Array.from({ length: 5 }, (_, i) => 500_000 + i));
      }
      expect(connected(a, b)).toBe(true);
    });

    test('the end of a process is known, and its successor at the same address is another node', async () => {
      const registry = new MemoryRegistry();
      const a = await start('a', { registry });
      const b = await start('b', { registry });
      await waitUntil(() => connected(a, b));
      await b.close();
      await waitUntil(() => a.channel.connected.size === 0 || 'a still believes in b');
      const next = await start('b-2', { registry, port: b.port });
      await waitUntil(() => connected(a, next));
      expect([...a.channel.connected]).toEqual(['b-2']);
    });
  });
});

/** Returns the text frames of recorded websockets; a client masks what it sends. */
function unmasked(bytes: Buffer): string {
  let text = bytes.toString('latin1');
  for (let at = 0; at + 6 < bytes.length; at++) {
    if (bytes[at] !== 0x81) continue;
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const isMasked = ((bytes[at + 1] ?? 0) & 0x80) !== 0;
    if (!isMasked || short > 126) continue;
    const start = at + (short === 126 ? 4 : 2);
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const mask = bytes.subarray(start, start + 4);
    const payload = bytes.subarray(start + 4, start + 4 + length);
    text += Buffer.from(payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))).toString('latin1');
  }
  return text;
}
