import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SidecarKeeper } from '../../ops/run/supervision/SidecarKeeper.ts';
import { signalProcess } from '../support/signalProcess.ts';
import { waitUntil } from '../support/waitUntil.ts';

const script = fileURLToPath(new URL('fixtures/tinySidecar.ts', import.meta.url));

const UNRESPONSIVE_MS = 4_000;
/** Well below the silence for which a sidecar is killed. */
const SHORT_STOP_MS = 0.6 * UNRESPONSIVE_MS;

let folder: string;
let keeper: SidecarKeeper;
const lines: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everroom-keeper-'));
  lines.length = 0;
  keeper = new SidecarKeeper({
    script,
    node: process.execPath,
    env: { ...process.env, TINY_BROKEN_WHILE: join(folder, 'broken'), TINY_PONGS: pongs() },
    unresponsiveMs: UNRESPONSIVE_MS,
    log: (line) => lines.push(line),
    onChange: () => undefined,
  });
});

afterEach(async () => {
  await keeper.stop(1_000);
  await rm(folder, { recursive: true, force: true });
});

/** Grows by one byte with each ping that a sidecar answers. */
const pongs = (): string => join(folder, 'pongs');

async function answersPings(): Promise<void> {
  const count = (): number => (existsSync(pongs()) ? statSync(pongs()).size : 0);
  const before = count();
  await waitUntil(() => count() > before || 'the sidecar answers no ping');
}

async function another(pid: number | undefined): Promise<void> {
  await waitUntil(() => (keeper.pid !== undefined && keeper.pid !== pid) || 'no other sidecar runs');
}

test('a killed sidecar is replaced', async () => {
  keeper.start();
  const { pid } = keeper;
  signalProcess(pid, 'SIGKILL');
  await another(pid);
  expect(lines).toContain('the reencoder ended (SIGKILL)');
});

test('a sidecar that stops for a while stays; a hanging one is replaced', async () => {
  keeper.start();
  const pid = keeper.pid ?? 0;
  await answersPings();
  process.kill(pid, 'SIGSTOP');
  await sleep(SHORT_STOP_MS);
  process.kill(pid, 'SIGCONT');
  await answersPings();
  expect(keeper.pid).toBe(pid);
  process.kill(pid, 'SIGSTOP');
  await another(pid);
});

test('a sidecar that crashes at its start is retried after growing pauses until it starts', async () => {
  await writeFile(join(folder, 'broken'), '');
  keeper.start();
  await waitUntil(() => lines.filter((line) => line.includes('exit 7')).length >= 4 || `${lines}`);
  await rm(join(folder, 'broken'));
  await waitUntil(() => keeper.pid !== undefined || 'it does not run');
});

test('a sidecar ends with its keeper, even while it hangs', async () => {
  keeper.start();
  const pid = keeper.pid ?? 0;
  await answersPings();
  process.kill(pid, 'SIGSTOP');
  await keeper.stop(300);
  expect(() => process.kill(pid, 0)).toThrow();
  expect(keeper.pid).toBeUndefined();
});
