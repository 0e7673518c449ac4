import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytesOf } from '../../../core/procfs.ts';
import type { EngineName } from '../../../core/reencoding/messages.ts';
import type { StoredFrame } from '../../../reencoder/codecs/ivf.ts';
import type { EnginePromises } from '../../../reencoder/engines/Engine.ts';
import { findEngine } from '../../../reencoder/engines/findEngine.ts';
import type { Cleanup } from '../../kit/cleanup.ts';
import { cpuMicrosecondsOf, descendantsOf, isAlive } from '../../kit/deployment/processes.ts';
import { median, percentile } from '../../kit/statistics.ts';
import { waitUntilNothingMissing } from '../../kit/waitUntil.ts';
import type { BenchReport, Target } from '../Report.ts';
import { type Contender, type ContenderPorts, type Layer, layersOf } from './engines/Contender.ts';
import { FILM, makeFilm } from './engines/makeFilm.ts';
import { startPlainFfmpeg } from './engines/plainFfmpeg.ts';
import { Sink } from './engines/Sink.ts';
import { Source } from './engines/Source.ts';
import { startTrackProcess } from './engines/trackProcess.ts';

const RUNS = 3;
const ENGINES = ['libav', 'ffmpeg'] as const satisfies EngineName[];
const LAYER_COUNTS = [1, 3] as const;
const LISTENING_MS = 500;
/** Tracks last for minutes, but at 30 frames a second V8 needs a while until it compiles the hot code. */
const WARM_UP_MS = 20_000;
const MEASURE_MS = 8_000;
const REQUESTS = 24;
const ANSWER_LIMIT_MS = 1_500;
/** Pause between two requests, up to twice as long at random, so that requests do not follow the rhythm of frames. */
const REQUEST_EVERY_MS = 150;
const FLOWING_LIMIT_MS = 20_000;
const MEGABYTE = 1 << 20;

/** The CPU of a fallback engine is reported, but has no target. */
const LIMITS = {
  cores: { 1: 0.25, 3: 0.35 },
  latencyP95Ms: 30,
  keyframeP95Ms: { 'next-frame': 60, 'within-a-second': 1_000 },
} as const;

interface Figures {
  readonly cores: number;
  readonly rssBytes: number;
  /** The frame rate of the slowest layer. */
  readonly framesPerSecond: number;
  readonly latencies: readonly number[];
  readonly answers: readonly number[];
  /** Keyframe requests that no keyframe answered. */
  readonly unanswered: number;
}

type StartContender = (layers: readonly Layer[], ports: ContenderPorts) => Promise<Contender>;

interface Entry {
  readonly name: string;
  /** Null if it is not one of our engines. */
  readonly promises: EnginePromises | null;
  readonly layers: 1 | 3;
  readonly start: StartContender;
  readonly runs: Figures[];
}

/**
 * Measures the CPU and latency of reencoding a camera, with each engine that works here and with the ffmpeg command
 * alone.
 */
