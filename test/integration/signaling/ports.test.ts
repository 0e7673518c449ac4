import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../ops/kit/freePort.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { TestClient } from './TestClient.ts';
import { closeTestMedia, TestNode } from './TestNode.ts';

afterAll(closeTestMedia);

describe.each(['uws', 'ws'] as const)('the port of a node, over %s', (engine) => {
  const nodes: TestNode[] = [];
  let node: TestNode;
  let ann: TestClient;

  async function start(options: Partial<Parameters<typeof TestNode.start>[0]> = {}): Promise<TestNode> {
    const started = await TestNode.start({ engine, store: new InMemoryJournalStore(), ...options });
    nodes.push(started);
    return started;
  }

  beforeEach(async () => {
    node = await start();
    ann = await TestClient.connect(node.url, await node.joinToken(await node.createRoom(), 'ann'));
    await ann.ask('join', { name: 'Ann' });
  });

  afterEach(async () => {
    ann.close();
    const logged = nodes.flatMap(({ logger }) => logger.errors);
    for (const started of nodes.splice(0)) await started.close();
    expect(logged).toEqual([]);
  });

  it('a node says that its port is taken, and can listen on it later, even after a crash with clients', async () => {
    await expect(start({ port: node.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await node.close();
    await ann.isCutOff();
    const next = await start({ port: node.port });
    expect((await next.rest('GET', '/livez')).status).toBe(200);
  });

  it('nodes share a port; one that stops listening keeps its connections, and new ones reach another', async () => {
    const shared = { port: node.port, metrics: { host: '127.0.0.1', port: await freePort() }, besideAnother: true };
    const second = await start({ ...shared, nodeId: 'second' });
    const third = await start({ ...shared, nodeId: 'third' });
    await third.signaling.drain(1_000);
    await Promise.all([node.signaling.stopListening(), second.signaling.stopListening()]);
    // The system chooses by the client's port who gets a connection: twenty would not all reach one of three.
    const answers = await Promise.all(Array.from({ length: 20 }, () => statusOfNew(`${node.url}/readyz`)));
    expect(new Set(answers)).toEqual(new Set([503]));
    expect(await statusOfNew(`http://127.0.0.1:${shared.metrics.port}/metrics`)).toBe(200);
    await ann.ask('raiseHand', {});
  });
});

/** Returns the status of the answer that comes over a new connection. */
async function statusOfNew(url: string): Promise<number | undefined> {
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  return response.resume().statusCode;
}
