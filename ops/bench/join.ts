import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTestMedia } from '../drills/clients/testMedia.ts';
import { PrivateDeployment } from '../drills/deployment/PrivateDeployment.ts';
import { RoomApi } from '../drills/RoomApi.ts';
import type { Cleanup } from './cleanup.ts';
import { enter } from './join/enter.ts';
import { joinWithMedia, type MediaTimes } from './join/joinWithMedia.ts';
import { startPlainServer } from './join/plainReference.ts';
import type { BenchReport } from './Report.ts';
import { median, type Summary, summarize } from './statistics.ts';

const RUNS = 3;
const CROWDS = [10, 50, 100] as const;
/** Fifty such clients starve two cores: they would measure themselves. */
const MEETING = { publishers: 2, newcomers: 10 } as const;
const LARGEST = Math.max(...CROWDS);
const P99_LIMIT_MS = 1_000;

const answerSchema = z.object({
  ok: z.boolean(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

/** How long everybody takes to be in one room when all come at the same moment. */
export async function benchJoin(cleanup: Cleanup): Promise<BenchReport> {
  const deployment = await PrivateDeployment.start({ workers: 1 });
  cleanup.add(() => deployment.stop());
  const api = new RoomApi(deployment);
  const plainUrl = await startPlainServer(cleanup);

  const folder = await mkdtemp(join(tmpdir(), 'everroom-bench-media-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const media = await makeTestMedia(folder);

  const ours = new Map<number, Summary[]>();
  const plain = new Map<number, Summary[]>();
  const meetings: MediaTimes[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    for (const size of CROWDS) {
      note(
        plain,
        size,
        await joinAtOnce(
          plainUrl,
          Array.from({ length: size }, () => 'none'),
        ),
      );
      const roomId = await api.createRoom('Bench');
      const tokens = await Promise.all(
        Array.from({ length: size }, (_, index) => api.joinToken(roomId, `person-${index}`)),
      );
      note(ours, size, await joinAtOnce(deployment.url, tokens));
      await api.closeRoom(roomId);
    }
    meetings.push(await joinWithMedia(deployment, api, media, MEETING, cleanup));
  }
  const typical = (of: Map<number, Summary[]>, size: number, key: 'p50' | 'p99' | 'max'): number =>
    median((of.get(size) ?? []).map((summary) => summary[key]));
  return {
    bench: 'join',
    runs: RUNS,
    how:
      'So many people connect and join one room at the same moment, without media: a real server under its supervisor with a ' +
      'real Redis (durability fsync), one client process. From dialling to the answer that brings the room, ms; medians of ' +
      `${RUNS} runs. "plain": a socket.io server that answers as many and does nothing else, in the same run. ` +
      `With media: ${MEETING.newcomers} libwebrtc clients, each in a process of its own, come at one moment to a room where ` +
      `${MEETING.publishers} publish picture and sound.`,
    headings: ['people', 'p50', 'p99', 'max', 'plain p50', 'plain p99', 'p99 of plain'],
    rows: [
      ...CROWDS.map((size) => {
        const [p50, p99, max] = [typical(ours, size, 'p50'), typical(ours, size, 'p99'), typical(ours, size, 'max')];
        const plainP99 = typical(plain, size, 'p99');
        return [String(size), p50, p99, max, typical(plain, size, 'p50'), plainP99, p99 / plainP99];
      }),
      ...(['joined', 'firstPicture', 'firstSound'] as const).map((what) => {
        const summaries = meetings.map((times) => summarize(times[what]));
        const typicalOf = (key: 'p50' | 'p99' | 'max'): number => median(summaries.map((summary) => summary[key]));
        const name = { joined: 'joined', firstPicture: 'first picture', firstSound: 'first sound' }[what];
        const row = [`${MEETING.newcomers} with media: ${name}`, typicalOf('p50'), typicalOf('p99'), typicalOf('max')];
        return [...row, Number.NaN, Number.NaN, Number.NaN];
      }),
    ],
    targets: [
      {
        name: `${LARGEST} joining at once`,
        measured: typical(ours, LARGEST, 'p99'),
        limit: P99_LIMIT_MS,
        better: 'lower',
        unit: 'ms p99',
      },
    ],
  };
}

/** Answers how long each took, in ms. */
async function joinAtOnce(url: string, tokens: readonly string[]): Promise<number[]> {
  const startedAt = performance.now();
  const clients = tokens.map((token, index) => enter(url, token, `Person ${index}`));
  try {
    return await Promise.all(
      clients.map(async ({ answer }, index) => {
        const { ok, error } = answerSchema.parse(await answer);
        if (!ok) throw new Error(`person ${index} could not join: ${error?.code} ${error?.message}`);
        return performance.now() - startedAt;
      }),
    );
  } finally {
    for (const { socket } of clients) socket.disconnect();
  }
}

function note(summaries: Map<number, Summary[]>, size: number, times: readonly number[]): void {
  summaries.set(size, [...(summaries.get(size) ?? []), summarize(times)]);
}