export async function benchEngines(cleanup: Cleanup): Promise<BenchReport> {
  const folder = await mkdtemp(join(tmpdir(), 'everroom-bench-engines-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const film = await makeFilm(folder);
  const entries = await entriesOf(folder);
  for (let run = 0; run < RUNS; run += 1) {
    // They take turns to go first: a machine that warms up or is disturbed must not favour one.
    for (const entry of run % 2 === 0 ? entries : entries.toReversed()) {
      entry.runs.push(await measure(entry, film, cleanup));
    }
  }
  return toReport(entries);
}

async function entriesOf(folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const engine of ENGINES) {
    const found = await findEngine(engine);
    if (!found.engine) {
      process.stderr.write(`left out: ${found.reason}\n`);
      continue;
    }
    const { promises } = found.engine;
    entries.push(...LAYER_COUNTS.map((layers) => entryOf(engine, promises, layers, startWith(engine))));
  }
  const plain: StartContender = (layers, ports) => startPlainFfmpeg(folder, layers, ports);
  entries.push(...LAYER_COUNTS.map((layers) => entryOf('plain ffmpeg command', null, layers, plain)));
  return entries;
}

function entryOf(name: string, promises: EnginePromises | null, layers: 1 | 3, start: StartContender): Entry {
  return { name, promises, layers, start, runs: [] };
}

function startWith(engine: EngineName): StartContender {
  return (layers, ports) => startTrackProcess(engine, layers, ports);
}

async function measure(
  { layers: count, start }: Entry,
  film: readonly StoredFrame[],
  cleanup: Cleanup,
): Promise<Figures> {
  const layers = layersOf(count);
  const source = await Source.open(film);
  const sink = await Sink.open((timestamp) => source.sentAt(timestamp));
  // Open sockets would keep a failed benchmark from ending.
  try {
    const contender = await start(layers, { source: source.socket.port, sink: sink.port });
    const end = (): Promise<void> => contender.stop();
    cleanup.add(end);
    try {
      return await measured(contender, layers, source, sink);
    } finally {
      await end();
    }
  } finally {
    source.close();
    sink.close();
  }
}

async function measured(
  { pid, inputPort, outputPort }: Contender,
  layers: readonly Layer[],
  source: Source,
  sink: Sink,
): Promise<Figures> {
  await sleep(LISTENING_MS);
  await source.sendTo(inputPort);
  await untilFlowing(sink, layers);
  await sleep(WARM_UP_MS);
  sink.take();
  const startedAt = performance.now();
  const before = cpuOf(pid);
  await sleep(MEASURE_MS);
  if (!isAlive(pid)) throw new Error(`process ${pid}, which reencodes, has ended`);
  const cores = (cpuOf(pid) - before) / 1_000 / (performance.now() - startedAt);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { latencies, frames } = sink.take();
  const rssBytes = familyOf(pid).reduce((sum, member) => sum + residentBytesOf(member), 0);
  const requests =
    outputPort === null ? { answers: [], unanswered: 0 } : await askForKeyframes(sink, layers, outputPort);
  const fewest = Math.min(...layers.map(({ ssrc }) => frames.get(ssrc) ?? 0));
  return {
    cores,
    rssBytes,
    framesPerSecond: fewest / seconds,
    latencies: outputPort === null ? [] : latencies,
    ...requests,
  };
}

async function untilFlowing(sink: Sink, layers: readonly Layer[]): Promise<void> {
  const seen = new Set<number>();
  const missing = async (): Promise<string | null> => {
    for (const ssrc of sink.take().frames.keys()) seen.add(ssrc);
    return seen.size === layers.length ? null : `${seen.size} of ${layers.length} layers flow`;
  };
  await waitUntilNothingMissing('nothing comes out', missing, FLOWING_LIMIT_MS);
}

async function askForKeyframes(
  sink: Sink,
  layers: readonly Layer[],
  port: number,
): Promise<Pick<Figures, 'answers' | 'unanswered'>> {
  let unanswered = 0;
  for (let request = 0; request < REQUESTS; request += 1) {
    sink.ask(layers[request % layers.length]?.ssrc ?? 0, port);
    await sleep(REQUEST_EVERY_MS * (1 + Math.random()));
    unanswered += sink.giveUp(ANSWER_LIMIT_MS);
  }
  await sleep(ANSWER_LIMIT_MS);
  unanswered += sink.unanswered;
  return { answers: sink.take().answers, unanswered };
}

function familyOf(pid: number): number[] {
  return [pid, ...descendantsOf(pid)];
}

function cpuOf(pid: number): number {
  return familyOf(pid).reduce((sum, member) => sum + cpuMicrosecondsOf(member), 0);
}

function toReport(entries: readonly Entry[]): BenchReport {
  const { width, height, framesPerSecond, bitrateBps } = FILM;
  const measured = entries.map(({ name, promises, layers, runs }) => {
    const typical = (of: (figures: Figures) => number): number => median(runs.map(of));
    return {
      name,
      promises,
      layers,
      cores: typical(({ cores }) => cores),
      framesPerSecond: typical((figures) => figures.framesPerSecond),
      latencyP50: typical(({ latencies }) => percentile(latencies, 50)),
      latencyP95: typical(({ latencies }) => percentile(latencies, 95)),
      keyframeP50: typical(({ answers }) => percentile(answers, 50)),
      keyframeP95: typical(({ answers }) => percentile(answers, 95)),
      unanswered: runs.reduce((sum, figures) => sum + figures.unanswered, 0),
      rssMegabytes: typical(({ rssBytes }) => rssBytes) / MEGABYTE,
    };
  });
  const plainCores = (of: number): number =>
    measured.find(({ promises, layers }) => promises === null && layers === of)?.cores ?? Number.NaN;
  return {
    bench: 'reencoder engines',
    runs: RUNS,
    how:
      `One camera (VP8 ${width}×${height}@${framesPerSecond}, ${bitrateBps / 1_000} kbit/s) reencoded to VP8 in real ` +
      `time, for ${MEASURE_MS / 1_000} s each after ${WARM_UP_MS / 1_000} s, in turn, medians of ${RUNS} runs. ` +
      'Engines run in the track process of a sidecar, with plain UDP on the loopback at both ends: RTP and RTCP as a ' +
      'node sends them. One layer: 1500 kbit/s at 720p; three: also 500 at 360p and 150 at 180p. CPU is that of the ' +
      'process and its descendants, in cores. Added latency runs from the last packet of a frame in to the first ' +
      'packet of the same frame out, in every layer; PLI → keyframe from the request to the first packet of the ' +
      `keyframe, with ${REQUESTS} requests in each run. "plain": the ffmpeg command with the same codecs and ` +
      'settings, RTP in and out, which hears no requests.',
    headings: [
      'engine',
      'layers',
      'cores',
      'of plain',
      'fps',
      'latency p50 ms',
      'p95',
      'PLI → keyframe p50 ms',
      'p95 ms',
      'unanswered',
      'RSS MB',
    ],
    rows: measured.map((row) => [
      row.name,
      row.layers,
      row.cores,
      row.cores / plainCores(row.layers),
      row.framesPerSecond,
      row.latencyP50,
      row.latencyP95,
      row.keyframeP50,
      row.keyframeP95,
      row.promises ? row.unanswered : Number.NaN,
      row.rssMegabytes,
    ]),
    targets: measured.flatMap(({ name: engine, promises, layers, cores, latencyP95, keyframeP95 }): Target[] => {
      if (!promises) return [];
      const target = (name: string, value: number, limit: number, unit: string): Target => ({
        name: `${engine}, ${layers} ${layers === 1 ? 'layer' : 'layers'}: ${name}`,
        measured: value,
        limit,
        better: 'lower',
        unit,
      });
      return [
        ...(promises.keyframe === 'next-frame' ? [target('CPU', cores, LIMITS.cores[layers], 'cores')] : []),
        target('added latency p95', latencyP95, LIMITS.latencyP95Ms, 'ms'),
        target('PLI to keyframe p95', keyframeP95, LIMITS.keyframeP95Ms[promises.keyframe], 'ms'),
      ];
    }),
  };
}
