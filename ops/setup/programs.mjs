import { join } from 'node:path';
import { hashOfFiles, ROOT, readStamp, writeStamp } from './places.mjs';
import { run } from './processes.mjs';
import { lastLines } from './runtime.mjs';
import { SetupError } from './SetupError.mjs';

/**
 * @import { Say } from './progress.mjs'
 * @import { Runtime } from './runtime.mjs'
 */

const STAMP = join(ROOT, 'dist', '.programs-built');
const CONFIG = 'ops/setup/programs.config.mjs';

const keyOfSources = () =>
  hashOfFiles('core', 'recovery', 'signaling', 'reencoder', 'ops/run', CONFIG, 'package.json', 'package-lock.json');

export const programsAreBuilt = () => readStamp(STAMP) === keyOfSources();

/** The file of a program of ops/run, once `ensurePrograms` has built it. */
export const programOf = (/** @type {string} */ name) => join('dist', 'programs', `${name}.mjs`);

/**
 * Bundles the programs that `npm start` runs when anything that goes into them has changed. Returns the environment
 * in which they, and whoever starts them, take the bundles.
 * @param {Pick<Runtime, 'node' | 'env'>} runtime
 * @param {Say} say
 * @returns {Promise<NodeJS.ProcessEnv>}
 * @throws {SetupError}
 */
export async function ensurePrograms({ node, env }, say) {
  const bundled = { ...env, EVERROOM_BUNDLED: '1' };
  const key = keyOfSources();
  if (readStamp(STAMP) === key) return bundled;
  say('vite build');
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const { ok, output } = await run(node, [vite, 'build', '--config', CONFIG], { cwd: ROOT, env });
  if (!ok) throw new SetupError(`The server's programs do not build:\n${lastLines(output, 30)}`);
  writeStamp(STAMP, key);
  return bundled;
}
