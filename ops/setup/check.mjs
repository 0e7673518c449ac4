import { join } from 'node:path';
import { ROOT } from './places.mjs';
import { run, wasInterrupted } from './processes.mjs';

const tool = (...path) => join(ROOT, 'node_modules', ...path);

const PARTS = [
  { name: 'format and lint', script: tool('@biomejs', 'biome', 'bin', 'biome'), args: ['check', '.'] },
  { name: 'types', script: tool('typescript', 'bin', 'tsc'), args: ['-p', '.', '--noEmit'] },
  {
    name: 'import arrows',
    script: tool('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
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
    script: tool('knip', 'bin', 'knip.js'),
    args: ['--no-progress', '--treat-config-hints-as-errors'],
  },
  { name: 'pure tests', script: tool('vitest', 'vitest.mjs'), args: ['run', '--project', 'pure'] },
];

/** Runs the fast gate: all parts at once, a line for each, and what those that failed had to say. */
export async function check(runtime) {
  const startedAt = Date.now();
  const failed = [];
  const env = { ...runtime.env, NO_COLOR: '1' };
  delete env.FORCE_COLOR;
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
