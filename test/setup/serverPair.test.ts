import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../ops/kit/freePort.ts';
import { ServerPair } from '../../ops/run/supervision/ServerPair.ts';
import { signalProcess } from '../support/signalProcess.ts';
import { waitUntil } from '../support/waitUntil.ts';

const script = fileURLToPath(new URL('fixtures/tinyServer.ts', import.meta.url));

let folder: string;
let port: number;
let pair: ServerPair;
let hopeless: { code: string; message: string } | undefined;
const lines: string[] = [];
const drained: number[][] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everroom-pair-'));
  port = await freePort();
  hopeless = undefined;
  lines.length = 0;
  drained.length = 0;
  pair = new ServerPair({
    program: { script },
    env: { ...process.env, TINY_PORT: String(port), TINY_BROKEN_WHILE: join(folder, 'broken') },
    silence: { servingMs: 1500, startingMs: 60_000 },
    standbyDelayMs: 200,
    log: (line) => lines.push(line),
    onReady: () => undefined,
    onChange: () => undefined,
    onDrained: ({ people, moved }) => drained.push([people, moved]),
    onHopeless: (failure) => {
      hopeless = failure;
    },
  });
});

afterEach(async () => {
  await pair.stop(2000, 2000);
  await rm(folder, { recursive: true, force: true });
});

async function answeringPid(): Promise<number | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}`, { signal: AbortSignal.timeout(5_000) });
    return Number(await response.text());
  } catch {
    return undefined;
  }
}

const bothAreThere = () =>
  waitUntil(
    () =>
      (pair.active?.phase === 'ready' && pair.standby?.phase === 'standing-by') ||
      'active and standby are not both there',
  );

test('[R1] the standby serves when the active server is killed, and a new standby loads', async () => {
  pair.start();
  await bothAreThere();
  const killed = pair.active?.pid ?? 0;
  const heir = pair.standby?.pid;
  expect(await answeringPid()).toBe(killed);

  process.kill(killed, 'SIGKILL');
  await waitUntil(async () => (await answeringPid()) === heir || 'the standby does not answer');
  expect(pair.active?.pid).toBe(heir);
  await bothAreThere();
  expect(pair.standby?.pid).not.toBe(killed);
});

test('[R1] a helper process that hangs does not outlive its killed server', async () => {
  pair.start();
  await bothAreThere();
  const killed = pair.active?.pid ?? 0;
  const helper = Number(await readFile(`${join(folder, 'broken')}.helper-${killed}`, 'utf8'));
  process.kill(helper, 'SIGSTOP');
  process.kill(killed, 'SIGKILL');
  await waitUntil(() => !isRunning(helper) || 'the helper still runs');
});

/** A process that has ended but is not reaped yet does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('[R1] five kills in a row leave a server that answers', async () => {
  pair.start();
  for (let round = 0; round < 5; round += 1) {
    await waitUntil(() => pair.active?.phase === 'ready' || `no server is ready in round ${round}`);
    signalProcess(pair.active?.pid, 'SIGKILL');
    await waitUntil(() => pair.active?.phase !== 'ready' || 'its end is not noticed');
  }
  await bothAreThere();
  expect(await answeringPid()).toBe(pair.active?.pid);
});

test('a killed standby is replaced, and the active server stays', async () => {
  pair.start();
  await bothAreThere();
  const active = pair.active?.pid;
  const killed = pair.standby?.pid ?? 0;
  process.kill(killed, 'SIGKILL');
  await waitUntil(() => (pair.standby !== undefined && pair.standby.pid !== killed) || 'no other standby comes');
  await bothAreThere();
  expect(await answeringPid()).toBe(active);
});

test('[R1] a server that hangs is killed and its standby serves', async () => {
  pair.start();
  await bothAreThere();
  const hanging = pair.active?.pid ?? 0;
  process.kill(hanging, 'SIGSTOP');
  await waitUntil(
    () => (pair.active !== undefined && pair.active.pid !== hanging) || 'the hanging server is not replaced',
  );
  await waitUntil(async () => (await answeringPid()) === pair.active?.pid || 'the standby does not answer');
});

test('[R1] a server that computes for longer than it may be silent is not killed', async () => {
  pair.start();
  await bothAreThere();
  const busy = pair.active?.pid;
  const answer = await fetch(`http://127.0.0.1:${port}/busy/2500`);
  expect(Number(await answer.text())).toBe(busy);
  expect(await answeringPid()).toBe(busy);
  expect(lines).toEqual([]);
});

test('[R1] a server that computes without end is killed and its standby serves', async () => {
  pair.start();
  await bothAreThere();
  const busy = pair.active?.pid;
  fetch(`http://127.0.0.1:${port}/busy/1000000`).catch(() => undefined);
  await waitUntil(() => (pair.active !== undefined && pair.active.pid !== busy) || 'it is not replaced');
  expect(lines.join()).toContain(`server process ${busy} has been busy for`);
});

test('[R1] a server of another program takes over while the first one serves, and one that fails changes nothing', async () => {
  pair.start();
  await bothAreThere();
  const first = pair.active?.pid;
  const hadRehearsed = async () => (await fetch(`http://127.0.0.1:${port}/rehearsed`)).text();
  expect(await hadRehearsed()).toBe('false');
  const times = { startMs: 60_000, drainMs: 1_000, closeMs: 1_000 };
  const failing = pair.handOver({ script: '/nonexistent.ts' }, { ...times, served: () => expect.fail('it serves') });
  await expect(failing).rejects.toThrow('the new server does not start: exit 1');
  const idle = join(folder, 'idle.mjs');
  await writeFile(idle, 'setInterval(() => undefined, 1_000)');
  const waiting = pair.handOver({ script: idle }, { ...times, startMs: 500, served: () => expect.fail('it serves') });
  await expect(waiting).rejects.toThrow('it does not serve after 0.5 s');
  expect(await answeringPid()).toBe(first);

  let url = '';
  await pair.handOver({ script }, { ...times, served: (address) => (url = address) });
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(drained).toEqual([[4, 3]]);
  await bothAreThere();
  expect(pair.active?.pid).not.toBe(first);
  expect(await answeringPid()).toBe(pair.active?.pid);
  expect(await hadRehearsed()).toBe('true');
  signalProcess(pair.active?.pid, 'SIGKILL');
  await bothAreThere();
});

test('a taken port ends the first start with that reason', async () => {
  const squatter = createServer().listen(port, '127.0.0.1');
  await once(squatter, 'listening');
  pair.start();
  await waitUntil(() => hopeless !== undefined || 'the pair does not give up');
  expect(hopeless?.code).toBe('EADDRINUSE');
  squatter.close();
});

test('a server that crashes before it was ever ready ends the first start after three attempts', async () => {
  await writeFile(join(folder, 'broken'), '');
  pair.start();
  await waitUntil(() => hopeless !== undefined || 'the pair does not give up');
  expect(lines.filter((line) => line.includes('exit 7'))).toHaveLength(2);
  expect(hopeless?.message).toContain('exit 7');
});

test('starts are retried after crashes until one succeeds, once a server was ready', async () => {
  pair.start();
  await bothAreThere();
  await writeFile(join(folder, 'broken'), '');
  signalProcess(pair.standby?.pid, 'SIGKILL');
  signalProcess(pair.active?.pid, 'SIGKILL');
  await waitUntil(
    () => lines.filter((line) => line.includes('exit 7')).length >= 3 || 'fewer than three starts have failed',
  );
  expect(hopeless).toBeUndefined();
  await rm(join(folder, 'broken'));
  await waitUntil(async () => (await answeringPid()) === pair.active?.pid || 'no server answers again');
});
