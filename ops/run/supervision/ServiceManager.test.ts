import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitUntil } from '../../../test/support/waitUntil.ts';
import { ServiceManager } from './ServiceManager.ts';

let folder: string;
let manager: ServiceManager | undefined;
/** Of this test alone: the last command of the test before may still fail. */
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everroom-systemd-'));
  lines = [];
});
afterEach(() => {
  manager?.stopping();
  rmSync(folder, { recursive: true, force: true });
});

/** Stands in for systemd's command, which needs a systemd: writes down what it is told. */
function start(env: Record<string, string>): () => string[] {
  const told = join(folder, 'told');
  const mine = lines;
  writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> "${told}"\n`);
  chmodSync(join(folder, 'systemd-notify'), 0o755);
  manager = new ServiceManager({
    env: { PATH: `${folder}${delimiter}${process.env.PATH}`, ...env },
    log: (line) => mine.push(line),
  });
  return () => (existsSync(told) ? readFileSync(told, 'utf8').trimEnd().split('\n') : []);
}

test('systemd hears that the service is ready, and again and again that it lives', async () => {
  const told = start({ NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '300000' });
  manager?.ready('serves');
  await waitUntil(() => told().includes('/run/systemd/notify READY=1 STATUS=serves') || told().join());
  await waitUntil(() => told().filter((line) => line.endsWith(' WATCHDOG=1')).length >= 2 || told().join());
  expect(lines).toEqual([]);
});

test('without systemd nothing is told, and a command that is missing is logged once', async () => {
  const told = start({});
  manager?.ready('serves');
  expect(told()).toEqual([]);

  manager = new ServiceManager({
    env: { PATH: '/nonexistent', NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '30000' },
    log: (line) => lines.push(line),
  });
  manager.ready('serves');
  await waitUntil(() => lines.length > 0 || 'nothing is logged');
  expect(lines).toEqual([expect.stringContaining('systemd cannot be told')]);
});
