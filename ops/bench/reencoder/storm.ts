import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineName } from '../../../core/reencoding/messages.ts';
import { findEngine } from '../../../reencoder/engines/findEngine.ts';
import type { Cleanup } from '../../kit/cleanup.ts';
import type { Picture } from '../../kit/clients/picture.ts';
import { cpuMicrosecondsOf } from '../../kit/deployment/processes.ts';
import { summarize } from '../../kit/statistics.ts';
import { makeTestMedia, type TestMedia } from '../../kit/testMedia.ts';
import type { BenchReport, Target } from '../Report.ts';
import type { EncoderCounts } from './storm/publisherProcess.ts';
import { openStormRoom, type StormRoom } from './storm/StormRoom.ts';
import { type TimesToFirstFrame, Viewers } from './storm/Viewers.ts';

export const CROWDS: readonly number[] = [20, 100, 500];
const JOINS_PER_SECOND = 5;
const FIRST_FRAME_P95_MS = 300;
/** The camera of a meeting, which sends three layers. */
const CAMERA: Picture = { width: 1_280, height: 720, framesPerSecond: 30 };
/** Pause after the crowd has joined, before anything counts. */
const CALM_MS = 3_000;
/** Time for the last viewer to see something. */
const LAST_ONE_MS = 2_000;
/** So many viewers of the crowd join side by side. */
const JOIN_TOGETHER = 20;
/** A machine that takes longer for a crowd is measured with those who are in. */
const CROWD_LIMIT_MS = 20_000;
/** While this many people are joining or leaving, nobody else comes. */
const MOST_MOVING = 50;
/** Time for these to end when the storm is over. */
const MOVING_LIMIT_MS = 5_000;
/** What a storm may take besides its own time: the presenter settles, the crowd joins, the last ones end. */
const AROUND_SECONDS = 60;
/** All of them together may take this long. */
const LIMIT_SECONDS = 600;
const LEAST_SECONDS = 10;

interface StormResult {
  /** The crowd that watched; fewer than planned if the machine did not let them in. */
  readonly viewers: number;
  readonly reencoded: boolean;
  /** Whether the presenter sent its full quality before the storm. */
  readonly settled: boolean;
  readonly requestsPerSecond: number;
  /** Keyframe requests that ended at the reencoder. */
  readonly absorbedPerSecond: number;
  readonly keyframesPerSecond: number;
  readonly framesPerSecond: number;
  readonly kbps: number;
  /** Share of keyframes among the frames of all layers in the worst second. */
  readonly mostKeyframesPercent: number;
  readonly firstFrame: TimesToFirstFrame;
  /** CPU use of all cores of the machine, by any process. */
  readonly machineBusyPercent: number;
  /** CPU of the media worker, and of the reencoder, in cores. */
  readonly workerCores: number;
  readonly reencoderCores: number;
  /** What the worker sends to all viewers together. */
  readonly sentMbps: number;
}

/**
 * Measures how viewers who come and go load the presenter, what it costs, and how long a newcomer waits for the
 * picture.
 */
