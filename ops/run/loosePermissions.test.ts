import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loosePermissions } from './loosePermissions.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everroom-modes-'));
  file = join(folder, 'everroom.env');
});

afterEach(() => rmSync(folder, { recursive: true }));

function problemsWith(text: string, fileMode: number, folderMode: number): string[] {
  writeFileSync(file, text);
  chmodSync(file, fileMode);
  chmodSync(folder, folderMode);
  return loosePermissions(file, folder);
}

test('other users must not read secrets or change the data folder', () => {
  const secret = `PORT=3000\nexport API_SECRET=${'x'.repeat(32)}\n`;
  expect(problemsWith(secret, 0o600, 0o700)).toEqual([]);
  expect(problemsWith('PORT=3000\n', 0o644, 0o755)).toEqual([]);
  expect(problemsWith(secret, 0o640, 0o700)).toEqual([expect.stringContaining(`chmod 600 ${file}`)]);
  expect(problemsWith('REDIS_URL=redis://:hunter2@host\n', 0o604, 0o777)).toEqual([
    expect.stringContaining('chmod 600'),
    expect.stringContaining(`chmod 700 ${folder}`),
  ]);
  expect(loosePermissions(join(folder, 'none'), join(folder, 'none'))).toEqual([]);
});
