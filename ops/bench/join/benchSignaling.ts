import { enter } from '../../kit/enter.ts';
import type { RoomApi } from '../../kit/RoomApi.ts';
import { median, type Summary, summarize } from '../../kit/statistics.ts';
import type { BenchReport } from '../Report.ts';

const RUNS = 3;
const CROWDS = [10, 50, 100] as const;
const LARGEST = Math.max(...CROWDS);
const P99_LIMIT_MS = 1_000;

/** Measures joins without media, in turn with a server that only answers. */
export async function benchSignaling(url: string, plainUrl: string, api: RoomApi): Promise<BenchReport> {
  const ours = new Map<number, Summary[]>();
  const plain = new Map<number, Summary[]>();
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
      note(ours, size, await joinAtOnce(url, tokens));
      await api.closeRoom(roomId);
    }
  }
  const typical = (of: Map<number, Summary[]>, size: number, key: 'p50' | 'p99' | 'max'): number =>
    median((of.get(size) ?? []).map((summary) => summary[key]));
  return {
    bench: 'join',
    runs: RUNS,
    how:
      'The people connect and join one room at the same moment, without media: a real server under its supervisor ' +
      'with a real Redis (durability fsync), one client process. From dialling to the answer with the room, ms; ' +
      `medians of ${RUNS} runs. "plain": a socket.io server that answers as many and does nothing else, in turn.`,
    headings: ['people', 'p50', 'p99', 'max', 'plain p50', 'plain p99', 'p99 of plain'],
    rows: CROWDS.map((size) => {
      const [p50, p99, max] = [typical(ours, size, 'p50'), typical(ours, size, 'p99'), typical(ours, size, 'max')];
      const plainP99 = typical(plain, size, 'p99');
      return [String(size), p50, p99, max, typical(plain, size, 'p50'), plainP99, p99 / plainP99];
    }),
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

/** Returns how long each took, in ms. */
async function joinAtOnce(url: string, tokens: readonly string[]): Promise<number[]> {
  const startedAt = performance.now();
  const clients = tokens.map((token, index) => enter(url, token, `Person ${index}`));
  try {
    return await Promise.all(
      clients.map(async ({ joined }) => {
        await joined;
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