export async function benchStorm(cleanup: Cleanup, asked: number, crowds: readonly number[]): Promise<BenchReport> {
  const found = await findEngine('auto');
  if (!found.engine) throw new Error(found.reason);
  const folder = await mkdtemp(join(tmpdir(), 'everroom-bench-storm-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const media = await makeTestMedia(folder, CAMERA);
  const seconds = secondsOf(asked, 2 * crowds.length);
  const storms = crowds.flatMap((viewers) =>
    [null, found.engine?.name ?? null].map((engine) => ({ viewers, engine, seconds })),
  );
  const most = Math.ceil((storms.length * (seconds + AROUND_SECONDS)) / 60);
  say(`${storms.length} storms of ${seconds} s each: reckon with up to ${most} minutes`);
  const results: StormResult[] = [];
  for (const [index, plan] of storms.entries()) {
    const { viewers, engine } = plan;
    say(`${index + 1} of ${storms.length}: ${viewers} viewers, ${engine ? 'with' : 'without'} a reencoder`);
    results.push(await storm(plan, media, cleanup));
  }
  return toReport(results, seconds);
}

/** Returns how long each of the storms lasts: as asked, but no longer than all of them may take. */
function secondsOf(asked: number, storms: number): number {
  const most = Math.max(LEAST_SECONDS, Math.floor(LIMIT_SECONDS / storms) - AROUND_SECONDS);
  return Math.min(asked, most);
}

interface StormPlan {
  readonly viewers: number;
  readonly engine: EngineName | null;
  readonly seconds: number;
}

async function storm(
  { viewers: crowd, engine, seconds }: StormPlan,
  media: TestMedia,
  cleanup: Cleanup,
): Promise<StormResult> {
  const room = await openStormRoom(media, engine, cleanup);
  const viewers = await Viewers.open(room.router, room, cleanup);
  try {
    const joined = await joinUnseen(viewers, crowd);
    say(`${joined} viewers watch${room.settled ? '' : ', and the presenter does not reach its full quality'}`);
    await sleep(CALM_MS);
    const before = await room.encoderCounts();
    const absorbed = room.requestsAbsorbed();
    const busy = busyTimes();
    const { worker, reencoder } = room.pids;
    const cpu = { worker: cpuSecondsOf(worker), reencoder: cpuSecondsOf(reencoder) };
    const sent = await viewers.bytesSent();
    const startedAt = performance.now();
    const counting = countEverySecond(room, startedAt, seconds);
    const [counts] = await Promise.all([counting, comeAndGo(viewers, startedAt, seconds)]);
    const took = (performance.now() - startedAt) / 1_000;
    const machineBusyPercent = busySince(busy);
    const workerCores = (cpuSecondsOf(worker) - cpu.worker) / took;
    const reencoderCores = (cpuSecondsOf(reencoder) - cpu.reencoder) / took;
    const sentMbps = ((await viewers.bytesSent()) - sent) * (8 / took / 1_000_000);
    await sleep(LAST_ONE_MS);
    return {
      viewers: joined,
      reencoded: engine !== null,
      settled: room.settled,
      ...publisherFigures([before, ...counts], took),
      absorbedPerSecond: (room.requestsAbsorbed() - absorbed) / took,
      machineBusyPercent,
      ...{ workerCores, reencoderCores, sentMbps },
      firstFrame: await viewers.results(),
    };
  } finally {
    await viewers.close();
    await room.close();
  }
}

/** Returns how many of the crowd got in. */
async function joinUnseen(viewers: Viewers, crowd: number): Promise<number> {
  const until = performance.now() + CROWD_LIMIT_MS;
  let joined = 0;
  while (joined < crowd && performance.now() < until) {
    const together = Math.min(JOIN_TOGETHER, crowd - joined);
    await Promise.all(Array.from({ length: together }, () => viewers.joinUnseen()));
    joined += together;
  }
  return joined;
}

/** At every beat one viewer joins and one leaves; none waits for another while not too many do. */
async function comeAndGo(viewers: Viewers, startedAt: number, seconds: number): Promise<void> {
  const moving = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const go = (move: Promise<void>): void => {
    const moved = move
      .catch((error: unknown) => {
        failures.push(error);
      })
      .finally(() => moving.delete(moved));
    moving.add(moved);
  };
  for (let beat = 0; beat < seconds * JOINS_PER_SECOND && failures.length === 0; beat += 1) {
    await sleep(Math.max(0, startedAt + (1_000 * beat) / JOINS_PER_SECOND - performance.now()));
    if (moving.size > MOST_MOVING) continue;
    go(viewers.join());
    go(viewers.leave());
  }
  await Promise.race([Promise.all(moving), sleep(MOVING_LIMIT_MS)]);
  if (failures.length > 0) throw failures[0];
}

/** The encoder's counts, second by second. */
async function countEverySecond(room: StormRoom, startedAt: number, seconds: number): Promise<EncoderCounts[]> {
  const counts: EncoderCounts[] = [];
  for (let second = 1; second <= seconds; second += 1) {
    await sleep(Math.max(0, startedAt + second * 1_000 - performance.now()));
    counts.push(await room.encoderCounts());
  }
  return counts;
}

function publisherFigures(
  counts: readonly EncoderCounts[],
  seconds: number,
): Pick<StormResult, 'requestsPerSecond' | 'keyframesPerSecond' | 'framesPerSecond' | 'kbps' | 'mostKeyframesPercent'> {
  const total = (at: EncoderCounts | undefined, key: 'frames' | 'keyframes' | 'bytes' | 'keyframeRequests'): number =>
    (at?.layers ?? []).reduce((sum, layer) => sum + layer[key], 0);
  const [first, last] = [counts[0], counts.at(-1)];
  const perSecond = (key: 'keyframes' | 'bytes' | 'keyframeRequests'): number =>
    (total(last, key) - total(first, key)) / seconds;
  const largest = (at: EncoderCounts | undefined): number => at?.layers.at(-1)?.frames ?? 0;
  const shares = counts.slice(1).map((now, index) => {
    const frames = total(now, 'frames') - total(counts[index], 'frames');
    return frames === 0 ? 0 : (100 * (total(now, 'keyframes') - total(counts[index], 'keyframes'))) / frames;
  });
  return {
    requestsPerSecond: perSecond('keyframeRequests'),
    keyframesPerSecond: perSecond('keyframes'),
    framesPerSecond: (largest(last) - largest(first)) / seconds,
    kbps: (perSecond('bytes') * 8) / 1_000,
    mostKeyframesPercent: Math.max(...shares),
  };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function unsettledWords(results: readonly StormResult[]): string {
  const unsettled = results.filter(({ settled }) => !settled).length;
  if (unsettled === 0) return '';
  return ` In ${unsettled} of ${results.length} storms this machine was too busy for the presenter's full quality.`;
}

function cpuSecondsOf(pid: number | null): number {
  return pid === null ? 0 : cpuMicrosecondsOf(pid) / 1_000_000;
}

function busyTimes(): { busy: number; all: number } {
  const times = cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({ busy: user + nice + sys + irq, idle }));
  const busy = times.reduce((sum, core) => sum + core.busy, 0);
  return { busy, all: times.reduce((sum, core) => sum + core.idle, busy) };
}

function busySince(before: { busy: number; all: number }): number {
  const now = busyTimes();
  return (100 * (now.busy - before.busy)) / (now.all - before.all);
}

function toReport(results: readonly StormResult[], seconds: number): BenchReport {
  const { width, height, framesPerSecond } = CAMERA;
  return {
    bench: 'reencoder storm',
    runs: 1,
    how:
      `A presenter (libwebrtc, VP8 ${width}×${height}@${framesPerSecond} in three layers) in a room of our media ` +
      `plane with one worker, and its viewers; ${JOINS_PER_SECOND} join and ${JOINS_PER_SECOND} leave every second ` +
      `for ${seconds} s. Viewers are light: plain RTP consumers of the room's router, which want the three sizes in ` +
      'turn. Those that join are timed from the request for a transport to the first whole keyframe. Figures of the ' +
      'publisher come from its own encoder; "most keyframes" is the share of keyframes among all frames in ' +
      `its worst second. CPU is in cores.${unsettledWords(results)}`,
    headings: [
      'viewers',
      'reencoder',
      'PLI/s at publisher',
      'at reencoder',
      'keyframes/s',
      'fps',
      'kbit/s',
      'most keyframes %',
      'first frame p50 ms',
      'p95',
      'max',
      'joined',
      'asked again',
      'never saw',
      'to viewers Mbit/s',
      'worker CPU',
      'reencoder CPU',
      'machine busy %',
    ],
    rows: results.map(({ viewers, reencoded, firstFrame, ...figures }) => {
      const { p50, p95, max, n } = summarize(firstFrame.times);
      return [
        viewers,
        reencoded ? 'with' : 'without',
        figures.requestsPerSecond,
        reencoded ? figures.absorbedPerSecond : Number.NaN,
        figures.keyframesPerSecond,
        figures.framesPerSecond,
        figures.kbps,
        figures.mostKeyframesPercent,
        p50,
        p95,
        max,
        n,
        firstFrame.requests,
        firstFrame.never,
        figures.sentMbps,
        figures.workerCores,
        reencoded ? figures.reencoderCores : Number.NaN,
        figures.machineBusyPercent,
      ];
    }),
    targets: results.flatMap(({ viewers, reencoded, requestsPerSecond, firstFrame }): Target[] => {
      if (!reencoded) return [];
      const { p95 } = summarize(firstFrame.times);
      const name = (what: string): string => `${what}, ${viewers} viewers`;
      return [
        {
          name: name('keyframe requests at the publisher'),
          measured: requestsPerSecond,
          limit: 0.1,
          better: 'lower',
          unit: 'a second',
        },
        { name: name('first frame p95'), measured: p95, limit: FIRST_FRAME_P95_MS, better: 'lower', unit: 'ms' },
      ];
    }),
  };
}
