import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missingToWrite, reportFrom } from './reportFiles.ts';
import { madeUpResult } from './result.fixtures.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everroom-report-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('a page is made from the JSON of an earlier drill', async () => {
  const [from, report] = [join(folder, 'result.json'), join(folder, 'page.html')];
  await writeFile(from, JSON.stringify(madeUpResult(2)));
  expect(await reportFrom(['--from', from, '--report', report])).toBeNull();
  expect(await readFile(report, 'utf8')).toContain('The server process was killed.');
});

test('a file that cannot be written is said before a drill begins, and an existing one keeps its text', async () => {
  expect(await missingToWrite({ json: undefined, report: join(folder, 'no', 'page.html') })).toContain('no such file');
  expect(await missingToWrite({ json: folder, report: undefined })).toContain('it is a folder');
  const kept = join(folder, 'kept.json');
  await writeFile(kept, 'kept');
  expect(await missingToWrite({ json: kept, report: undefined })).toBeNull();
  expect(await readFile(kept, 'utf8')).toBe('kept');
});

test('what is no JSON of a drill is said in a sentence', async () => {
  const report = join(folder, 'other.html');
  const wrong = join(folder, 'wrong.json');
  await writeFile(wrong, '{"bench": "join"}');
  expect(await reportFrom(['--from', wrong, '--report', report])).toContain('is not the JSON of a drill');
  await writeFile(wrong, 'not JSON');
  expect(await reportFrom(['--from', wrong, '--report', report])).toContain('is not JSON');
  expect(await reportFrom(['--from', join(folder, 'none.json'), '--report', report])).toContain('cannot be read');
  expect(await reportFrom(['--from', wrong])).toContain('goes with --report');
  expect(await reportFrom(['server', '--from', wrong, '--report', report])).toContain('without a fault');
});
