import { randomUUID } from 'node:crypto';
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
 * Runs all tests as two runs side by side: whole meetings, one after another, and the rest on the CPU that these leave.
 * @type {readonly { projects: string[], niceness: number }[]}
 */
const LANES = [
  { projects: ['failover', 'browser', 'reencoder'], niceness: 0 },
  { projects: ['model', 'pure', 'contract', 'integration', 'setup'], niceness: 10 },
];

/**
 * Runs vitest; its last line says `N passed, N failed`. A test that was skipped has not passed.
 * @param {Runtime} runtime
 * @param {string[]} args for vitest; without any, everything is run
 */
export async function test(runtime, args) {
  const folder = mkdtempSync(join(tmpdir(), 'everroom-test-'));
  try {
    const runs =
      args.length > 0
        ? [runVitest(runtime, folder, args, 0)]
        : LANES.map(({ projects, niceness }) =>
            runVitest(
              runtime,
              folder,
              projects.map((name) => `--project=${name}`),
              niceness,
            ),
          );
    const outcomes = await Promise.all(runs);
    const slow = slowest(outcomes.flatMap(({ report }) => report?.testResults ?? []));
    if (slow.length > 1) process.stdout.write(`The slowest files:\n${slow.map((line) => `  ${line}\n`).join('')}`);
    const counts = outcomes.map(({ report, code }) => count(report, code));
    for (const note of counts.flatMap(({ notes }) => notes)) process.stdout.write(`${note}\n`);
    const passed = counts.reduce((sum, one) => sum + one.passed, 0);
    const failed = counts.reduce((sum, one) => sum + one.failed, 0);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed > 0 ? Math.max(1, ...outcomes.map(({ code }) => code)) : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {Runtime} runtime
 * @param {string} folder
 * @param {string[]} args
 * @param {number} niceness
 * @returns {Promise<{ report: (Outcome & Timing) | undefined, code: number }>}
 */
async function runVitest(runtime, folder, args, niceness) {
  const path = join(folder, `${randomUUID()}.json`);
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const options = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${path}`, ...args];
  const code = await become(runtime.node, [vitest, ...options], { cwd: ROOT, env: runtime.env, niceness });
  return { report: readReport(path), code };
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
 * @param {Timing['testResults']} testResults
 */
export function slowest(testResults, limit = 10) {
  const files = testResults.map(({ name, startTime, endTime }) => ({
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
