import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readStamp } from './places.mjs';
import { codeOf } from './SetupError.mjs';

/** @import { Say } from './progress.mjs' */

const TOUCH_MS = 2_000;
const ABANDONED_MS = 20_000;

/**
 * Takes the lock file at `lock`, or waits while a living process holds it. Two checkouts may want the same work at the
 * same moment: the second waits for the first. The holder touches the file, since a process id alone proves nothing
 * after a reboot or in another container.
 * @param {string} lock
 * @param {() => boolean} isDone whether there is nothing left to do
 * @param {Say} say
 * @returns {Promise<(() => void) | undefined>} gives the lock back; undefined when the work is done
 */
export async function waitForTurn(lock, isDone, say) {
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    if (isDone()) return undefined;
    if (take(lock)) {
      const touching = setInterval(() => touch(lock), TOUCH_MS);
      return () => {
        clearInterval(touching);
        rmSync(lock, { force: true });
      };
    }
    if (isHeld(lock)) say(`waiting for process ${readStamp(lock)}`);
    else rmSync(lock, { force: true });
    await sleep(500);
  }
}

/** @param {string} lock */
function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') mkdirSync(dirname(lock), { recursive: true });
    else if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  }
}

/** @param {string} lock */
function touch(lock) {
  try {
    utimesSync(lock, new Date(), new Date());
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/**
 * Returns whether a living process holds the lock file.
 * @param {string} lock
 */
export function isHeld(lock) {
  const touchedAt = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return isAlive(Number(readStamp(lock))) && Date.now() - touchedAt <= ABANDONED_MS;
}

/** @param {number} pid */
function isAlive(pid) {
  if (!pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
