import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ROOT } from './places.mjs';
import { become } from './processes.mjs';

/** @import { Runtime } from './runtime.mjs' */

/**
 * The fields that we read of vitest's report, by file.
 * @typedef {{ status: string, fullName: string }} TestResult
 * @typedef {{ testResults: { name: string, status: string, assertionResults: TestResult[] }[] }} Outcome
 * @typedef {{ testResults: { name: string, startTime: number, endTime: number }[] }} Timing
 */

/**
 * Runs vitest; its last line says `N passed, N failed`. A test that was skipped has not passed.
 * @param {Runtime} runtime
 * @param {string[]} args
 */
export async function test(runtime, args) {
  const folder = mkdtempSync(join(tmpdir(), 'everroom-test-'));
  const report = join(folder, 'report.json');
  try {
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    const options = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args];
    // Hundreds of servers start: what one has compiled the next one loads.
    const env = { ...runtime.env, NODE_COMPILE_CACHE: join(folder, 'compiled') };
    const code = await become(runtime.node, [vitest, ...options], { cwd: ROOT, env });
    const results = readReport(report);
    const { passed, failed, notes } = count(results, code);
    const slow = slowest(results);
    if (slow.length > 1) process.stdout.write(`The slowest files:\n${slow.map((line) => `  ${line}\n`).join('')}`);
    for (const note of notes) process.stdout.write(`${note}\n`);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed > 0 ? code || 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Looks at every screen of the page on each device and in each language. `test` leaves some languages out.
 * @param {Runtime} runtime
 * @param {string[]} args
 */
export function wholeGallery({ env, ...runtime }, args) {
  return test({ ...runtime, env: { ...env, EVERROOM_GALLERY: 'whole' } }, ['--project', 'gallery', ...args]);
}

/**
 * @param {string} path
 * @returns {(Outcome & Timing) | undefined}
 */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // vitest ended before it wrote a report.
  }
}

/**
 * Returns the slowest files, timed from the first test to the end of the last: `  12.3 s  test/model/replicas.test.ts`.
 * @param {Timing | undefined} report
 */
export function slowest(report, limit = 10) {
  const files = (report?.testResults ?? []).map(({ name, startTime, endTime }) => ({
    name: relative(ROOT, name),
    seconds: (endTime - startTime) / 1_000,
  }));
  files.sort((one, other) => other.seconds - one.seconds);
  return files.slice(0, limit).map(({ name, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${name}`);
}

/**
 * Counts the results so that no failure of any kind adds up to zero failures.
 * @param {Outcome | undefined} report
 * @param {number} exitCode
 */
export function count(report, exitCode) {
  if (!report) return { passed: 0, failed: 1, notes: [`the test runner ended with ${exitCode} and without a report`] };
  /** @type {string[]} */
  const notes = [];
  let passed = 0;
  let failed = 0;
  for (const file of report.testResults) {
    if (file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed')) {
      failed += 1;
      notes.push(`failed outside of a test: ${file.name}`);
    }
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') passed += 1;
      else failed += 1;
      if (status !== 'passed' && status !== 'failed') notes.push(`not run (${status}): ${fullName}`);
    }
  }
  if (failed === 0 && passed === 0) {
    failed += 1;
    notes.push('no test was run');
  } else if (failed === 0 && exitCode !== 0) {
    failed += 1;
    notes.push(`the test runner ended with ${exitCode}: something went wrong outside of the tests`);
  }
  return { passed, failed, notes };
}
