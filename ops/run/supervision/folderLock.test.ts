import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FolderInUse, lockFolder } from './folderLock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everroom-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a folder that a living process holds is refused until the process releases it', () => {
  const unlock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  unlock();
  lockFolder(folder)();
  expect(readdirSync(folder)).toEqual([]);
});

test('the lock of a process that was killed counts for nothing', async () => {
  const module = new URL('folderLock.ts', import.meta.url);
  const code = `import(${JSON.stringify(module.href)}).then((m) => { m.lockFolder(process.argv[1]); console.log('held'); setInterval(() => {}, 1000); })`;
  const holder = spawn(process.execPath, ['-e', code, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  expect(() => lockFolder(folder)).toThrow(`process ${holder.pid}`);
  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
  lockFolder(folder)();
});

test('a process that reuses the id of a dead holder does not hold its lock', () => {
  writeFileSync(join(folder, 'lock'), `${process.pid} 12345\n`);
  const unlock = lockFolder(folder);
  expect(existsSync(join(folder, 'lock'))).toBe(true);
  unlock();
});

test('half a lock file is no lock', () => {
  writeFileSync(join(folder, 'lock'), '');
  const unlock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(FolderInUse);
  unlock();
});
