import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readStamp, writeStamp } from './places.mjs';

/**
 * Where a worker is kept for every checkout (`cached`) and where mediasoup looks for it (`installed`). `key` says which
 * worker it must be, `machine` where it runs.
 * @typedef {{ cached: string, installed: string, key: string, machine: string }} WorkerPlace
 */

/** @param {WorkerPlace} place */
const keyStamp = (place) => `${place.installed}.key`;

/** @param {WorkerPlace} place */
const triedStamp = (place) => `${place.installed}.tried`;

/** @param {WorkerPlace} place */
export const isInstalled = (place) => readStamp(keyStamp(place)) === place.key && existsSync(place.installed);

/**
 * Puts the kept worker where mediasoup looks for it and tries it once on each machine: it may come from one with
 * other libraries. A worker that does not work is removed.
 * @param {WorkerPlace} place
 * @param {(binary: string) => Promise<boolean>} works
 * @returns {Promise<boolean>} false when there is no worker that works
 */
export async function takeKeptWorker(place, works) {
  if (!isInstalled(place)) {
    if (!existsSync(place.cached)) return false;
    installWorker(place);
  }
  if (readStamp(triedStamp(place)) === place.machine) return true;
  if (await works(place.installed)) {
    markTried(place);
    return true;
  }
  // Another process may have put a better one into the cache by now.
  if (existsSync(place.cached) && readFileSync(place.cached).equals(readFileSync(place.installed))) {
    rmSync(place.cached);
  }
  rmSync(keyStamp(place), { force: true });
  rmSync(place.installed, { force: true });
  return false;
}

/**
 * Copies the worker from the cache; it has not been tried yet.
 * @param {WorkerPlace} place
 */
export function installWorker(place) {
  rmSync(keyStamp(place), { force: true });
  rmSync(triedStamp(place), { force: true });
  copyProgram(place.cached, place.installed);
  writeStamp(keyStamp(place), place.key);
}

/**
 * Keeps a working worker that was installed in another way.
 * @param {WorkerPlace} place
 */
export function adoptWorker(place) {
  keepWorker(place.installed, place);
  writeStamp(keyStamp(place), place.key);
  markTried(place);
}

/**
 * @param {string} binary
 * @param {WorkerPlace} place
 */
export const keepWorker = (binary, place) => copyProgram(binary, place.cached);

/** @param {WorkerPlace} place */
function markTried(place) {
  try {
    writeStamp(triedStamp(place), place.machine);
  } catch {
    // The checkout cannot be written: the worker is tried at every start.
  }
}

/**
 * Copies a file so that it appears whole or not at all.
 * @param {string} from
 * @param {string} to
 */
function copyProgram(from, to) {
  const temporary = `${to}.${process.pid}`;
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, temporary);
  chmodSync(temporary, 0o755);
  renameSync(temporary, to);
}
