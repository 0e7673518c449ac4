import type { Cleanup } from '../../kit/cleanup.ts';
import { median, summarize } from '../../kit/statistics.ts';
import type { BenchReport } from '../Report.ts';
import { joinWithMedia, type MediaJoin, type Meeting } from './joinWithMedia.ts';

const RUNS = 3;
const CROWDS = [10, 50, 100] as const;
/**
 * The newcomers on libwebrtc in each crowd. Ten of them take more CPU than the server: they would measure themselves.
 */
const WATCHERS = 4;
/** Joins before the measurement: afterwards all programs are warm, as on a running server. */
const REHEARSAL = 50;
const MOMENTS = [
  { name: 'joined', of: 'joined' },
  { name: 'first picture', of: 'firstPicture' },
  { name: 'first sound', of: 'firstSound' },
] as const;
const SHARES = ['newcomers', 'server', 'idle'] as const;

/** Measures how long people in a crowd take until they see and hear the people who already talk. */
export async function benchWithMedia(meeting: Meeting, cleanup: Cleanup): Promise<BenchReport> {
  const joins = new Map(CROWDS.map((people): [number, MediaJoin[]] => [people, []]));
  await joinWithMedia(meeting, REHEARSAL, WATCHERS, cleanup);
  for (let run = 0; run < RUNS; run += 1) {
    for (const [people, runs] of joins) runs.push(await joinWithMedia(meeting, people, WATCHERS, cleanup));
  }
  const results = [...joins].map(([people, runs]) => ({
    people,
    runs,
    shares: SHARES.map((of) => median(runs.map(({ cpuShare }) => 100 * cpuShare[of]))),
  }));
  return {
    bench: 'join with media',
    runs: RUNS,
    how:
      `The newcomers join at the same moment a room where ${meeting.publishers} people on libwebrtc publish picture ` +
      `and sound. ${WATCHERS} newcomers are on libwebrtc too, one process each: their first picture counts once ` +
      'decoded, their first sound once its packet is played. The others only signal: the server gives them ' +
      'transports and consumers, but they never connect, so it neither shakes hands with them nor sends them media. ' +
      'ms from dialling; medians of the runs. "joined" counts everybody. CPU is the share of all cores until ' +
      'the last one had everything.' +
      dominated(results),
    headings: ['people', 'until', 'p50', 'p99', 'max', 'CPU % clients', 'CPU % server', 'CPU % idle'],
    rows: results.flatMap(({ people, runs, shares }) =>
      MOMENTS.map(({ name, of }) => {
        const summaries = runs.map(({ times }) => summarize(times[of]));
        const typical = (key: 'p50' | 'p99' | 'max'): number => median(summaries.map((summary) => summary[key]));
        return [String(people), name, typical('p50'), typical('p99'), typical('max'), ...shares];
      }),
    ),
    targets: [],
  };
}

/** A warning for crowds whose clients keep the machine busier than the server: those measure themselves. */
function dominated(results: readonly { people: number; shares: readonly number[] }[]): string {
  const crowds = results
    .filter(({ shares: [newcomers = 0, server = 0] }) => newcomers > server)
    .map(({ people }) => people);
  return crowds.length === 0
    ? ''
    : ` With ${crowds.join(', ')} people the clients took more CPU than the server, so the times are theirs.`;
}
