import type { Cleanup } from '../../kit/cleanup.ts';
import { median, summarize } from '../../kit/statistics.ts';
import type { BenchReport } from '../Report.ts';
import { joinWithMedia, type MediaJoin, type Meeting } from './joinWithMedia.ts';

const RUNS = 3;
const CROWDS = [10, 50, 100] as const;
/** Of each crowd, those on libwebrtc. Ten of them take more CPU than the server does: they would measure themselves. */
const WATCHERS = 4;
/** Not measured: all programs are warm afterwards, as those of a server are. */
const REHEARSAL = 50;
const MOMENTS = [
  { name: 'joined', of: 'joined' },
  { name: 'first picture', of: 'firstPicture' },
  { name: 'first sound', of: 'firstSound' },
] as const;
const SHARES = ['newcomers', 'server', 'idle'] as const;

/** How long those who come in a crowd take until they see and hear those who talk already. */
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
      `So many newcomers come at one moment to a room where ${meeting.publishers} on libwebrtc publish picture and ` +
      `sound. ${WATCHERS} of them are on libwebrtc too, one process each: a picture is there when it is decoded, a sound ` +
      'when its packet is played. The others only signal: the server gives them transports and consumers, and they ' +
      'connect to none, so it neither shakes hands with them nor sends them media. From dialling, ms; medians of the ' +
      'runs. "joined" counts everybody. CPU is the share of all cores until the last of all had everything.' +
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

/** Clients that keep the machine busier than the server does measure themselves. */
function dominated(results: readonly { people: number; shares: readonly number[] }[]): string {
  const crowds = results
    .filter(({ shares: [newcomers = 0, server = 0] }) => newcomers > server)
    .map(({ people }) => people);
  return crowds.length === 0
    ? ''
    : ` The clients took more CPU than the server, and the times are theirs, with ${crowds.join(', ')} people.`;
}
