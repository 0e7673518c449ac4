import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Cleanup } from '../kit/cleanup.ts';
import { PrivateRedis } from '../kit/PrivateRedis.ts';
import { percentile } from '../kit/statistics.ts';
import { type NodeWithoutMedia, openNode } from './nodeWithoutMedia.ts';
import type { BenchReport } from './Report.ts';

const COMMANDS = 3_000;
const WARM_UP = 300;
const MOST_RATIO = 1.1;
const PEOPLE = { near: 'ann', far: 'bob' } as const;

/**
 * Measures what a command costs on a node that shares its room with another node: decided on the node where it comes
 * in, recorded in Redis, known to its sender. The ways take turns, command by command, so that all meet the same
 * machine.
 */
export async function benchCluster(cleanup: Cleanup): Promise<BenchReport> {
  const redis = await PrivateRedis.start({ appendfsync: 'everysec' });
  cleanup.add(() => redis.stop());
  const raw = new Redis(redis.socketPath);
  cleanup.add(() => raw.disconnect());
  const near = await openNode(redis, 'async', cleanup);
  const far = await openNode(redis, 'async', cleanup);
  await createRoom(near, 'alone');
  await createRoom(near, 'shared');
  await enter(near, 'alone', PEOPLE.near);
  await enter(near, 'shared', PEOPLE.near);
  await enter(far, 'shared', PEOPLE.far);

  const local: number[] = [];
  const remote: number[] = [];
  const contested: number[] = [];
  const roundTrip: number[] = [];
  for (let n = -WARM_UP; n < COMMANDS; n += 1) {
    const figures = {
      roundTrip: await timed(() => raw.ping()),
      local: await timed(() => chat(near, 'alone', PEOPLE.near)),
      // The other node has heard of what was recorded before: nothing to catch up with.
      remote: await timed(() => chat(far, 'shared', PEOPLE.far)),
      contested: Number.NaN,
    };
    // Without a pause: the far node decides before it can have heard of the near node's commit.
    await chat(near, 'shared', PEOPLE.near);
    figures.contested = await timed(() => chat(far, 'shared', PEOPLE.far));
    if (n < 0) continue;
    roundTrip.push(figures.roundTrip);
    local.push(figures.local);
    remote.push(figures.remote);
    contested.push(figures.contested);
  }
  const limit = MOST_RATIO * percentile(local, 50) + percentile(roundTrip, 50);
  const row = (what: string, values: readonly number[]) => [what, percentile(values, 50), percentile(values, 99), 'ms'];
  return {
    bench: 'cluster',
    runs: 1,
    how:
      `${COMMANDS.toLocaleString('en-US')} chat messages each way, in turn, on two nodes with their own connections to a ` +
      'private redis-server over a unix socket. Both nodes are in one process: what one of them hears of the other is ' +
      'part of the figures.',
    headings: ['what', 'p50', 'p99', 'unit'],
    rows: [
      row('PING: one round trip to Redis', roundTrip),
      row('command, the node has the room to itself', local),
      row('command on the other node of a shared room', remote),
      row('the same, right after a command on the first node', contested),
    ],
    targets: [
      { name: 'other node', measured: percentile(remote, 50), limit, better: 'lower', unit: 'ms' },
      { name: 'other node, right after', measured: percentile(contested, 50), limit, better: 'lower', unit: 'ms' },
    ],
  };
}

async function createRoom({ rooms }: NodeWithoutMedia, roomId: string): Promise<void> {
  const room = await rooms.open(roomId);
  await room.handle({
    ...{ type: 'CreateRoom', commandId: randomUUID(), actor: { kind: 'operator' }, now: Date.now() },
    ...{ name: roomId, capacity: 10, graceMs: 20_000, lobby: false, passwordHash: null },
  });
}

async function enter({ nodeId, rooms }: NodeWithoutMedia, roomId: string, participantId: string): Promise<void> {
  const room = await rooms.open(roomId);
  await room.handle({
    ...{ type: 'JoinRoom', commandId: randomUUID(), actor: { kind: 'node', nodeId }, now: Date.now() },
    ...{ participantId, name: participantId, role: 'member', nodeId, passwordVerifiedFor: null },
  });
}

async function chat({ rooms }: NodeWithoutMedia, roomId: string, participantId: string): Promise<void> {
  const room = await rooms.open(roomId);
  const session = room.state.participants.get(participantId)?.session ?? 0;
  await room.handle({
    type: 'PostChat',
    commandId: randomUUID(),
    actor: { kind: 'participant', participantId, session },
    now: Date.now(),
    messageId: randomUUID(),
    text: 'A message about as long as people write.',
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
