#!/usr/bin/env node
// Everything that `npm start`, `npm test`, `npm run check`, `reencoder`, `drill` and `bench` do before the program itself runs. It runs on any Node
// from 20 on, with nothing installed yet, and does only what an earlier run has not done.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { check } from './check.mjs';
import { buildClientPackage } from './clientPackage.mjs';
import { dependenciesAreInstalled, ensureDependencies } from './dependencies.mjs';
import { ensurePage, pageIsBuilt } from './page.mjs';
import { cacheFolder, ROOT, requireWritable } from './places.mjs';
import { become, passSignalsOn, wasInterrupted } from './processes.mjs';
import { Progress } from './progress.mjs';
import { ensureRuntime, presentRuntime } from './runtime.mjs';
import { SetupError } from './SetupError.mjs';
import { setting } from './settingsFile.mjs';
import { CHROMIUM, COMPILER, ensureSystem, FFMPEG, FIREFOX, REDIS } from './system.mjs';
import { test } from './tests.mjs';
import { ensureWorker, planWorker, restoreWorker, workerIsInstalled } from './worker.mjs';

const launch = (script) => (runtime, args) =>
  become(runtime.node, [join(ROOT, script), ...args], { cwd: ROOT, env: runtime.env });

/** What each task uses beside Node and the dependencies, and what it does then. */
const TASKS = {
  start: {
    title: 'Starting Everroom',
    system: () => [...(setting('REDIS_URL') ? [] : [REDIS]), FFMPEG],
    media: true,
    go: launch('ops/run/supervisor.ts'),
  },
  test: { title: 'Tests', system: () => [REDIS, FFMPEG, CHROMIUM, FIREFOX], media: true, go: test },
  check: { quiet: true, system: () => [], media: false, go: check },
  drill: {
    quiet: true,
    system: (args) => [REDIS, FFMPEG, ...browsersOf(args)],
    media: true,
    go: launch('ops/drills/main.ts'),
  },
  reencoder: {
    title: 'Starting a reencoder',
    system: () => [FFMPEG],
    media: false,
    go: launch('ops/run/reencoder.ts'),
  },
  client: { quiet: true, system: () => [], media: false, go: buildClientPackage },
  bench: { quiet: true, system: () => [REDIS, FFMPEG], media: true, go: launch('ops/bench/main.ts') },
};

/** Whose pages a drill is asked for. */
function browsersOf(args) {
  if (args.includes('--firefox')) return [FIREFOX];
  return args.some((arg) => /^--(browser|pages)(=|$)/.test(arg)) ? [CHROMIUM] : [];
}

async function main([name, ...args]) {
  const task = TASKS[name];
  if (!task) throw new SetupError(`run.mjs takes one of: ${Object.keys(TASKS).join(', ')}`);
  const progress = new Progress({ steps: 3 + (task.media ? 2 : 0) + (task.title ? 1 : 0), quiet: task.quiet === true });
  let runtime;
  let worker;

  await progress.step('System', async (say) => {
    worker = task.media ? await planWorker() : undefined;
    await requireAccess(name, task.media, worker);
    const compiler = worker?.from === 'build' ? COMPILER : [];
    const outcome = await ensureSystem([...task.system(args), ...compiler], say);
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
  } else {
    restoreWorker();
  }
  if (task.title) progress.announce(task.title);
  return task.go(runtime, args);
}

/** Whatever will be written must be writable, and is looked at before anything is done. What is all there may be read-only. */
async function requireAccess(name, media, worker) {
  const nodeVersion = await presentRuntime();
  const isReady =
    nodeVersion && dependenciesAreInstalled(nodeVersion) && (!media || (workerIsInstalled(worker) && pageIsBuilt()));
  if (!isReady) {
    const ownCheckout = 'Give yourself write access to it, or use a checkout of your own.';
    for (const path of ['.', 'node_modules', 'node_modules/mediasoup', 'dist']) {
      if (path === '.' || existsSync(join(ROOT, path))) requireWritable(join(ROOT, path), ownCheckout);
    }
    requireWritable(cacheFolder(), 'Set EVERROOM_CACHE to a folder that you may write to.');
  }
  if (name === 'start') {
    const data = resolve(ROOT, setting('EVERROOM_DATA') ?? 'data');
    requireWritable(data, 'Rooms are kept there: set EVERROOM_DATA to a folder that you may write to.');
  }
}

passSignalsOn();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = wasInterrupted() ? 130 : 1;
  if (!wasInterrupted()) process.stderr.write(`\n${error instanceof SetupError ? error.message : error.stack}\n`);
}
