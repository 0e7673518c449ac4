import { Redis } from 'ioredis';
import { type Commit, ORIGIN } from '../../core/room/commit.ts';
import { journalKey } from '../../recovery/keys.ts';
import type { Cleanup } from '../kit/cleanup.ts';
import { PrivateRedis } from '../kit/PrivateRedis.ts';
import { median } from '../kit/statistics.ts';
import { type NodeWithoutMedia, openNode } from './nodeWithoutMedia.ts';
import { openJournal } from './openJournal.ts';
import type { BenchReport } from './Report.ts';
import { recordRoom } from './recordedRoom.ts';

const RUNS = 5;
const ROOMS = 1_000;
const PEOPLE = 10;
const COMMITS = 100;
/** So many rooms differ; the others are copies of them. */
const RECORDED = 20;
const SEED = 20_261_130;

/**
 * Measures how soon a node has rebuilt every room of another that died, and how soon all people are recorded as back,
 * beside a plain read of the same journals.
 */
export async function benchRebuild(cleanup: Cleanup): Promise<BenchReport> {
  const recorded = Array.from({ length: RECORDED }, (_, n) => recordRoom(PEOPLE, COMMITS, SEED + n));
  const redis = await PrivateRedis.start({ appendfsync: 'everysec' });
  cleanup.add(() => redis.stop());
  const journal = await openJournal(redis, { mode: 'async' }, cleanup);
  const raw = new Redis(redis.socketPath);
  cleanup.add(() => raw.disconnect());
  const rebuilt: number[] = [];
  const back: number[] = [];
  const read: number[] = [];
  for (let run = 1; run <= RUNS; run += 1) {
    const roomIds = Array.from({ length: ROOMS }, (_, n) => `room-${run}-${n}`);
    await Promise.all(
      roomIds.map(async (roomId, n) => {
        const { type } = await journal.append(roomId, recorded[n % RECORDED] as Commit[], ORIGIN);
        if (type !== 'appended') throw new Error(`an append to a new room came out ${type}`);
      }),
    );
    read.push(await timed(() => Promise.all(roomIds.map((roomId) => readPlainly(raw, roomId)))));
    const node = await openNode(redis, 'async', cleanup);
    rebuilt.push(await timed(() => Promise.all(roomIds.map((roomId) => node.rooms.open(roomId)))));
    back.push(await timed(() => Promise.all(roomIds.map((roomId) => everybodyResumes(node, roomId)))));
    await node.close();
  }
  return {
    bench: 'rebuild',
    runs: RUNS,
    how:
      `${ROOMS.toLocaleString('en-US')} rooms of ${PEOPLE} people, ${COMMITS} commits each (seed ${SEED}), on a private ` +
      `redis-server over a unix socket, opened at once by a node that knew none of them. Medians of ${RUNS} runs.`,
    headings: ['what', 'median', 'unit'],
    rows: [
      ['all rooms rebuilt: followed, claimed, read and replayed', median(rebuilt), 'ms'],
      ['reference: plain XRANGE of the same journals, each record parsed as JSON', median(read), 'ms'],
      [`then: all ${(ROOMS * PEOPLE).toLocaleString('en-US')} people resume at once`, median(back), 'ms'],
    ],
    targets: [{ name: 'rebuild', measured: median(rebuilt), limit: 2_000, better: 'lower', unit: 'ms' }],
  };
}

async function readPlainly(raw: Redis, roomId: string): Promise<void> {
  const entries = await raw.xrange(journalKey(roomId), '-', '+');
  if (entries.length !== COMMITS) throw new Error(`${roomId} has ${entries.length} commits`);
  for (const [, fields] of entries) JSON.parse(fields[fields.length - 1] ?? '');
}

async function everybodyResumes({ nodeId, rooms }: NodeWithoutMedia, roomId: string): Promise<void> {
  const room = await rooms.open(roomId);
  await Promise.all(
    [...room.state.participants.keys()].map((participantId) =>
      room.handle({
        type: 'ResumeSession',
        commandId: `back-${participantId}`,
        actor: { kind: 'node', nodeId },
        now: Date.now(),
        participantId,
        nodeId,
      }),
    ),
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
