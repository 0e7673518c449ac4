import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completeLock, platformOf, uncheckedPackages } from './completeLock.mjs';
import { ROOT } from './places.mjs';
import { isGoodNode } from './runtime.mjs';
import { setting } from './settingsFile.mjs';
import { count, slowest } from './tests.mjs';

const lock = () => JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));

test('the lock file is complete for every platform', () => {
  expect(completeLock(lock())).toEqual([]);
});

test('the lock file names no registry, so that any can serve it', () => {
  const named = Object.values(lock().packages).filter(({ resolved }) => resolved !== undefined);
  expect(named).toEqual([
    { resolved: 'client', link: true },
    { resolved: 'web', link: true },
  ]);
});

test('a platform package gets an entry for the platform in its name', () => {
  expect(platformOf('@biomejs/cli-linux-x64-musl')).toEqual({ os: ['linux'], cpu: ['x64'], libc: ['musl'] });
  expect(platformOf('@uwsjs/darwin-arm64-22')).toEqual({ os: ['darwin'], cpu: ['arm64'] });
  expect(platformOf('left-pad')).toBeUndefined();
});

test('a platform package that a workspace wants is found or added in the root', () => {
  const wants = { optionalDependencies: { '@biomejs/cli-linux-x64': '1.0.0' } };
  const incomplete = { packages: { '': {}, client: wants } };
  expect(completeLock(incomplete)).toEqual(['@biomejs/cli-linux-x64']);
  expect(completeLock(incomplete)).toEqual([]);
});

test('the lock file holds the hash of every package that can be installed', () => {
  expect(uncheckedPackages(lock())).toEqual([]);
  const left = { packages: { '': {}, client: {}, 'node_modules/a': { version: '1.0.0' } } };
  expect(uncheckedPackages(left)).toEqual(['a']);
  // A package that no registry offered has no hash, and is locked for no system.
  const incomplete = { packages: { '': { optionalDependencies: { '@biomejs/cli-linux-x64': '1.0.0' } } } };
  completeLock(incomplete);
  expect(uncheckedPackages(incomplete)).toEqual([]);
});

test('an optional package without a platform in its name gets no invented entry', () => {
  const incomplete = { packages: { '': { optionalDependencies: { 'left-pad': '1.0.0' } } } };
  expect(() => completeLock(incomplete)).toThrow('left-pad');
});

test('Node 22 from 22.18 on and 24 are good to run on', () => {
  const good = ['v22.18.0', 'v22.23.3', 'v24.0.0'];
  const bad = ['v18.20.0', 'v20.20.2', 'v22.17.1', 'v23.11.0', 'v26.1.0'];
  expect([...good, ...bad].filter(isGoodNode)).toEqual(good);
});

test('a setting is found in the environment first, then in the settings file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'everroom-settings-'));
  try {
    const file = join(folder, 'my.env');
    writeFileSync(
      file,
      '# REDIS_URL=redis://comment\nexport REDIS_URL = "redis://file:6379"\nEVERROOM_DATA=/srv/a b\n',
    );
    expect(setting('REDIS_URL', { EVERROOM_CONFIG: file })).toBe('redis://file:6379');
    expect(setting('EVERROOM_DATA', { EVERROOM_CONFIG: file })).toBe('/srv/a b');
    expect(setting('REDIS_URL', { EVERROOM_CONFIG: file, REDIS_URL: 'redis://env' })).toBe('redis://env');
    expect(setting('PORT', { EVERROOM_CONFIG: join(folder, 'none') })).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/**
 * @param {string} status
 * @param {...string} statuses
 */
const file = (status, ...statuses) => ({
  name: 'x.test.ts',
  status,
  assertionResults: statuses.map((each) => ({ status: each, fullName: each })),
});

test.each([
  ['all passed', { testResults: [file('passed', 'passed', 'passed')] }, 0, [2, 0]],
  ['one failed', { testResults: [file('failed', 'passed', 'failed')] }, 1, [1, 1]],
  ['a skipped test', { testResults: [file('passed', 'passed', 'skipped')] }, 0, [1, 1]],
  ['a file that does not load', { testResults: [file('failed'), file('passed', 'passed')] }, 1, [1, 1]],
  ['an error outside of the tests', { testResults: [file('passed', 'passed')] }, 1, [1, 1]],
  ['no test at all', { testResults: [] }, 0, [0, 1]],
  ['no report', undefined, 139, [0, 1]],
])('a test report with %s is counted as what it is', (_, report, exitCode, [passed, failed]) => {
  expect(count(report, exitCode)).toMatchObject({ passed, failed });
});

test('the slowest test files come first, with their seconds and their place in the project', () => {
  /**
   * @param {string} name
   * @param {number} seconds
   */
  const timed = (name, seconds) => ({
    name: join(ROOT, 'test', name),
    startTime: 5_000,
    endTime: 5_000 + 1_000 * seconds,
  });
  const testResults = [timed('quick.test.ts', 0.25), timed('slow.test.ts', 61.5), timed('middle.test.ts', 3)];
  expect(slowest({ testResults }, 2)).toEqual(['  61.5 s  test/slow.test.ts', '   3.0 s  test/middle.test.ts']);
  expect(slowest(undefined)).toEqual([]);
});
