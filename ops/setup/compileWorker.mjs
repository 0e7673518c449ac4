import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { run, wasInterrupted } from './processes.mjs';
import { lastLines } from './runtime.mjs';
import { SetupError } from './SetupError.mjs';

/** @import { Say } from './progress.mjs' */

/** @typedef {(binary: string) => Promise<{ ok: boolean, output: string }>} TryWorker */

/** A compiler process takes up to 0.6 GB. */
const COMPILER_BYTES = 0.7e9;

/** The quicker way comes first. `folder` is below the build's own. */
const WAYS = [
  { name: 'in batches', folder: 'batches', option: '-DUNITY=ON', takes: 'a minute or two' },
  { name: 'file by file', folder: 'files', option: '-DUNITY=OFF', takes: 'some minutes' },
];

/**
 * Compiles the worker in batches of sources; when that fails or its worker does not work, file by file. An interrupted
 * build continues where it stopped, from any checkout; a failed one is removed.
 * @param {object} build
 * @param {string} build.folder where to build; one for each worker that can be told apart
 * @param {string} build.recipe the folder of CMakeLists.txt
 * @param {string} build.mediasoup the installed npm package
 * @param {TryWorker} build.tryWorker
 * @param {Say} build.say
 * @param {NodeJS.ProcessEnv} [build.env]
 * @returns {Promise<{ binary: string, way: string }>}
 * @throws {SetupError} when neither way gives a worker that works
 */
export async function compileWorker({ folder, recipe, mediasoup, tryWorker, say, env = process.env }) {
  say('preparing to compile');
  const sources = copySources(folder, recipe, mediasoup);
  let failure = '';
  for (const [number, way] of WAYS.entries()) {
    const target = join(folder, way.folder);
    const { binary, problem } = await compile(target, way, { sources, tryWorker, say, env });
    if (!problem) return { binary, way: way.name };
    if (wasInterrupted()) throw new SetupError('Interrupted while the media worker was compiled.');
    rmSync(target, { recursive: true, force: true });
    failure = problem;
    const next = WAYS[number + 1];
    if (next) say(`${way.name}: ${firstError(problem)}; now ${next.name}`, { stays: true });
  }
  throw new SetupError(`There is no media worker:\n${lastLines(failure, 30)}`);
}

/**
 * Copies what is compiled, so that neither a change of the checkout nor its end spoils a build that goes on later.
 * @param {string} folder
 * @param {string} recipe
 * @param {string} mediasoup
 */
function copySources(folder, recipe, mediasoup) {
  const sources = join(folder, 'sources');
  if (existsSync(sources)) return sources;
  const unfinished = `${sources}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(recipe, join(unfinished, 'recipe'), { recursive: true });
  for (const part of ['src', 'include', 'fbs', 'deps']) {
    cpSync(join(mediasoup, 'worker', part), join(unfinished, 'mediasoup', 'worker', part), { recursive: true });
  }
  renameSync(unfinished, sources);
  return sources;
}

/**
 * @param {string} target
 * @param {typeof WAYS[number]} way
 * @param {object} how
 * @param {string} how.sources
 * @param {TryWorker} how.tryWorker
 * @param {Say} how.say
 * @param {NodeJS.ProcessEnv} how.env
 * @returns {Promise<{ binary: string, problem?: string }>}
 */
async function compile(target, way, { sources, tryWorker, say, env }) {
  const binary = join(target, 'mediasoup-worker');
  const where = ['-S', join(sources, 'recipe'), '-B', target, '-G', 'Ninja'];
  const configure = () =>
    run('cmake', [...where, `-DMEDIASOUP_DIR=${join(sources, 'mediasoup')}`, way.option], { env });

  const goesOn = existsSync(target);
  let configured = await configure();
  if (!configured.ok && goesOn && !wasInterrupted()) {
    rmSync(target, { recursive: true, force: true }); // Left in the middle of being made.
    configured = await configure();
  }
  if (!configured.ok) return { binary, problem: `It cannot be compiled:\n${configured.output}` };

  const compiled = await run('ninja', ['-C', target, '-j', String(compilerCount()), 'mediasoup-worker'], {
    env: { ...env, NINJA_STATUS: '[%f/%t] ' },
    onLine: (line) => {
      const place = /^\[(\d+)\/(\d+)\]/.exec(line);
      if (place) say(`compiling ${place[1]} of ${place[2]}, ${way.takes}, this once`);
    },
  });
  if (!compiled.ok) return { binary, problem: `It does not compile:\n${compiled.output}` };

  await run('strip', [binary], { env });
  const { ok, output } = await tryWorker(binary);
  return ok ? { binary } : { binary, problem: `It was compiled, but does not work:\n${output}` };
}

function compilerCount() {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / COMPILER_BYTES)));
}

/**
 * Returns the line that best explains the failure.
 * @param {string} problem
 */
function firstError(problem) {
  const lines = problem.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /\berror\b/i.test(line)) ?? lines[1] ?? problem).trim().slice(0, 160);
}
