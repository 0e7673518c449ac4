import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Replica } from '../../../core/host/Replica.ts';
import { RoomHost } from '../../../core/host/RoomHost.ts';
import { Unavailable } from '../../../core/ports.ts';
import type { RoomCommand } from '../../../core/room/commands.ts';
import { type Commit, ORIGIN } from '../../../core/room/commit.ts';
import { silentListener } from '../../../ops/bench/silentListener.ts';
import { freePort } from '../../../ops/kit/freePort.ts';
import { createRecovery } from '../../../recovery/createRecovery.ts';
import { restore } from '../../../recovery/replay.ts';
import { commitsAfter, positionOf } from '../../contract/commits.ts';
import { NO_MEDIA } from '../../support/noMedia.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { by, commandOf, NOW, node, OPERATOR } from '../../support/room.ts';
import { recordingLogger, systemClock } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';

/** A replica gets half of it to confirm a write, and fsync takes a while beside others. */
const REDIS_TIMEOUT_MS = 900;

interface Server {
  readonly redis: TestRedis;
  readonly side: Redis;
  readonly port: number;
}

async function startServer(): Promise<Server> {
  const port = await freePort();
  const redis = await startTestRedis({ port, settings: { 'repl-diskless-sync-delay': '0' } });
  const side = new Redis(redis.options);
  side.on('error', () => {}); // Some tests kill the server.
  return { redis, side, port };
}

let master: Server;
let replica: Server;
beforeAll(async () => {
  [master, replica] = await Promise.all([startServer(), startServer()]);
});
afterAll(async () => {
  for (const { redis, side } of [master, replica]) {
    side.disconnect();
    await redis.stop();
  }
});
afterEach(async () => {
  for (const { redis } of [master, replica]) redis.resume();
  await master.side.replicaof('NO', 'ONE');
});

/** `master` has `replica` for its replica from now on. */
async function joinReplica(): Promise<void> {
  await replica.side.replicaof('127.0.0.1', master.port);
  await waitUntil(async () => {
    // WAIT is about the last write of its own connection.
    await master.side.set('probe', '1');
    return (await master.side.wait(1, 500)) === 1 || 'the replica confirms nothing';
  });
}

const cutReplicaOff = () => replica.side.replicaof('127.0.0.1', 1);

let ids = 0;
const newId = (): string => `id-${++ids}`;

/** A node on the master with durability `replica`. `told`: what it told its clients. */
async function startNode({ redis }: Server = master) {
  const logger = recordingLogger();
  const recovery = await createRecovery({
    redis: { url: redis.url, commandTimeoutMs: REDIS_TIMEOUT_MS },
    durability: { mode: 'replica', replicas: 1 },
    nodeId: newId(),
    clock: systemClock,
    logger,
  });
  onTestFinished(() => recovery.close());
  const { journal } = recovery;
  const replay = async (roomId: string): Promise<Replica> => {
    const { state, position, recent } = await restore(journal, roomId);
    return new Replica(state, position, recent);
  };
  const open = async (roomId: string, commandTimeoutMs = 3 * REDIS_TIMEOUT_MS) => {
    const told: Commit[] = [];
    const failures: unknown[] = [];
    const host = new RoomHost(roomId, await replay(roomId), {
      nodeId: 'node-1',
      journal,
      media: NO_MEDIA,
      audience: { ...silentListener, committed: (commit) => told.push(commit), serves: () => false, rebuilt: () => {} },
      clock: systemClock,
      logger,
      newId,
      restore: replay,
      commandTimeoutMs,
      onAccepted: () => {},
      roomBytes: Number.POSITIVE_INFINITY,
      onFailed: (_, error) => failures.push(error),
    });
    const unfollow = await journal.follow(
      roomId,
      (commits) => host.push(commits),
      () => host.checkForMissed(),
    );
    onTestFinished(async () => {
      unfollow();
      await host.close();
    });
    return { host, told, failures };
  };
  return { journal, open, logger };
}

function create(): RoomCommand {
  const body = {
    type: 'CreateRoom',
    name: 'x',
    capacity: 9,
    graceMs: 1_000,
    lobby: false,
    passwordHash: null,
  } as const;
  return commandOf(OPERATOR, body, { commandId: newId(), now: NOW });
}

function join(participantId: string): RoomCommand {
  return commandOf(
    node(),
    { type: 'JoinRoom', participantId, name: participantId, role: 'host', nodeId: 'node-1', passwordVerifiedFor: null },
    { commandId: newId(), now: NOW },
  );
}

function post(text: string, session = 1): RoomCommand {
  return commandOf(
    by('ann', session),
    { type: 'PostChat', messageId: newId(), text },
    { commandId: newId(), now: NOW },
  );
}

async function begin({ host }: { host: RoomHost }): Promise<void> {
  await host.handle(create());
  await host.handle(join('ann'));
}

/** On a busy machine a replica may answer late, and the room is refused for a moment. */
async function entered({ open }: Awaited<ReturnType<typeof startNode>>, roomId: string, commandTimeoutMs?: number) {
  let room: Awaited<ReturnType<typeof open>> | undefined;
  await waitUntil(async () => {
    try {
      room = await open(roomId, commandTimeoutMs);
      return true;
    } catch (error) {
      return String(error);
    }
  });
  if (!room) throw new Error('the room is not open');
  return room;
}

