import { writeFile } from 'node:fs/promises';
import { Cleanup } from '../kit/cleanup.ts';
import { formatOutcome } from './DrillResult.ts';
import { Drill } from './drill.ts';
import { measureFloor } from './floor/measureFloor.ts';
import { type DrillOptions, floorOf, parseOptions, USAGE } from './options.ts';
import { prepare } from './prepare.ts';
import { openScene } from './scene.ts';

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
  const floorFault = options.floor ? floorOf(fault) : null;
  const floor = floorFault && (await measureFloor({ ...options, fault: floorFault }, cleanup, log));
  const prepared = await prepare(options, cleanup);
  const { deployment } = prepared;
  log(`${url === undefined ? 'private server' : 'server'} at ${deployment.url}`);
  const { nodes, ...scene } = await openScene(deployment, options, cleanup, log);
  const kind = { reencoded: fault === 'reencoder', inARow: fault === 'random' };
  const plan = { fault: prepared.fault(nodes, scene.clients), rounds, seed, ...kind };
  const rooms = prepared.rooms?.(scene.clients);
  const drilled = await new Drill(plan, { ...scene, ...(rooms && { rooms }), logTail: () => prepared.logTail() })
    .run()
    .catch(async (error: unknown) => {
      if (!cleanup.interrupted) process.stderr.write(`${await prepared.logTail()}\n`);
      throw error;
    });
  const outcome = { ...drilled, result: { ...drilled.result, ...(floor && { floor }) } };
  process.stdout.write(`\n${formatOutcome(outcome)}\n`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(outcome.result, null, 2)}\n`);
  return outcome.result.ok ? 0 : 1;
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
