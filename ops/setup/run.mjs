#!/usr/bin/env node
// Everything that `npm start`, `npm test`, `npm run check`, `drill` and `bench` do before the program itself runs. It runs on any Node
// from 20 on, with nothing installed yet, and does only what an earlier run has not done.
import { join } from 'node:path';
import { check } from './check.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensurePage } from './page.mjs';
import { cacheFolder, ROOT, requireWritable } from './places.mjs';
import { become, passSignalsOn, wasInterrupted } from './processes.mjs';
import { Progress } from './progress.mjs';
import { ensureRuntime } from './runtime.mjs';
import { SetupError } from './SetupError.mjs';
import { setting } from './settingsFile.mjs';
import { BROWSER, COMPILER, ensureSystem, FFMPEG, REDIS } from './system.mjs';
import { test } from './tests.mjs';
import { ensureWorker, planWorker } from './worker.mjs';

const launch = (script) => (runtime, args) =>
  become(runtime.node, [join(ROOT, script), ...args], { cwd: ROOT, env: runtime.env });

/** What each task uses beside Node and the dependencies, and what it does then. */
const TASKS = {
  start: {
    title: 'Starting Everroom',
    system: () => [...(setting('REDIS_URL') ? [] : [REDIS]), FFMPEG],
    media: true,
    go: launch('ops/supervisor.ts'),
  },
  test: { title: 'Tests', system: () => [REDIS, FFMPEG, BROWSER], media: true, go: test },
  check: { quiet: true, system: () => [], media: false, go: check },
  drill: {
    quiet: true,
    system: (args) => [REDIS, FFMPEG, ...(args.includes('--browser') ? [BROWSER] : [])],
    media: true,
    go: launch('ops/drills/main.ts'),
  },
  bench: { quiet: true, system: () => [REDIS, FFMPEG], media: true, go: launch('ops/bench/main.ts') },
};

async function main([name, ...args]) {
  const task = TASKS[name];
  if (!task) throw new SetupError(`run.mjs takes one of: ${Object.keys(TASKS).join(', ')}`);
  const progress = new Progress({ steps: 3 + (task.media ? 2 : 0) + (task.title ? 1 : 0), quiet: task.quiet === true });
  let runtime;
  let worker;

  await progress.step('System', async (say) => {
    worker = task.media ? await planWorker() : undefined;
    const compiler = worker?.from === 'build' ? COMPILER : [];
    const outcome = await ensureSystem([...task.system(args), ...compiler], say);
    requireWritable(cacheFolder(), 'Set EVERROOM_CACHE to a folder that you may write to.');
    return outcome;
  });
  await progress.step('Node.js', async (say) => {
    runtime = await ensureRuntime(say);
    return runtime.version;
  });
  await progress.step('Dependencies', (say) => ensureDependencies(runtime, say));
  if (task.media) {
    await progress.step('Media worker', (say) => ensureWorker(worker, runtime, say));
    await progress.step('Web page', (say) => ensurePage(runtime, say));
  }
  if (task.title) progress.announce(task.title);
  return task.go(runtime, args);
}

passSignalsOn();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = wasInterrupted() ? 130 : 1;
  if (!wasInterrupted()) process.stderr.write(`\n${error instanceof SetupError ? error.message : error.stack}\n`);
}