const texts = ({ host }: { host: RoomHost }): string[] => host.state.chat.map(({ text }) => text);

describe('with durability "replica"', () => {
  it('[J2] while no replica answers, nothing is acknowledged, told or concluded, and all of it is refused by name', async () => {
    await joinReplica();
    const [one, two] = [await startNode(), await startNode()];
    const room = newId();
    const here = await entered(one, room);
    await begin(here);
    const there = await entered(two, room);

    replica.redis.pause();
    const command = post('unsafe');
    const noReplica = { name: 'Unavailable', what: 'replicas' };
    await expect(here.host.handle(command)).rejects.toMatchObject(noReplica);
    expect(await master.side.xlen(`everroom:{${room}}:journal`), 'the master alone has it').toBe(3);
    // A refusal, "nothing to do" and a replay would all tell of the commit that only the master has.
    await Promise.all(
      [there.host.handle(post('stale', 9)), there.host.handle(command), two.open(room)].map((concluded) =>
        expect(concluded).rejects.toMatchObject(noReplica),
      ),
    );
    expect([here.told.length, there.told.length]).toEqual([2, 0]);

    replica.redis.resume();
    await waitUntil(() => texts(here).length === 1 || 'the writer did not find its commit');
    await waitUntil(() => texts(there).length === 1 || 'the other node was not told');
    await here.host.handle(command);
    await expect(there.host.handle(post('stale', 9))).rejects.toMatchObject({ code: 'STALE_SESSION' });
    expect(texts(here)).toEqual(['unsafe']);
    expect([...here.failures, ...there.failures]).toEqual([]);
  });

  it('[J2] a replica that is promoted after it was cut off has everything that anybody was told', async () => {
    await joinReplica();
    const [one, two] = [await startNode(), await startNode()];
    const room = newId();
    const here = await entered(one, room);
    await begin(here);
    const there = await entered(two, room);
    const acked: string[] = [];
    const say = async (text: string): Promise<void> => {
      await here.host.handle(post(text));
      acked.push(text);
    };
    for (let n = 0; n < 20; n += 1) await say(`before ${n}`);
    const late = Promise.allSettled(Array.from({ length: 20 }, (_, n) => say(`meanwhile ${n}`)));
    await cutReplicaOff();
    await late;
    await expect(say('after')).rejects.toBeInstanceOf(Unavailable);

    await replica.side.replicaof('NO', 'ONE');
    const { commits } = await journalOf(replica, room);
    const kept = commits.flatMap(({ events }) => events.flatMap((event) => ('text' in event ? [event.text] : [])));
    expect(acked.filter((text) => !kept.includes(text))).toEqual([]);
    const ids = commits.map(({ commitId }) => commitId);
    expect([...here.told, ...there.told].filter(({ commitId }) => !ids.includes(commitId))).toEqual([]);
    expect(acked.length).toBeGreaterThanOrEqual(20);
  });

  it('a master that is demoted while a command waits for the replica closes no room', async () => {
    await joinReplica();
    const one = await startNode();
    const here = await entered(one, newId(), 20_000);
    await begin(here);
    replica.redis.pause();
    const waiting = here.host.handle(post('patient'));
    await waitUntil(async () => (await master.side.info('clients')).includes('blocked_clients:1') || 'no WAIT yet');
    await master.side.replicaof('127.0.0.1', 1); // Redis answers UNBLOCKED.
    await master.side.replicaof('NO', 'ONE');
    replica.redis.resume();
    await waiting;
    expect(texts(here)).toEqual(['patient']);
    expect(here.failures).toEqual([]);
  });

  it('appends to many rooms at once all wait for the replica', async () => {
    await joinReplica();
    const { journal } = await startNode();
    const commits = commitsAfter(ORIGIN, 100).map((commit) => ({ ...commit, version: 1, prev: '' }));
    const prefix = newId();
    await Promise.all(commits.map((commit, i) => journal.append(`${prefix}-${i}`, [commit], ORIGIN)));
    for (let i = 0; i < commits.length; i++) {
      expect(await replica.side.xlen(`everroom:{${prefix}-${i}}:journal`)).toBe(1);
    }
    expect(await journal.position(`${prefix}-0`)).toEqual(positionOf(commits[0]));
  });
});

/** What a server that was promoted holds of a room. */
async function journalOf({ redis }: Server, roomId: string): Promise<{ readonly commits: readonly Commit[] }> {
  const { journal, close } = await createRecovery({
    redis: { url: redis.url },
    durability: { mode: 'async' },
    nodeId: 'reader',
    clock: systemClock,
    logger: recordingLogger(),
  });
  const commits = await journal.read(roomId, 0, 1_000);
  await close();
  return { commits };
}

it('a journal key that Redis answers with an unknown error closes no room, and is logged once', async () => {
  await joinReplica();
  const { open, logger } = await startNode();
  const room = newId();
  const here = await open(room, 300);
  await master.side.set(`everroom:{${room}}:journal`, 'not ours');
  await expect(here.host.handle(create())).rejects.toMatchObject({
    name: 'Unavailable',
    message: expect.stringContaining('WRONGTYPE'),
  });
  expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  await master.side.del(`everroom:{${room}}:journal`);
  await here.host.handle(create());
  expect(here.failures).toEqual([]);
});
