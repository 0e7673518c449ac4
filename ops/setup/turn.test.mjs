import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from './processes.mjs';
import { isHeld, waitForTurn } from './turn.mjs';

let folder = '';
const lock = () => join(folder, 'below', 'builder');
const unfinished = () => false;
const silent = () => undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everroom-turn-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a free lock is taken at once and given back', async () => {
  const giveBack = await waitForTurn(lock(), unfinished, silent);
  expect(readFileSync(lock(), 'utf8')).toBe(String(process.pid));
  expect(isHeld(lock())).toBe(true);
  giveBack?.();
  expect(existsSync(lock()) || isHeld(lock())).toBe(false);
});

test('a process that waits for another one to finish the work has nothing left to do', async () => {
  const giveBack = await waitForTurn(lock(), unfinished, silent);
  /** @type {string[]} */
  const said = [];
  const isDone = () => said.length > 0;
  expect(await waitForTurn(lock(), isDone, (text) => said.push(text))).toBeUndefined();
  expect(said).toEqual([`waiting for process ${process.pid}`]);
  giveBack?.();
});

test('a process that waits for one that gives up continues in its place', async () => {
  const giveBack = await waitForTurn(lock(), unfinished, silent);
  const second = await waitForTurn(lock(), unfinished, () => giveBack?.());
  expect(second).toBeTypeOf('function');
  second?.();
});

test('the lock of a process that is dead is taken over', async () => {
  const { output: pid } = await run('sh', ['-c', 'echo $$']);
  (await waitForTurn(lock(), unfinished, silent))?.();
  writeFileSync(lock(), pid);
  expect(isHeld(lock())).toBe(false);
  const giveBack = await waitForTurn(lock(), unfinished, silent);
  expect(readFileSync(lock(), 'utf8')).toBe(String(process.pid));
  giveBack?.();
});

test('a lock that nobody touches is taken over, even if another process has its holder’s id', async () => {
  (await waitForTurn(lock(), unfinished, silent))?.();
  writeFileSync(lock(), String(process.ppid));
  const aMinuteAgo = new Date(Date.now() - 60_000);
  utimesSync(lock(), aMinuteAgo, aMinuteAgo);
  const giveBack = await waitForTurn(lock(), unfinished, silent);
  expect(readFileSync(lock(), 'utf8')).toBe(String(process.pid));
  giveBack?.();
});
