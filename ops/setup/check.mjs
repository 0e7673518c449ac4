import { join } from 'node:path';
import { ROOT } from './places.mjs';
import { run, wasInterrupted } from './processes.mjs';

/** @import { Runtime } from './runtime.mjs' */

/** @param {string} name */
const tool = (name) => join(ROOT, 'node_modules', '.bin', name);

const PARTS = [
  { name: 'format and lint', script: tool('biome'), args: ['check', '.'] },
  { name: 'types', script: tool('tsc'), args: ['-p', '.', '--noEmit'] },
  {
    name: 'import arrows',
    script: tool('depcruise'),
    args: [
      '--config',
      '.dependency-cruiser.cjs',
      'core',
      'recovery',
      'signaling',
      'client',
      'web',
      'reencoder',
      'ops',
      'test',
    ],
  },
  {
    name: 'unused code',
    script: tool('knip'),
    args: ['--no-progress', '--treat-config-hints-as-errors'],
  },
  { name: 'pure tests', script: tool('vitest'), args: ['run', '--project', 'pure'] },
];

/**
 * Runs the fast gate: all parts at once, a line for each, then the output of those that failed.
 * @param {Runtime} runtime
 */
export async function check(runtime) {
  const startedAt = Date.now();
  /** @type {{ name: string, output: string }[]} */
  const failed = [];
  const env = { ...runtime.env, NO_COLOR: '1', FORCE_COLOR: undefined };
  await Promise.all(
    PARTS.map(async ({ name, script, args }) => {
      const { ok, output } = await run(runtime.node, [script, ...args], { cwd: ROOT, env });
      process.stdout.write(`${ok ? 'ok  ' : 'FAIL'}  ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)\n`);
      if (!ok) failed.push({ name, output });
    }),
  );
  if (wasInterrupted()) return 130;
  for (const { name, output } of failed) process.stdout.write(`\n── ${name}\n${output}\n`);
  return failed.length === 0 ? 0 : 1;
}
