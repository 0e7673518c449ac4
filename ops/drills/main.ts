import { writeFile } from 'node:fs/promises';
import { Cleanup } from '../kit/cleanup.ts';
import { PrivateDeployment } from '../kit/deployment/PrivateDeployment.ts';
import { runningDeployment } from '../kit/deployment/runningDeployment.ts';
import { WatchedRedis } from '../kit/WatchedRedis.ts';
import { formatOutcome } from './DrillResult.ts';
import { Drill } from './drill.ts';
import type { Fault } from './faults/Fault.ts';
import { failOverRedis } from './faults/failOverRedis.ts';
import { freezeReencoder } from './faults/freezeReencoder.ts';
import { inTurn } from './faults/inTurn.ts';
import { killReencoder } from './faults/killReencoder.ts';
import { killServer } from './faults/killServer.ts';
import { killWorker } from './faults/killWorker.ts';
import { measureFloor } from './floor/measureFloor.ts';
import { type DrillOptions, parseOptions, USAGE } from './options.ts';
import { openScene } from './scene.ts';

const FREEZE_MS = 3_000;
/** Two, so that one is left when the other is killed. */
const WORKERS = 2;

process.exitCode = await main(process.argv.slice(2));

/** Returns 0 if nothing was lost, 1 if something was or the drill could not run, 2 if its arguments are wrong. */
async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${USAGE}\n`);
    return 2;
  }
  const cleanup = new Cleanup();
  try {
    return await run(options, cleanup);
  } catch (error) {
    if (cleanup.interrupted) return 130;
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return 1;
  } finally {
    await cleanup.run();
  }
}

async function run(options: DrillOptions, cleanup: Cleanup): Promise<number> {
  const { fault, rounds, seed, url, json } = options;
  log(`seed ${seed}`);
  const hasFloor = options.floor && (fault === 'worker' || fault === 'server');
  const floor = hasFloor ? await measureFloor({ ...options, fault }, cleanup, log) : null;
  const { fault: injected, settings } = await prepare(options, cleanup);
  const own = url === undefined ? await PrivateDeployment.start({ workers: WORKERS, settings }) : undefined;
  cleanup.add(() => own?.stop());
  const deployment = own ?? runningDeployment(url ?? '');
  log(`${own ? 'private server' : 'server'} at ${deployment.url}`);
  const scene = await openScene(deployment, options, cleanup, log);
  const plan = { fault: injected, rounds, seed, reencoded: fault === 'reencoder' };
  const drilled = await new Drill(plan, scene).run().catch(async (error: unknown) => {
    if (own && !cleanup.interrupted) process.stderr.write(`${await own.logTail()}\n`);
    throw error;
  });
  const outcome = { ...drilled, result: { ...drilled.result, ...(floor && { floor }) } };
  process.stdout.write(`\n${formatOutcome(outcome)}\n`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(outcome.result, null, 2)}\n`);
  return outcome.result.ok ? 0 : 1;
}

/** Returns the fault, and the settings that a private server needs for it. */
async function prepare(
  { fault, engine, participants }: DrillOptions,
  cleanup: Cleanup,
): Promise<{ readonly fault: Fault; readonly settings: Readonly<Record<string, string>> }> {
  switch (fault) {
    case 'worker':
      return { fault: killWorker, settings: {} };
    case 'server':
      return { fault: killServer, settings: {} };
    case 'reencoder':
      return {
        fault: inTurn('reencoder', killReencoder, freezeReencoder(FREEZE_MS)),
        // Take every camera, whether or not the machine has the CPU for it.
        settings: { REENCODER: engine, REENCODER_TRACKS: String(participants) },
      };
    case 'redis-failover': {
      const redis = await WatchedRedis.start();
      cleanup.add(() => redis.stop());
      return { fault: failOverRedis(redis), settings: { REDIS_URL: redis.url, DURABILITY: 'replica' } };
    }
  }
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
