#!/usr/bin/env node
// Prepares `npm start`, `npm test`, `npm run check`, `gallery`, `reencoder`, `drill`, `bench` and the commands of
// `everroom` before the program itself runs.
// Works on any Node from 20 on with nothing installed yet, and does only what an earlier run has not done.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { check } from './check.mjs';
import { buildClientPackage } from './clientPackage.mjs';
import { dependenciesAreInstalled, ensureDependencies } from './dependencies.mjs';
import { ensurePage, pageIsBuilt } from './page.mjs';
import { cacheFolder, ROOT, requireWritable } from './places.mjs';
import { become, passSignalsOn, wasInterrupted } from './processes.mjs';
import { ensurePrograms, programOf, programsAreBuilt } from './programs.mjs';
import { Progress } from './progress.mjs';
import { ensureRuntime, presentRuntime } from './runtime.mjs';
import { SetupError } from './SetupError.mjs';
import { setting } from './settingsFile.mjs';
import { CHROMIUM, COMPILER, FFMPEG, FIREFOX, NEIGHBOURS, planSystem, REDIS } from './system.mjs';
import { test, wholeGallery } from './tests.mjs';
import { ensureWorker, planWorker, restoreWorker, workerIsInstalled } from './worker.mjs';

/**
 * @import { Say } from './progress.mjs'
 * @import { Runtime } from './runtime.mjs'
 * @import { Need } from './system.mjs'
 * @import { WorkerPlan } from './worker.mjs'
 */

/**
 * The needs of a task beside Node and the dependencies, and its work.
 * @typedef {object} Task
 * @property {string} [title]
 * @property {boolean} [quiet]
 * @property {(args: string[]) => Need[]} system
 * @property {boolean} media whether it runs a media worker and shows the page
 * @property {boolean} [programs] whether it runs servers or reencoders; if not given, as `media`
 * @property {(runtime: Runtime, args: string[]) => Promise<number>} go
 */

/**
 * @param {string} script
 * @returns {Task['go']}
 */
const launch = (script) => (runtime, args) =>
  become(runtime.node, [join(ROOT, script), ...args], { cwd: ROOT, env: runtime.env });

/** @type {Record<string, Task>} */
const TASKS = {
  start: {
    title: 'Starting Everroom',
    system: (args) => [...(setting('REDIS_URL') || joins(args) ? [] : [REDIS]), FFMPEG],
    media: true,
    go: (runtime, args) => launch(programOf(joins(args) ? 'joinCluster' : 'supervisor'))(runtime, args),
  },
  test: { title: 'Tests', system: () => [REDIS, FFMPEG, CHROMIUM, FIREFOX, ...NEIGHBOURS], media: true, go: test },
  gallery: { title: 'Gallery', system: () => [CHROMIUM], media: false, go: wholeGallery },
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
    programs: true,
    go: launch(programOf('reencoder')),
  },
  look: { quiet: true, system: () => [], media: false, go: launch('ops/cli/main.ts') },
  upgrade: {
    title: 'Handing over',
    system: () => [...(setting('REDIS_URL') ? [] : [REDIS]), FFMPEG],
    media: true,
    go: (runtime, args) => launch('ops/cli/main.ts')(runtime, ['upgrade', ...args]),
  },
  client: { quiet: true, system: () => [], media: false, go: buildClientPackage },
  bench: { quiet: true, system: () => [REDIS, FFMPEG], media: true, go: launch('ops/bench/main.ts') },
};

/** @param {Task | undefined} task */
function runsPrograms(task) {
  return task?.programs ?? task?.media === true;
}

/**
 * Returns whether nodes join an Everroom that runs here already.
 * @param {string[]} args
 */
function joins(args) {
  return args.some((arg) => /^--join(=|$)/.test(arg));
}

/**
 * Returns the browsers that a drill's arguments ask for.
 * @param {string[]} args
 */
function browsersOf(args) {
  if (args.includes('--firefox')) return [FIREFOX];
  return args.some((arg) => /^--(browser|pages)(=|$)/.test(arg)) ? [CHROMIUM] : [];
}

/** @param {string[]} words the task and its arguments */
async function main([name = '', ...args]) {
  const task = TASKS[name];
  if (!task) throw new SetupError(`run.mjs takes one of: ${Object.keys(TASKS).join(', ')}`);
  const steps = 3 + (task.media ? 2 : 0) + (runsPrograms(task) ? 1 : 0) + (task.title ? 1 : 0);
  const progress = new Progress({ steps, quiet: task.quiet === true });

  const { worker, lacking } = await progress.step(
    'System',
    () => lookAround(name, task, args),
    (found) => found.lacking && `lacks ${found.lacking.packages}: apt-get brings them beside the next steps`,
  );
  const packages = lacking && installBeside(lacking);
  const runtime = await progress.step('Node.js', ensureRuntime, ({ version }) => version);
  await progress.step('Dependencies', async (say) => {
    await ensureDependencies(runtime, say);
    return packages?.finish(say);
  });
  if (worker) {
    await progress.step('Media worker', (say) => ensureWorker(worker, runtime, say));
    await progress.step('Web page', (say) => ensurePage(runtime, say));
  } else {
    restoreWorker();
  }
  let { env } = runtime;
  if (runsPrograms(task)) env = await progress.step('Programs', (say) => ensurePrograms(runtime, say));
  if (task.title) progress.announce(task.title);
  return task.go({ ...runtime, env }, args);
}

/**
 * Finds out what is missing and whether it can be installed, before anything changes.
 * @param {string} name
 * @param {Task} task
 * @param {string[]} args
 */
async function lookAround(name, task, args) {
  const worker = task.media ? await planWorker() : undefined;
  await requireAccess(name, worker);
  const compiler = worker?.from === 'build' ? COMPILER : [];
  return { worker, lacking: await planSystem([...task.system(args), ...compiler]) };
}

/**
 * Installs system packages while other steps run. `finish` shows the progress, and throws if it failed.
 * @param {NonNullable<Awaited<ReturnType<typeof planSystem>>>} lacking
 */
function installBeside(lacking) {
  let said = '';
  /** @type {Say} */
  let say = (text) => {
    said = text;
  };
  const installed = lacking.install((text) => say(text));
  installed.catch(() => undefined); // `finish` throws it, once the steps before it have succeeded.
  return {
    /** @param {Say} sayOfStep */
    finish(sayOfStep) {
      say = sayOfStep;
      if (said) say(said);
      return installed;
    },
  };
}

/**
 * Checks first that everything that will be written is writable. Complete parts may be read-only.
 * @param {string} name
 * @param {WorkerPlan | undefined} worker
 */
async function requireAccess(name, worker) {
  const nodeVersion = await presentRuntime();
  const isReady =
    nodeVersion &&
    dependenciesAreInstalled(nodeVersion) &&
    (!worker || (workerIsInstalled(worker) && pageIsBuilt())) &&
    (!runsPrograms(TASKS[name]) || programsAreBuilt());
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

/** @param {unknown} error */
function describe(error) {
  if (error instanceof SetupError) return error.message;
  return error instanceof Error ? error.stack : error;
}

passSignalsOn();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = wasInterrupted() ? 130 : 1;
  if (!wasInterrupted()) process.stderr.write(`\n${describe(error)}\n`);
}
