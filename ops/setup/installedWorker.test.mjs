import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installWorker, isInstalled, takeKeptWorker } from './installedWorker.mjs';
import { run } from './processes.mjs';

let folder = '';
let tries = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everroom-worker-'));
  tries = 0;
});

afterEach(() => rmSync(folder, { recursive: true }));

const placeOn = (machine = 'here') => ({
  cached: join(folder, 'cache', '1.0-key'),
  installed: join(folder, 'checkout', 'mediasoup-worker'),
  key: 'key',
  machine,
});

/** @param {string} path */
function writeWorker(path, exitCode = 0) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\nexit ${exitCode}\n`);
  chmodSync(path, 0o755);
}

/** @param {string} binary */
async function works(binary) {
  tries += 1;
  return (await run(binary, [])).ok;
}

test('without a kept worker there is none', async () => {
  expect(await takeKeptWorker(placeOn(), works)).toBe(false);
  expect(tries).toBe(0);
});

test('a kept worker is tried before its first use in a checkout, and once', async () => {
  const place = placeOn();
  writeWorker(place.cached);
  expect(isInstalled(place)).toBe(false);
  expect(await takeKeptWorker(place, works)).toBe(true);
  expect(await takeKeptWorker(place, works)).toBe(true);
  expect(isInstalled(place)).toBe(true);
  expect(tries).toBe(1);
});

test('a checkout that moved to another machine tries its worker again', async () => {
  writeWorker(placeOn().cached);
  expect(await takeKeptWorker(placeOn('here'), works)).toBe(true);
  expect(await takeKeptWorker(placeOn('there'), works)).toBe(true);
  expect(tries).toBe(2);
});

test('a worker that was only copied into its place is tried before its first use', async () => {
  const place = placeOn();
  writeWorker(place.cached);
  await takeKeptWorker(place, works);
  installWorker(place);
  expect(await takeKeptWorker(place, works)).toBe(true);
  expect(tries).toBe(2);
});

test('a kept worker that does not work here is removed, from the checkout and from the cache', async () => {
  const place = placeOn();
  writeWorker(place.cached, 127);
  expect(await takeKeptWorker(place, works)).toBe(false);
  expect(isInstalled(place) || existsSync(place.installed) || existsSync(place.cached)).toBe(false);
});

test('a better worker that another process put into the cache meanwhile stays there', async () => {
  const place = placeOn();
  writeWorker(place.cached, 127);
  const worksMeanwhile = async () => {
    writeWorker(place.cached);
    return false;
  };
  expect(await takeKeptWorker(place, worksMeanwhile)).toBe(false);
  expect(readFileSync(place.cached, 'utf8')).toContain('exit 0');
});

test('a checkout that cannot record the trial still uses the worker', async () => {
  const place = placeOn();
  writeWorker(place.cached);
  installWorker(place);
  mkdirSync(`${place.installed}.tried`);
  expect(await takeKeptWorker(place, works)).toBe(true);
});
