import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder, hashOf, hashOfFiles, ROOT, readStamp, writeStamp } from './places.mjs';
import { run } from './processes.mjs';
import { lastLines } from './runtime.mjs';
import { SetupError } from './SetupError.mjs';
import { COMPILER, ensureSystem } from './system.mjs';

const PACKAGE = join(ROOT, 'node_modules', 'mediasoup');
const INSTALLED = join(PACKAGE, 'worker', 'out', 'Release', 'mediasoup-worker');
const RECIPE = join(ROOT, 'ops', 'setup', 'worker-build');

/**
 * Where the worker binary will come from. Decided before anything is changed, as a build needs a compiler.
 * @returns {Promise<{ from: 'given' | 'cache' | 'download' | 'build', cached: string, key: string }>}
 */
export async function planWorker(env = process.env) {
  const { cached, key } = cachePlace(env);
  if (env.MEDIASOUP_WORKER_BIN) {
    requireExecutable(env.MEDIASOUP_WORKER_BIN);
    return { from: 'given', cached, key };
  }
  if (existsSync(cached) || workerIsInstalled({ from: 'cache', key })) return { from: 'cache', cached, key };
  return { from: (await hostAnswers(env)) ? 'download' : 'build', cached, key };
}

function cachePlace(env) {
  const locked = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages['node_modules/mediasoup'];
  // A binary fits one version of mediasoup, one recipe and one release of a system's libraries.
  const system = readStamp('/etc/os-release');
  const key = hashOf(
    locked.integrity,
    hashOfFiles('ops/setup/worker-build/CMakeLists.txt', 'ops/setup/worker-build/shim'),
    system,
    process.platform,
    process.arch,
  );
  return { key, cached: join(cacheFolder(env), 'mediasoup-worker', `${locked.version}-${key}`) };
}

/** Whether nothing needs to be done for a plan. */
export function workerIsInstalled({ from, key }) {
  return from === 'given' || (from === 'cache' && readStamp(`${INSTALLED}.key`) === key && existsSync(INSTALLED));
}

function requireExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    throw new SetupError(`MEDIASOUP_WORKER_BIN names ${path}, which is no program that can be run.`, { cause: error });
  }
}

/** Whether the host that offers prebuilt workers answers soon; which page it answers with does not matter. */
async function hostAnswers(env) {
  const base = env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL || 'https://github.com/versatica/mediasoup/releases';
  try {
    await fetch(base, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(3000) });
    return true;
  } catch {
    return false; // No network, no such host, or a wall between.
  }
}

/** Puts the worker where mediasoup looks for it; only one that has passed the smoke test gets into the cache. */
export async function ensureWorker(plan, runtime, say) {
  if (plan.from === 'given') return `from MEDIASOUP_WORKER_BIN`;
  if (workerIsInstalled(plan)) return undefined;
  if (plan.from === 'download' && (await download(plan, runtime, say))) return 'prebuilt';
  if (!existsSync(plan.cached)) await build(plan, runtime, say);
  install(plan);
  return plan.from === 'cache' ? 'from the cache' : 'built';
}

/** Puts a worker that is in the cache back where `npm ci` has taken it away; does nothing when there is none. */
export function restoreWorker(env = process.env) {
  const place = cachePlace(env);
  if (existsSync(place.cached) && !workerIsInstalled({ from: 'cache', key: place.key })) install(place);
}

function install(plan) {
  const stamp = `${INSTALLED}.key`;
  rmSync(stamp, { force: true });
  mkdirSync(join(INSTALLED, '..'), { recursive: true });
  copyFileSync(plan.cached, `${INSTALLED}.new`);
  chmodSync(`${INSTALLED}.new`, 0o755);
  renameSync(`${INSTALLED}.new`, INSTALLED);
  writeStamp(stamp, plan.key);
}

/** mediasoup's own download; when it fails, its own build is not tried (there is no such python). */
async function download(plan, runtime, say) {
  say('fetching the prebuilt worker');
  rmSync(INSTALLED, { force: true });
  const { MEDIASOUP_WORKER_BIN: _, ...env } = { ...runtime.env, PYTHON: 'false' };
  await run(runtime.node, ['npm-scripts.mjs', 'postinstall'], { cwd: PACKAGE, env, timeoutMs: 120_000 });
  if (!existsSync(INSTALLED) || !(await passesSmokeTest(INSTALLED, runtime)).ok) return false;
  keep(INSTALLED, plan.cached);
  writeStamp(`${INSTALLED}.key`, plan.key);
  return true;
}

async function build(plan, runtime, say) {
  const folder = `${plan.cached}.build`;
  mkdirSync(folder, { recursive: true });
  const unlock = await waitForTurn(join(folder, 'builder'), () => existsSync(plan.cached), say);
  if (!unlock) return;
  try {
    // Already seen to, unless a prebuilt worker was expected and did not come or does not run here.
    await ensureSystem(COMPILER, say);
    say('preparing to compile');
    const tell = (output) => `The mediasoup worker does not compile:\n${lastLines(output, 30)}`;
    const configure = await run('cmake', ['-S', RECIPE, '-B', folder, '-G', 'Ninja', `-DMEDIASOUP_DIR=${PACKAGE}`]);
    if (!configure.ok) throw new SetupError(tell(configure.output));
    const env = { ...process.env, NINJA_STATUS: '[%f/%t] ' };
    const compile = await run('ninja', ['-C', folder, '-j', String(compilerCount()), 'mediasoup-worker'], {
      env,
      onLine: (line) => {
        const place = /^\[(\d+)\/(\d+)\]/.exec(line);
        if (place) say(`compiling ${place[1]} of ${place[2]}, some minutes, this once`);
      },
    });
    if (!compile.ok) throw new SetupError(tell(compile.output));
    const binary = join(folder, 'mediasoup-worker');
    await run('strip', [binary]);
    const { ok, output } = await passesSmokeTest(binary, runtime);
    if (!ok) throw new SetupError(`The mediasoup worker was built, but does not work:\n${lastLines(output)}`);
    keep(binary, plan.cached);
  } finally {
    unlock();
  }
  rmSync(folder, { recursive: true, force: true });
}

/** A compiler process takes up to 0.7 GB here. */
function compilerCount() {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / 0.7e9)));
}

/** Two checkouts may want the same worker at one moment: the second waits for the first. Undefined: it is there now. */
async function waitForTurn(lock, isDone, say) {
  for (;;) {
    if (isDone()) return undefined;
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code === 'ENOENT') mkdirSync(join(lock, '..'), { recursive: true });
      else if (error.code !== 'EEXIST') throw error;
    }
    const builder = Number(readStamp(lock));
    if (builder && isAlive(builder)) say(`process ${builder} is building it`);
    else rmSync(lock, { force: true });
    await sleep(500);
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function keep(binary, cached) {
  mkdirSync(join(cached, '..'), { recursive: true });
  const temporary = `${cached}.${process.pid}`;
  copyFileSync(binary, temporary);
  chmodSync(temporary, 0o755);
  renameSync(temporary, cached);
}

function passesSmokeTest(binary, runtime) {
  const script = join(ROOT, 'ops', 'setup', 'smokeWorker.mjs');
  return run(runtime.node, [script, binary], { cwd: ROOT, env: runtime.env, timeoutMs: 30_000 });
}
