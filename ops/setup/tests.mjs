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

/** More files than this do not fail by chance. */
const MOST_AGAIN = 5;

/**
 * Runs vitest; its last line says `N passed, N failed`. A test that was skipped has not passed. In a whole run the
 * files that failed run once more at the end, by themselves: a shared machine may stand still for longer than a test
 * waits. What passes only then is named.
 * @param {Runtime} runtime
 * @param {string[]} args
 */
export async function test(runtime, args) {
  const folder = mkdtempSync(join(tmpdir(), 'everroom-test-'));
  /** @param {string} name @param {string[]} more */
  const run = async (name, more) => {
    const report = join(folder, `${name}.json`);
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    const options = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...more];
    // Hundreds of servers start: what one has compiled the next one loads.
    const env = { ...runtime.env, NODE_COMPILE_CACHE: join(folder, 'compiled') };
    const code = await become(runtime.node, [vitest, ...options], { cwd: ROOT, env });
    return { code, results: readReport(report) };
  };
  try {
    let { code, results } = await run('report', args);
    const again = failedFiles(results);
    if (results && args.length === 0 && again.length > 0 && again.length <= MOST_AGAIN) {
      process.stdout.write(`\nOnce more, by themselves: ${again.join(', ')}\n`);
      const second = await run('again', again);
      for (const name of passedOnlyIn(second.results, results)) process.stdout.write(`failed at first: ${name}\n`);
      results = merged(results, second.results);
      code = second.code;
    }
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
 * Returns the files that failed, from the root of the repository.
 * @param {Outcome | undefined} report
 */
function failedFiles(report) {
  return (report?.testResults ?? [])
    .filter(({ status }) => status === 'failed')
    .map(({ name }) => relative(ROOT, name));
}

/**
 * Returns the tests that passed in this run and had failed in the other one.
 * @param {Outcome | undefined} second
 * @param {Outcome} first
 */
export function passedOnlyIn(second, first) {
  const testsOf = (/** @type {Outcome | undefined} */ report, /** @type {string} */ wanted) =>
    (report?.testResults ?? [])
      .flatMap(({ assertionResults }) => assertionResults)
      .flatMap(({ status, fullName }) => (status === wanted ? [fullName] : []));
  const passed = new Set(testsOf(second, 'passed'));
  return testsOf(first, 'failed').filter((name) => passed.has(name));
}

/**
 * Returns the first report with the files of the second one in place of its own.
 * @template {Outcome} R
 * @param {R} first
 * @param {R | undefined} second
 * @returns {R}
 */
export function merged(first, second) {
  const files = new Map(second?.testResults.map((file) => [file.name, file]));
  return { ...first, testResults: first.testResults.map((file) => files.get(file.name) ?? file) };
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
