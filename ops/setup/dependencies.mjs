import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { uncheckedPackages } from './completeLock.mjs';
import { hashOf, hashOfFiles, ROOT, readStamp, writeStamp } from './places.mjs';
import { lastLines, runNpm } from './runtime.mjs';
import { SetupError } from './SetupError.mjs';

/**
 * @import { Say } from './progress.mjs'
 * @import { Runtime } from './runtime.mjs'
 */

// npm removes the folder before it installs, so the stamp is there only after a whole installation.
const STAMP = join(ROOT, 'node_modules', '.everroom-installed');

/** @param {string} nodeVersion */
const keyFor = (nodeVersion) =>
  hashOf(hashOfFiles('package-lock.json'), nodeVersion.replace(/\..*/, ''), process.platform, process.arch);

/** @param {string} nodeVersion */
export const dependenciesAreInstalled = (nodeVersion) => readStamp(STAMP) === keyFor(nodeVersion);

/**
 * Installs exactly the lock file's packages, under the Node that will run them: some carry a binary for each Node.
 * @param {Runtime} runtime
 * @param {Say} say
 * @throws {SetupError}
 */
export async function ensureDependencies(runtime, say) {
  if (dependenciesAreInstalled(runtime.version)) return;
  const unchecked = uncheckedPackages(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  if (unchecked.length > 0) {
    throw new SetupError(
      `package-lock.json holds no hash of ${unchecked.join(', ')}. Nothing was installed: use the package-lock.json ` +
        'of a release, or complete it (node ops/setup/completeLock.mjs).',
    );
  }
  say('npm ci');
  const { ok, output } = await runNpm(
    ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    { node: runtime.node, cwd: ROOT, env: { ...runtime.env, MEDIASOUP_WORKER_BIN: 'brought-by-set-up' } },
  );
  if (!ok) throw new SetupError(`npm ci failed:\n${lastLines(output)}`);
  writeStamp(STAMP, keyFor(runtime.version));
}
