import { join } from 'node:path';
import { hashOfFiles, ROOT, readStamp, writeStamp } from './places.mjs';
import { run } from './processes.mjs';
import { lastLines } from './runtime.mjs';
import { SetupError } from './SetupError.mjs';

/**
 * @import { Say } from './progress.mjs'
 * @import { Runtime } from './runtime.mjs'
 */

const STAMP = join(ROOT, 'dist', '.web-built');

const keyOfSources = () => hashOfFiles('web', 'client', 'signaling/protocol', 'core/room', 'package-lock.json');

export const pageIsBuilt = () => readStamp(STAMP) === keyOfSources();

/**
 * Builds the web page when anything that goes into it has changed.
 * @param {Pick<Runtime, 'node' | 'env'>} runtime
 * @param {Say} say
 * @throws {SetupError}
 */
export async function ensurePage(runtime, say) {
  if (pageIsBuilt()) return;
  const key = keyOfSources();
  say('vite build');
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const { ok, output } = await run(runtime.node, [vite, 'build', 'web'], {
    cwd: ROOT,
    env: { ...runtime.env, NODE_ENV: 'production' }, // A test's NODE_ENV would ship React's development build.
  });
  if (!ok) throw new SetupError(`The web page does not build:\n${lastLines(output, 30)}`);
  writeStamp(STAMP, key);
}
