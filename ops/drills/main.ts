import { writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { Cleanup } from '../kit/cleanup.ts';
import { chromiumPath } from '../kit/clients/page/chromium.ts';
import { firefoxPath } from '../kit/clients/page/firefox.ts';
import { formatResult } from './DrillResult.ts';
import { Drill } from './drill.ts';
import { measureFloor } from './floor/measureFloor.ts';
import { type DrillOptions, floorOf, parseOptions, USAGE } from './options.ts';
import { prepare } from './prepare.ts';
import { missingToWrite, reportFrom, writeReport } from './report/reportFiles.ts';
import { noteRun } from './runFacts.ts';
import { openScene } from './scene.ts';
import { formatMemory, MemoryWatch, verdictOf } from './soak/MemoryWatch.ts';
import { soakPlan } from './soak/soakFaults.ts';

process.exitCode = await main(process.argv.slice(2));

/** Returns 0 if nothing was lost, 1 if something was or the drill could not run, 2 if its arguments are wrong. */
async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (args.some((arg) => arg.startsWith('--from'))) return said(await reportFrom(args));
  const options = parseOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${USAGE}\n`);
    return 2;
  }
  // A drill takes minutes: it should not end with a file that cannot be written.
  const missing = (await missingToWrite(options)) ?? missingBrowser(options);
  if (missing !== null) return said(missing);
  const cleanup = new Cleanup();
  try {
    return await run(options, args, cleanup);
  } catch (error) {
    if (cleanup.interrupted) return 130;
    process.stderr.write(`${inspect(error)}\n`);
    return 1;
  } finally {
    await cleanup.run();
  }
}

async function run(options: DrillOptions, args: readonly string[], cleanup: Cleanup): Promise<number> {
  const { fault, rounds, seed, url, json, report } = options;
  const runFacts = noteRun(args, options);
  log(`seed ${seed}`);
  const floorFault = options.floor ? floorOf(fault) : null;
  const floor = floorFault && (await measureFloor({ ...options, fault: floorFault }, cleanup, log));
  const prepared = await prepare(options, cleanup);
  const { deployment } = prepared;
  log(`${url === undefined ? 'private server' : 'server'} at ${deployment.url}`);
  const { nodes, ...scene } = await openScene(deployment, options, cleanup, log);
  const crowd = (await prepared.crowd?.(scene)) ?? null;
  cleanup.add(() => crowd?.close());
  const kind = {
    reencoded: fault === 'reencoder',
    inARow: fault === 'random',
    ...(fault === 'soak' && soakPlan(options)),
  };
  const plan = { fault: prepared.fault(nodes, scene.clients, crowd), rounds, seed, ...kind };
  const watch = fault === 'soak' ? new MemoryWatch(deployment) : null;
  cleanup.add(() => void watch?.stop());
  const rooms = prepared.rooms?.(scene.clients);
  const drilled = await new Drill(plan, { ...scene, ...(rooms && { rooms }), crowd, logTail: () => prepared.logTail() })
    .run()
    .catch(async (error: unknown) => {
      if (!cleanup.interrupted) process.stderr.write(`${await prepared.logTail()}\n`);
      throw error;
    });
  const memory = await watch?.stop();
  const result = { ...drilled, run: runFacts(), ...(floor && { floor }), ...(memory && { memory }) };
  process.stdout.write(`\n${formatResult(result)}\n`);
  if (memory) process.stdout.write(`${formatMemory(memory)}\n`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
  if (report !== undefined) await writeReport(report, result);
  return result.ok && (!memory || verdictOf(memory) !== 'grows') ? 0 : 1;
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

/** Returns null if the browser of the pages is there, else what to install. */
function missingBrowser({ browser, pages }: DrillOptions): string | null {
  try {
    if (pages > 0) (browser === 'firefox' ? firefoxPath : chromiumPath)();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Returns the exit code. */
function said(mistake: string | null): number {
  if (mistake !== null) process.stderr.write(`${mistake}\n`);
  return mistake === null ? 0 : 2;
}
