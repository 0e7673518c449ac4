import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive } from '../../ops/run/isAlive.ts';
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
    env: { ...process.env, TINY_BROKEN_WHILE: join(folder, 'broken'), TINY_PONGS: pongs(), TINY_SERVED: served() },
    silence: { servingMs: UNRESPONSIVE_MS, startingMs: 60_000 },
    standbyDelayMs: 10,
    idleMs: 10,
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

/** The pid of each sidecar that was told to serve, one a line. */
const served = (): string => join(folder, 'served');

const told = (): number[] =>
  existsSync(served()) ? readFileSync(served(), 'utf8').trimEnd().split('\n').map(Number) : [];

const lastServed = (): number | undefined => told().at(-1);

async function answersPings(): Promise<void> {
  const count = (): number => (existsSync(pongs()) ? statSync(pongs()).size : 0);
  const before = count();
  await waitUntil(() => count() > before || 'the sidecar answers no ping');
}

async function another(pid: number | undefined): Promise<void> {
  await waitUntil(() => (keeper.pid !== undefined && keeper.pid !== pid) || 'no other sidecar runs');
}

test('a sidecar at work that is killed is replaced at once by one that stood by', async () => {
  keeper.start();
  for (const round of [1, 2]) {
    const { pid } = keeper;
    await waitUntil(() => keeper.standbyPid !== undefined || `no other sidecar stands by in round ${round}`);
    const standby = keeper.standbyPid;
    signalProcess(pid, 'SIGKILL');
    await another(pid);
    expect(keeper.pid).toBe(standby);
    await waitUntil(() => lastServed() === standby || `${told()} were told to serve`);
    expect(told()).toHaveLength(round + 1);
  }
  expect(lines).toContain('the reencoder ended (SIGKILL)');
});

test('a sidecar without tracks has no other one standing by, and is replaced all the same', async () => {
  keeper.start();
  await waitUntil(() => keeper.standbyPid !== undefined || 'no other sidecar stands by');
  signalProcess(keeper.pid, 'SIGUSR2');
  await waitUntil(() => keeper.standbyPid === undefined || 'another one still stands by');
  const { pid } = keeper;
  signalProcess(pid, 'SIGKILL');
  await another(pid);
});

test('a sidecar that ends while it stands by is replaced, and nobody else notices', async () => {
  keeper.start();
  const { pid } = keeper;
  await waitUntil(() => keeper.standbyPid !== undefined || 'no other sidecar stands by');
  const standby = keeper.standbyPid;
  signalProcess(standby, 'SIGKILL');
  await waitUntil(() => (keeper.standbyPid ?? standby) !== standby || 'no other one stands by');
  expect(keeper.pid).toBe(pid);
});

test('one that stands by takes over from a sidecar that stops, which ends when it is back', async () => {
  keeper.start();
  const pid = keeper.pid ?? 0;
  await waitUntil(() => lastServed() === pid || 'it does not serve');
  await waitUntil(() => keeper.standbyPid !== undefined || 'no other sidecar stands by');
  const standby = keeper.standbyPid;
  signalProcess(pid, 'SIGSTOP');
  await another(pid);
  expect(keeper.pid).toBe(standby);
  await waitUntil(() => lastServed() === standby || 'it was not told to serve');
  expect(isAlive(pid)).toBe(true);
  await waitUntil(() => keeper.standbyPid !== undefined || 'no other sidecar stands by again');
  signalProcess(pid, 'SIGCONT');
  await waitUntil(() => !isAlive(pid) || 'it goes on beside the other one');
  expect(keeper.pid).toBe(standby);
});

test('a sidecar that stops for a while stays while no other one stands by; a hanging one is replaced', async () => {
  keeper.start();
  const pid = keeper.pid ?? 0;
  await waitUntil(() => lastServed() === pid || 'it does not serve');
  signalProcess(pid, 'SIGUSR2');
  await waitUntil(() => keeper.standbyPid === undefined || 'another one still stands by');
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
  await waitUntil(() => lines.filter((line) => line.includes('exit 7')).length >= 4 || `${lines}`, 45_000);
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
