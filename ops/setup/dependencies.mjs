import { join } from 'node:path';
import { hashOf, hashOfFiles, ROOT, readStamp, requireWritable, writeStamp } from './places.mjs';
import { lastLines, runNpm } from './runtime.mjs';
import { SetupError } from './SetupError.mjs';

/** Installs exactly what the lock file names, under the Node that will run it: some packages carry one binary for each. */
export async function ensureDependencies(runtime, say) {
  const major = runtime.version.split('.')[0];
  const key = hashOf(hashOfFiles('package-lock.json'), major, process.platform, process.arch);
  // npm removes the folder before it installs, so the stamp is there only after a whole installation.
  const stamp = join(ROOT, 'node_modules', '.everroom-installed');
  if (readStamp(stamp) === key) return;
  requireWritable(ROOT, 'Choose a folder of your own for the checkout, or give yourself write access to it.');
  say('npm ci');
  const { ok, output } = await runNpm(
    ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    { node: runtime.node, cwd: ROOT, env: { ...runtime.env, MEDIASOUP_WORKER_BIN: 'brought-by-set-up' } },
  );
  if (!ok) throw new SetupError(`npm ci failed:\n${lastLines(output)}`);
  writeStamp(stamp, key);
}
