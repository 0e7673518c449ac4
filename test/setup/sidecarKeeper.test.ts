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

let folder: string;
let keeper: SidecarKeeper;
const lines: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everroom-keeper-'));
  lines.length = 0;
  keeper = new SidecarKeeper({
    script,
    env: { ...process.env, TINY_BROKEN_WHILE: join(folder, 'broken') },
    unresponsiveMs: 4_000,
    log: (line) => lines.push(line),
    onChange: () => undefined,
  });
});

afterEach(async () => {
  await keeper.stop(1_000);
  await rm(folder, { recursive: true, force: true });
});

async function another(pid: number | undefined): Promise<void> {
  await waitUntil(() => (keeper.pid !== undefined && keeper.pid !== pid) || 'another sidecar runs');
}

test('a sidecar that is killed is replaced', async () => {
  keeper.start();
  const { pid } = keeper;
  signalProcess(pid, 'SIGKILL');
  await another(pid);
  expect(lines).toContain('the reencoder ended (SIGKILL)');
});

test('one that is stopped for a while stays; one that hangs is replaced', async () => {
  keeper.start();
  const pid = keeper.pid ?? 0;
  await sleep(1_500); // It has said that it is ready.
  process.kill(pid, 'SIGSTOP');
  await sleep(2_500);
  expect(keeper.pid).toBe(pid);
  process.kill(pid, 'SIGCONT');
  await sleep(1_500);
  process.kill(pid, 'SIGSTOP');
  await another(pid);
});

test('one that crashes at its start is tried again, ever more rarely, until it starts', async () => {
  await writeFile(join(folder, 'broken'), '');
  keeper.start();
  await waitUntil(() => lines.filter((line) => line.includes('exit 7')).length >= 4 || `${lines}`);
  await rm(join(folder, 'broken'));
  await waitUntil(() => keeper.pid !== undefined || 'it runs');
});

test('it ends with its keeper, and hanging does not help it', async () => {
  keeper.start();
  const pid = keeper.pid ?? 0;
  await sleep(500);
  process.kill(pid, 'SIGSTOP');
  await keeper.stop(300);
  expect(() => process.kill(pid, 0)).toThrow();
  expect(keeper.pid).toBeUndefined();
});
