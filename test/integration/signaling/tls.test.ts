import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../ops/run/lan/makeCertificate.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { NodeAgent } from '../../../reencoder/sidecar/NodeAgent.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { API_SECRET, closeTestMedia, TestNode } from './TestNode.ts';

afterAll(closeTestMedia);

const DAY_MS = 24 * 3_600_000;
const pairFor = (host: string) =>
  makeCertificate({ hosts: [host], from: Date.now() - DAY_MS, until: Date.now() + 30 * DAY_MS });
const [first, second, named] = [pairFor('127.0.0.1'), pairFor('127.0.0.1'), pairFor('meet.example.org')];

describe.each(['uws', 'ws'] as const)('TLS over %s', (engine) => {
  let folder: string;
  let certFile: string;
  let keyFile: string;
  const nodes: TestNode[] = [];
  const clients: TestClient[] = [];

  async function write({ cert, key }: { cert: string; key: string }): Promise<void> {
    await put(certFile, cert);
    await put(keyFile, key);
  }

  /** As tools do that renew certificates: nobody reads half of it. */
  async function put(file: string, content: string): Promise<void> {
    await writeFile(`${file}.new`, content);
    await rename(`${file}.new`, file);
  }

  async function start(): Promise<TestNode> {
    const tls = { certFile, keyFile, lookEveryMs: 20 };
    const node = await TestNode.start({ engine, store: new InMemoryJournalStore(), tls });
    nodes.push(node);
    return node;
  }

  /** Returns the certificate that a new connection gets; one that comes at the moment of the change gets none. */
  async function served({ port }: TestNode): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    const connected = await once(socket, 'secureConnect').catch(() => null);
    if (!connected) return '';
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    return `-----BEGIN CERTIFICATE-----${raw.toString('base64')}-----END CERTIFICATE-----`;
  }

  const isServed = async (node: TestNode, { cert }: { cert: string }): Promise<boolean> =>
    (await served(node)) === cert.replace(/\s*\r?\n/g, '');

  async function createRoom(node: TestNode, agent: Agent): Promise<string> {
    const headers = { authorization: `Bearer ${API_SECRET}`, 'content-type': 'application/json' };
    const asked = request(`${node.url}/api/rooms`, { method: 'POST', headers, agent });
    asked.end('{}');
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return (JSON.parse(await text(response)) as { roomId: string }).roomId;
  }

  async function enter(node: TestNode, roomId: string, name: string, ca: string): Promise<TestClient> {
    const client = await TestClient.connect(node.url, await node.joinToken(roomId, name), { ca });
    clients.push(client);
    await client.ask('join', { name });
    return client;
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'everroom-tls-'));
    certFile = join(folder, 'cert.pem');
    keyFile = join(folder, 'key.pem');
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const node of nodes.splice(0)) await node.close();
    await rm(folder, { recursive: true });
  });

  it('a new certificate serves new connections; those that are open stay, and all hear each other', async () => {
    await write(first);
    const node = await start();
    expect(node.url).toMatch(/^https:/);
    const agent = new Agent({ ca: first.cert });
    const roomId = await createRoom(node, agent);
    const ann = await enter(node, roomId, 'ann', first.cert);

    await write(second);
    await waitUntil(async () => (await isServed(node, second)) || 'the old certificate still serves');
    const bob = await enter(node, roomId, 'bob', second.cert);
    await waitUntil(() => ann.events('ParticipantJoined').length > 0 || 'ann does not hear that bob is there');
    await ann.ask('raiseHand', {});
    await waitUntil(() => bob.events('HandRaised').length > 0 || 'bob does not hear of the hand');
    expect(node.logger.errors).toEqual([]);
    agent.destroy();
  });

  it('a new certificate that cannot be used leaves the old one in place, and the log says why', async () => {
    await write(first);
    const node = await start();
    await writeFile(certFile, second.cert);
    await waitUntil(() => node.logger.errors.length > 0 || 'nothing is logged');
    expect(node.logger.errors).toEqual([expect.stringContaining('the old one stays')]);
    expect(node.logger.errors[0]).toContain(`TLS_KEY ${keyFile} does not belong to`);
    expect(await isServed(node, first)).toBe(true);

    await writeFile(keyFile, second.key);
    await waitUntil(async () => (await isServed(node, second)) || 'the mended files do not serve');
    expect(node.logger.errors).toHaveLength(1);
  });

  it('wrong files are a clear error at the start', async () => {
    await expect(start()).rejects.toThrow(`TLS_CERT ${certFile} cannot be read`);
    await write({ cert: first.cert, key: second.key });
    await expect(start()).rejects.toThrow(`TLS_KEY ${keyFile} does not belong to`);
    await write({ cert: 'nonsense', key: first.key });
    await expect(start()).rejects.toThrow(`TLS_CERT ${certFile} holds no certificate`);
    await write({ cert: first.cert, key: first.cert });
    await expect(start()).rejects.toThrow(`TLS_KEY ${keyFile} holds no private key`);
  });

  it('a sidecar trusts the certificate of the node on its host under any name, and no other', async () => {
    await write(named);
    const node = await start();
    const agent = new NodeAgent(certFile);
    expect(await createRoom(node, agent)).toMatch(/\w/);
    agent.destroy();

    await writeFile(join(folder, 'stranger.pem'), first.cert);
    const mistaken = new NodeAgent(join(folder, 'stranger.pem'));
    await expect(createRoom(node, mistaken)).rejects.toThrow(/certificate/);
    mistaken.destroy();
  });
});
