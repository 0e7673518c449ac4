import { join } from 'node:path';
import { hashOfFiles, ROOT, readStamp, requireWritable, writeStamp } from './places.mjs';
import { run } from './processes.mjs';
import { lastLines } from './runtime.mjs';
import { SetupError } from './SetupError.mjs';

/** Builds the web page when anything that goes into it has changed. */
export async function ensurePage(runtime, say) {
  const key = hashOfFiles('web', 'client', 'signaling/protocol', 'package-lock.json');
  const stamp = join(ROOT, 'dist', '.web-built');
  if (readStamp(stamp) === key) return;
  requireWritable(join(ROOT, 'dist'), 'Give yourself write access to the checkout.');
  say('vite build');
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const { ok, output } = await run(runtime.node, [vite, 'build', 'web'], { cwd: ROOT, env: runtime.env });
  if (!ok) throw new SetupError(`The web page does not build:\n${lastLines(output, 30)}`);
  writeStamp(stamp, key);
}
