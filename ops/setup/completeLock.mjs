#!/usr/bin/env node
// Completes package-lock.json for the platforms it was not made on. npm leaves out an optional platform package
// that its registry does not offer at that moment, and `npm ci` then refuses the whole lock file. Nobody knows the hash
// of such a package, so it is locked for no system and never installed: the program does without it. When a registry
// offers it, `npm install` writes a whole entry in place of one that was deleted.
// Run it after every change of the lock file: node ops/setup/completeLock.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * The fields that we read of a lock file.
 * @typedef {{ packages: Record<string, LockedPackage> }} Lock
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [resolved]
 * @property {string} [integrity]
 * @property {boolean} [link]
 * @property {string[]} [os]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** npm installs a package that names this system nowhere. */
const NO_SYSTEM = 'none';
const OS_NAMES = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU_NAMES = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

/**
 * Returns the platform that a package's name tells: `@biomejs/cli-linux-x64-musl`, `@uwsjs/linux-arm64-22`.
 * Undefined if the name has no platform.
 * @param {string} name
 */
export function platformOf(name) {
  const words = name.split(/[-/@]/);
  const os = words.find((word) => OS_NAMES.includes(word));
  const cpu = words.find((word) => CPU_NAMES.includes(word));
  if (!os || !cpu) return undefined;
  const libc = /musl/.test(name) ? ['musl'] : /gnu/.test(name) ? ['glibc'] : undefined;
  return { os: [os], cpu: [cpu], ...(libc && os === 'linux' ? { libc } : {}) };
}

/**
 * Adds an entry for each optional dependency that the lock file lacks. Changes `lock`; returns the names that it added.
 * @param {Lock} lock
 */
export function completeLock(lock) {
  /** @type {string[]} */
  const added = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isLocked(lock, path, name)) continue;
      const platform = platformOf(name);
      if (!platform || !/^\d+\.\d+\.\d+/.test(version)) {
        throw new Error(`${path || 'package.json'} wants ${name}@${version}, which the lock file lacks`);
      }
      lock.packages[`node_modules/${name}`] = {
        version,
        ...platform,
        os: [NO_SYSTEM],
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
      };
      added.push(name);
    }
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted);
  return added;
}

/**
 * Returns the packages that could be installed unchecked, because the lock file does not hold their hash.
 * @param {Lock} lock
 */
export function uncheckedPackages(lock) {
  return Object.entries(lock.packages).flatMap(([path, { link, integrity, os }]) => {
    const isOurs = link || !path.includes('node_modules/');
    return isOurs || integrity || os?.includes(NO_SYSTEM) ? [] : [path.replace(/^.*node_modules\//, '')];
  });
}

/**
 * @param {Lock} lock
 * @param {string} fromPath
 * @param {string} name
 */
function isLocked(lock, fromPath, name) {
  for (let folder = fromPath; ; folder = folderAround(folder)) {
    if (lock.packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

/**
 * Returns the package whose node_modules holds this one; a workspace stands in the root.
 * @param {string} path
 */
function folderAround(path) {
  const outer = path.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '');
  return outer === path ? '' : outer;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const path = new URL('../../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const added = completeLock(lock);
  const unchecked = uncheckedPackages(lock);
  // A workspace's entry names its folder there.
  for (const entry of Object.values(lock.packages)) if (!entry.link) delete entry.resolved;
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  if (unchecked.length > 0) {
    process.stderr.write(`no hash of ${unchecked.join(', ')}: delete these entries, and run npm install again\n`);
    process.exitCode = 1;
  }
  process.stdout.write(added.length > 0 ? `added ${added.join(', ')}\n` : 'the lock file is complete\n');
}
