import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { TEST_MS } from '../../../signaling/rest/TestRooms.ts';
import { TestClient } from './TestClient.ts';
import { clock, closeTestMedia, TestNode } from './TestNode.ts';

let node: TestNode;
let lagMs: number;
/** What happens once the time of a test is over. */
let timesOver: (() => void)[];
const clients: TestClient[] = [];

beforeEach(async () => {
  lagMs = 0;
  timesOver = [];
  node = await TestNode.start({
    engine: 'uws',
    store: new InMemoryJournalStore(),
    auth: { openRoomCreation: false, guestAccess: false },
    limits: { connectionTests: { burst: 2, perSecond: 0 } },
    lagMs: () => lagMs,
    clock: {
      now: () => clock.now(),
      setTimer(afterMs, run) {
        if (afterMs !== TEST_MS) return clock.setTimer(afterMs, run);
        timesOver.push(run);
        return () => {
          timesOver = timesOver.filter((kept) => kept !== run);
        };
      },
    },
  });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await node.close();
  expect(timesOver).toEqual([]);
  expect(node.logger.errors).toEqual([]);
});

afterAll(closeTestMedia);

async function enter(token: string): Promise<TestClient> {
  const client = await TestClient.connect(node.url, token);
  clients.push(client);
  await client.ask('join', { name: 'sender' });
  return client;
}

it('whoever may open no meetings may test the way to the server, in a room that ends by itself', async () => {
  const { status, body } = await node.rest('POST', '/api/connection-tests');
  expect(status).toBe(201);
  const participants = await Promise.all(body.tokens.map(enter));
  expect(participants).toHaveLength(4);
  await expect(participants[0].ask('closeRoom', {})).rejects.toThrow('FORBIDDEN');

  expect(timesOver).toHaveLength(1);
  timesOver.shift()?.();
  for (const participant of participants) {
    expect(await participant.hears('sessionEnded')).toMatchObject([{ reason: 'roomClosed' }]);
  }
  await expect(enter(body.tokens[0])).rejects.toThrow('ROOM_CLOSED');
});

it('tests are limited by address, and wait while the node is busy', async () => {
  lagMs = 10_000;
  expect((await node.rest('POST', '/api/connection-tests')).body).toMatchObject({ error: { code: 'BUSY' } });
  lagMs = 0;
  const answers = [1, 2, 3].map(() => node.rest('POST', '/api/connection-tests'));
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([201, 201, 429]);
});
