import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { compileWorker } from './compileWorker.mjs';
import { adoptWorker, installWorker, isInstalled, keepWorker, takeKeptWorker } from './installedWorker.mjs';
import { cacheFolder, hashOf, hashOfFiles, ROOT, readStamp } from './places.mjs';
import { run } from './processes.mjs';
import { SetupError } from './SetupError.mjs';
import { COMPILER, ensureSystem } from './system.mjs';
import { isHeld, waitForTurn } from './turn.mjs';

/**
 * @import { WorkerPlace } from './installedWorker.mjs'
 * @import { Say } from './progress.mjs'
 * @import { Runtime } from './runtime.mjs'
 */

/** @typedef {{ from: 'given' | 'kept' | 'download' | 'build', place: WorkerPlace }} WorkerPlan */

const PACKAGE = join(ROOT, 'node_modules', 'mediasoup');
const INSTALLED = join(PACKAGE, 'worker', 'out', 'Release', 'mediasoup-worker');
const RECIPE = 'ops/setup/worker-build';

/**
 * Where the worker binary will come from. Decided before anything is changed, as a build needs a compiler.
 * @returns {Promise<WorkerPlan>}
 * @throws {SetupError} when MEDIASOUP_WORKER_BIN names no program
 */
export async function planWorker(env = process.env) {
  const place = placeOfWorker(env);
  if (env.MEDIASOUP_WORKER_BIN) {
    requireExecutable(env.MEDIASOUP_WORKER_BIN);
    return { from: 'given', place };
  }
  if (isInstalled(place) || existsSync(place.cached)) return { from: 'kept', place };
  return { from: (await hostAnswers(env)) ? 'download' : 'build', place };
}

/** @param {NodeJS.ProcessEnv} env */
function placeOfWorker(env) {
  const locked = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages['node_modules/mediasoup'];
  // A binary fits one version of mediasoup, one recipe and one release of a system's libraries.
  const system = readStamp('/etc/os-release');
  const recipe = hashOfFiles(`${RECIPE}/CMakeLists.txt`, `${RECIPE}/shim`);
  const key = hashOf(locked.integrity, recipe, system, process.platform, process.arch);
  return {
    key,
    cached: join(cacheFolder(env), 'mediasoup-worker', `${locked.version}-${key}`),
    installed: INSTALLED,
    machine: readStamp('/etc/machine-id').trim() || hostname(),
  };
}

/**
 * Returns whether a plan writes nothing.
 * @param {WorkerPlan} plan
 */
export const workerIsInstalled = ({ from, place }) => from === 'given' || isInstalled(place);

/** @param {string} path */
function requireExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    throw new SetupError(`MEDIASOUP_WORKER_BIN names ${path}, which is no program that can be run.`, { cause: error });
  }
}

/**
 * Returns whether the host of the prebuilt workers answers soon, with any page.
 * @param {NodeJS.ProcessEnv} env
 */
async function hostAnswers(env) {
  const base = env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL || 'https://github.com/versatica/mediasoup/releases';
  try {
    await fetch(base, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(3000) });
    return true;
  } catch {
    return false; // There is no network or no such host, or a firewall blocks it.
  }
}

/**
 * Puts the worker where mediasoup looks for it. Only one that has passed the smoke test gets into the cache, and only
 * one that has passed it on this machine is used.
 * @param {WorkerPlan} plan
 * @param {Runtime} runtime
 * @param {Say} say
 * @returns {Promise<string | undefined>} a few words about its origin; undefined if it was there
 */
export async function ensureWorker({ from, place }, runtime, say) {
  if (from === 'given') return 'from MEDIASOUP_WORKER_BIN';
  /** @param {string} binary */
  const works = async (binary) => (await tryWorker(binary, runtime)).ok;
  const isThere = isInstalled(place);
  if (await takeKeptWorker(place, works)) return isThere ? undefined : 'from the cache';

  let offered = from === 'download';
  if (from === 'kept') {
    say('the kept worker does not work on this machine', { stays: true });
    offered = await hostAnswers(process.env);
  }
  if (offered && (await download(place, runtime, works, say))) return 'prebuilt';

  const way = await build(place, runtime, say);
  if (!(await takeKeptWorker(place, works))) throw new SetupError('The media worker was built, but does not work.');
  return `built ${way}`;
}

/** Puts the cached worker back where `npm ci` has removed it; does nothing if there is none. */
export function restoreWorker(env = process.env) {
  const place = placeOfWorker(env);
  if (existsSync(place.cached) && !isInstalled(place)) installWorker(place);
}

/**
 * Uses mediasoup's own download. If that fails, `PYTHON: 'false'` keeps mediasoup from its own build.
 * @param {WorkerPlace} place
 * @param {Runtime} runtime
 * @param {(binary: string) => Promise<boolean>} works
 * @param {Say} say
 */
async function download(place, runtime, works, say) {
  say('fetching the prebuilt worker');
  rmSync(INSTALLED, { force: true });
  const env = { ...runtime.env, PYTHON: 'false', MEDIASOUP_WORKER_BIN: undefined };
  await run(runtime.node, ['npm-scripts.mjs', 'postinstall'], { cwd: PACKAGE, env, timeoutMs: 120_000 });
  if (!existsSync(INSTALLED) || !(await works(INSTALLED))) return false;
  adoptWorker(place);
  return true;
}

/**
 * Builds the worker into the cache, unless another process does so first.
 * @param {WorkerPlace} place
 * @param {Runtime} runtime
 * @param {Say} say
 */
async function build(place, runtime, say) {
  const folder = `${place.cached}.build`;
  const giveBack = await waitForTurn(lockOf(folder), () => existsSync(place.cached), say);
  if (!giveBack) return 'by another process';
  try {
    // The compiler is installed already, unless set-up expected a worker that did not come or does not work here.
    await ensureSystem(COMPILER, say);
    const { binary, way } = await compileWorker({
      folder,
      recipe: join(ROOT, RECIPE),
      mediasoup: PACKAGE,
      tryWorker: (path) => tryWorker(path, runtime),
      say,
    });
    keepWorker(binary, place);
    removeLeftBuilds(dirname(folder));
    rmSync(folder, { recursive: true, force: true });
    return way;
  } finally {
    giveBack();
  }
}

/** @param {string} buildFolder */
const lockOf = (buildFolder) => join(buildFolder, 'builder');

/**
 * Removes the interrupted builds of other versions and recipes: nobody will continue them.
 * @param {string} cache
 */
function removeLeftBuilds(cache) {
  for (const name of readdirSync(cache)) {
    const folder = join(cache, name);
    if (name.endsWith('.build') && !isHeld(lockOf(folder))) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The smoke test: the worker starts, and carries RTP.
 * @param {string} binary
 * @param {Runtime} runtime
 */
function tryWorker(binary, runtime) {
  const script = join(ROOT, 'ops', 'setup', 'smokeWorker.mjs');
  return run(runtime.node, [script, binary], { cwd: ROOT, env: runtime.env, timeoutMs: 30_000 });
}
