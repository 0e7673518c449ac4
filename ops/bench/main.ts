import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Cleanup } from './cleanup.ts';
import { benchForward } from './forward.ts';
import { benchJoin } from './join.ts';
import { benchJournal } from './journal.ts';
import { type BenchReport, formatReport, toJson } from './Report.ts';
import { benchReplay } from './replay.ts';

const BENCHES: Readonly<Record<string, (cleanup: Cleanup) => Promise<BenchReport>>> = {
  journal: benchJournal,
  replay: benchReplay,
  join: benchJoin,
  forward: benchForward,
};

const USAGE = `npm run bench -- ${Object.keys(BENCHES).join('|')} [--json FILE]`;

process.exitCode = await main(process.argv.slice(2));

/** Exits with 1 when the benchmark could not be run, 2 when it was asked wrongly; a missed target is only said. */
async function main(args: string[]): Promise<number> {
  const asked = parse(args);
  if (!asked) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const cleanup = new Cleanup();
  try {
    const report = await asked.bench(cleanup);
    process.stdout.write(`${formatReport(report)}\n`);
    if (asked.json !== undefined) await writeFile(asked.json, toJson(report));
    return 0;
  } catch (error) {
    if (cleanup.interrupted) return 130;
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return 1;
  } finally {
    await cleanup.run();
  }
}

function parse(args: string[]): { bench: (cleanup: Cleanup) => Promise<BenchReport>; json: string | undefined } | null {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'string' } } });
    const [name = '', ...more] = positionals;
    const bench = BENCHES[name];
    return bench && more.length === 0 ? { bench, json: values.json } : null;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return null;
  }
}
