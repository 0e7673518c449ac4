import { join } from 'node:path';
import { ROOT } from './places.mjs';
import { become } from './processes.mjs';

/** @param {...string} path */
const tool = (...path) => join(ROOT, 'node_modules', ...path);

/**
 * Builds the package `everroom-client` in client/dist: one ES module with its types; prints its size.
 * @param {{ node: string, env: NodeJS.ProcessEnv }} runtime
 */
export async function buildClientPackage(runtime) {
  const options = { cwd: ROOT, env: { ...runtime.env, NODE_ENV: 'production' } };
  const bundled = await become(runtime.node, [tool('vite', 'bin', 'vite.js'), 'build', 'client'], options);
  if (bundled !== 0) return bundled;
  return become(runtime.node, [tool('typescript', 'bin', 'tsc'), '-p', 'client/tsconfig.build.json'], options);
}
