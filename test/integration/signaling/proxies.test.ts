import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { ReverseProxy } from '../../support/ReverseProxy.ts';
import { TestClient } from './TestClient.ts';
import { closeTestMedia, TestNode } from './TestNode.ts';

afterAll(closeTestMedia);

const ROOMS_EACH = 3;

/** Real people have their own addresses; here each has one of the loopback. */
const ANN = '127.0.0.2';
const BOB = '127.0.0.3';

describe.each([
  ['nginx', 'uws'],
  ['nginx', 'ws'],
  ['caddy', 'uws'],
] as const)('behind %s, over %s', (name, engine) => {
  let node: TestNode;
  let proxy: ReverseProxy;
  const clients: TestClient[] = [];

  beforeEach(async () => {
    node = await TestNode.start({
      engine,
      store: new InMemoryJournalStore(),
      trustedProxies: ['127.0.0.1'],
      limits: { roomsCreated: { burst: ROOMS_EACH, perSecond: 0.001 } },
    });
    proxy = await ReverseProxy.start(name, node.port);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await proxy?.stop();
    await node?.close();
  });

  /** Creates a room from this address, without a key. */
  async function createRoom(from: string, headers: Record<string, string> = {}) {
    const agent = new Agent({ ca: proxy.ca, localAddress: from });
    const asked = request(`${proxy.url}/api/rooms`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', ...headers },
    });
    asked.end('{}');
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const body = JSON.parse(await text(response)) as { roomId: string; token: string; url: string };
    agent.destroy();
    return { status: response.statusCode, ...body };
  }

  it('people meet over websockets', async () => {
    const { roomId, token } = await createRoom(ANN);
    const ann = await TestClient.connect(proxy.url, token, { ca: proxy.ca });
    const bob = await TestClient.connect(proxy.url, await node.joinToken(roomId, 'bob'), { ca: proxy.ca });
    clients.push(ann, bob);
    await ann.ask('join', { name: 'Ann' });
    await bob.ask('join', { name: 'Bob' });
    await ann.hears('committed');
    expect(ann.events('ParticipantJoined')).toMatchObject([{ participantId: 'bob' }]);
  });

  it('the address of the page is the one that people opened', async () => {
    expect((await createRoom(ANN)).url).toContain(`${proxy.url}/r/`);
  });

  it('each person has limits of their own, and claiming another address does not help', async () => {
    for (let rooms = 0; rooms < ROOMS_EACH; rooms += 1) expect((await createRoom(ANN)).status).toBe(201);
    expect((await createRoom(ANN)).status).toBe(429);
    expect((await createRoom(ANN, { 'x-forwarded-for': '203.0.113.9' })).status).toBe(429);
    expect((await createRoom(BOB)).status).toBe(201);
  });
});
