import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { cacheFolder, ROOT } from './places.mjs';
import { commandPath, run } from './processes.mjs';
import { SetupError } from './SetupError.mjs';

/** @import { Say } from './progress.mjs' */

/**
 * The Node that everything runs on, and the environment that puts it first on the PATH.
 * @typedef {{ node: string, env: NodeJS.ProcessEnv, version: string }} Runtime
 */

const BROUGHT_MAJOR = 22;

const broughtFolder = () => join(cacheFolder(), 'node', String(BROUGHT_MAJOR));
const broughtNode = () => join(broughtFolder(), 'node_modules', '.bin', 'node');

/** The version of the Node to run on, or undefined while one must still be installed. */
export async function presentRuntime() {
  return isGoodNode(process.version) ? process.version : versionOf(broughtNode());
}

/**
 * Returns whether Everroom runs on this Node: it must run TypeScript directly, and the media library and test
 * tools must support it.
 * @param {string} version
 */
export function isGoodNode(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return (major === 22 && minor >= 18) || major === 24;
}

/**
 * The Node that everything runs on: this one, or one from the npm registry, installed into the cache.
 * @param {Say} say
 * @returns {Promise<Runtime>}
 * @throws {SetupError} when neither runs here
 */
export async function ensureRuntime(say) {
  if (isGoodNode(process.version)) return runtimeAt(process.execPath, process.version);
  const node = broughtNode();
  let version = await versionOf(node);
  if (!version) {
    say(`installing Node ${BROUGHT_MAJOR}`);
    await bring(broughtFolder());
    version = await versionOf(node);
  }
  if (!version) {
    throw new SetupError(
      `Node ${BROUGHT_MAJOR} from the npm registry does not run on this machine ` +
        `(${process.platform} ${process.arch}).\n` +
        'Install Node 22.18 or newer (or 24), then run the command again.',
    );
  }
  return runtimeAt(node, version);
}

/**
 * @param {string} node
 * @param {string} version
 * @returns {Runtime}
 */
function runtimeAt(node, version) {
  const path = [dirname(node), join(ROOT, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  return { node, version, env: { ...process.env, PATH: path } };
}

/** @param {string} node */
async function versionOf(node) {
  if (!existsSync(node)) return undefined;
  const { ok, output } = await run(node, ['--version']);
  return ok && isGoodNode(output.trim()) ? output.trim() : undefined;
}

/** @param {string} folder */
async function bring(folder) {
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true });
  const temporary = mkdtempSync(join(parent, '.new-'));
  try {
    const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${BROUGHT_MAJOR}`;
    const args = ['install', '--prefix', temporary, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', name];
    const { ok, output } = await runNpm(args, { cwd: temporary });
    if (!ok) {
      throw new SetupError(`Node ${BROUGHT_MAJOR} could not be fetched from the npm registry:\n${lastLines(output)}`);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Runs the npm that started us, or the one on the PATH, under the first Node on `env.PATH` (or `node`).
 * @param {string[]} args
 * @param {{ node?: string, cwd: string, env?: NodeJS.ProcessEnv }} options
 */
export function runNpm(args, { node = process.execPath, ...options }) {
  const cli = process.env.npm_execpath;
  if (cli && basename(cli) === 'npm-cli.js' && existsSync(cli)) return run(node, [cli, ...args], options);
  if (!commandPath('npm'))
    throw new SetupError('npm is missing: install it (it comes with Node), then run the command again.');
  return run('npm', args, options);
}

/** @param {string} text */
export const lastLines = (text, count = 15) => text.trimEnd().split('\n').slice(-count).join('\n');
