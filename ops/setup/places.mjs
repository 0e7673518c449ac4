import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, SetupError } from './SetupError.mjs';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/[/\\]$/, '');

/** The folder for what several checkouts share: EVERROOM_CACHE, or `everroom` in the user's cache folder. */
export function cacheFolder(env = process.env) {
  if (env.EVERROOM_CACHE) return env.EVERROOM_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'everroom');
}

/**
 * Makes a folder and proves that it can be written.
 * @param {string} folder
 * @param {string} hint what to do when it cannot
 * @throws {SetupError}
 */
export function requireWritable(folder, hint) {
  const probe = join(folder, `.write-test-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new SetupError(`Everroom cannot write to ${folder} (${codeOf(error) ?? error}).\n${hint}`, {
      cause: error,
    });
  }
}

/**
 * A hash of texts, in order.
 * @param {...(string | Buffer)} parts
 */
export function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex').slice(0, 16);
}

/**
 * Returns a hash of the names and contents of files of the checkout, and of all files under folders. Missing files
 * count too; built and installed ones do not.
 * @param {...string} paths
 */
export function hashOfFiles(...paths) {
  /** @type {(string | Buffer)[]} */
  const parts = [];
  /** @param {string} path */
  const add = (path) => {
    const found = statSync(join(ROOT, path), { throwIfNoEntry: false });
    if (found?.isDirectory()) {
      for (const name of readdirSync(join(ROOT, path)).sort()) {
        if (!['node_modules', 'dist', '.git'].includes(name)) add(`${path}/${name}`);
      }
    } else {
      parts.push(path, found ? readFileSync(join(ROOT, path)) : 'missing');
    }
  };
  paths.forEach(add);
  return hashOf(...parts);
}

/**
 * Returns the stamp that an earlier run left at `path` for its result; empty if there is none.
 * @param {string} path
 */
export function readStamp(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // There is no whole one: it is made again.
  }
}

/**
 * @param {string} path
 * @param {string} text
 */
export function writeStamp(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
