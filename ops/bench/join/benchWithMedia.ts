import type { Cleanup } from '../../kit/cleanup.ts';
import { median, summarize } from '../../kit/statistics.ts';
import type { BenchReport } from '../Report.ts';
import { joinWithMedia, type MediaJoin, type Meeting, type Newcomers } from './joinWithMedia.ts';
import type { Person } from './light/LightClient.ts';
import { LightCrowd } from './light/LightCrowd.ts';
import { startBots } from './startBots.ts';

const RUNS = 3;
/** Fifty of libwebrtc starve two cores: they would measure themselves. */
const CROWDS = [
  { clients: 'light', people: 10 },
  { clients: 'light', people: 50 },
  { clients: 'light', people: 100 },
  { clients: 'libwebrtc', people: 10 },
] as const;
/** Not measured: all programs are warm afterwards, as those of a server are. */
const REHEARSAL = 50;
const MOMENTS = [
  { name: 'joined', of: 'joined' },
  { name: 'first picture', of: 'firstPicture' },
  { name: 'first sound', of: 'firstSound' },
] as const;
const SHARES = ['newcomers', 'server', 'idle'] as const;

/** Joining until everybody sees and hears those who talk already. */
export async function benchWithMedia(meeting: Meeting, cleanup: Cleanup): Promise<BenchReport> {
  const { deployment, media, publishers } = meeting;
  const { url } = deployment;
  const crowd = new LightCrowd(cleanup);
  const start = {
    light: (people: readonly Person[]): Promise<Newcomers> => crowd.prepare(url, people, publishers),
    libwebrtc: (people: readonly Person[]): Promise<Newcomers> => startBots(url, people, publishers, media, cleanup),
  };
  const joins = new Map(CROWDS.map((crowd): [(typeof CROWDS)[number], MediaJoin[]] => [crowd, []]));
  await joinWithMedia(meeting, REHEARSAL, start.light, cleanup);
  for (let run = 0; run < RUNS; run += 1) {
    for (const [{ clients, people }, runs] of joins) {
      runs.push(await joinWithMedia(meeting, people, start[clients], cleanup));
    }
  }
  const results = [...joins].map(([{ clients, people }, runs]) => ({
    clients,
    people: String(people),
    runs,
    shares: SHARES.map((of) => median(runs.map(({ cpuShare }) => 100 * cpuShare[of]))),
  }));
  return {
    bench: 'join with media',
    runs: RUNS,
    how:
      `So many newcomers come at one moment to a room where ${publishers} on libwebrtc publish picture and sound; each of them ` +
      'receives all of it. From dialling, ms; medians of the runs. Light clients have real signaling, ICE, DTLS and SRTP and decode ' +
      'nothing: a picture is there with the last packet of a VP8 keyframe, sound with the first packet. libwebrtc: one process ' +
      'each, a picture is there when it is decoded. CPU is the share of all cores until the last of all had everything.' +
      dominated(results),
    headings: ['clients', 'people', 'until', 'p50', 'p99', 'max', 'CPU % clients', 'CPU % server', 'CPU % idle'],
    rows: results.flatMap(({ clients, people, runs, shares }) =>
      MOMENTS.map(({ name, of }) => {
        const summaries = runs.map(({ times }) => summarize(times[of]));
        const typical = (key: 'p50' | 'p99' | 'max'): number => median(summaries.map((summary) => summary[key]));
        return [clients, people, name, typical('p50'), typical('p99'), typical('max'), ...shares];
      }),
    ),
    targets: [],
  };
}

/** Clients that keep the machine busier than the server does measure themselves. */
function dominated(results: readonly { clients: string; people: string; shares: readonly number[] }[]): string {
  const names = results
    .filter(({ shares: [newcomers = 0, server = 0] }) => newcomers > server)
    .map(({ clients, people }) => `${people} ${clients}`);
  return names.length === 0
    ? ''
    : ` The clients took more CPU than the server, and the times are theirs: ${names.join(', ')}.`;
}
