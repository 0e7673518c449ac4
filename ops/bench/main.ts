import { writeFile } from 'node:fs/promises';
import { Cleanup } from '../kit/cleanup.ts';
import { benchAbuse } from './abuse.ts';
import { benchCluster } from './cluster.ts';
import { benchForward } from './forward.ts';
import { benchJoin } from './join.ts';
import { benchJournal } from './journal.ts';
import { type BenchName, type BenchOptions, parseOptions, USAGE } from './options.ts';
import { benchPeople } from './people.ts';
import { type BenchReport, formatReport, toJson } from './Report.ts';
import { benchRebuild } from './rebuild.ts';
import { benchReencoder } from './reencoder.ts';
import { benchReplay } from './replay.ts';
import { benchRoom } from './room.ts';
import { benchWeb } from './web.ts';

const BENCHES: Readonly<Record<BenchName, (cleanup: Cleanup, options: BenchOptions) => Promise<BenchReport[]>>> = {
  journal: async (cleanup) => [await benchJournal(cleanup)],
  replay: async (cleanup) => [await benchReplay(cleanup)],
  rebuild: async (cleanup) => [await benchRebuild(cleanup)],
  cluster: async (cleanup) => [await benchCluster(cleanup)],
  join: (cleanup) => benchJoin(cleanup),
  forward: async (cleanup) => [await benchForward(cleanup)],
  people: (cleanup) => benchPeople(cleanup),
  room: (cleanup) => benchRoom(cleanup),
  reencoder: (cleanup, { reencoder }) => benchReencoder(cleanup, reencoder),
  web: async (cleanup) => [await benchWeb(cleanup)],
  abuse: async (cleanup, { abuseSeconds }) => [await benchAbuse(cleanup, abuseSeconds)],
};

process.exitCode = await main(process.argv.slice(2));

/** Returns 1 if the benchmark could not run, 2 if its arguments are wrong. A missed target is only printed. */
async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${USAGE}\n`);
    return 2;
  }
  const cleanup = new Cleanup();
  try {
    const reports = await BENCHES[options.bench](cleanup, options);
    for (const report of reports) process.stdout.write(`${formatReport(report)}\n`);
    if (options.json !== undefined) await writeFile(options.json, toJson(reports));
    return 0;
  } catch (error) {
    if (cleanup.interrupted) return 130;
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return 1;
  } finally {
    await cleanup.run();
  }
}
