import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort, freePorts } from '../../ops/kit/freePort.ts';
import { privateSocket } from '../../ops/run/privateSocket.ts';
import { askSupervisor } from '../../ops/run/supervision/control.ts';
import { TestClient } from '../integration/signaling/TestClient.ts';
import { signalProcess } from '../support/signalProcess.ts';
import { waitUntil } from '../support/waitUntil.ts';

const script = fileURLToPath(new URL('../../ops/run/supervisor.ts', import.meta.url));

interface State {
  pid: number;
  serverPid: number | null;
  standbyPid: number | null;
  sidecarPid: number | null;
  redisPid: number | null;
  url: string | null;
}

interface Supervisor {
  process: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}

let folder: string;
let env: NodeJS.ProcessEnv;
const started: Supervisor[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everroom-supervisor-'));
  const [mediaPort] = await freePorts(4);
  env = {
    ...process.env,
    EVERROOM_DATA: join(folder, 'data'),
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    MEDIA_PORT: String(mediaPort),
    WORKERS: '1',
    LOG_LEVEL: 'warn',
    REDIS_URL: '',
  };
});

afterEach(async () => {
  for (const { process: child, ended } of started.splice(0)) {
    child.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

function start(more: NodeJS.ProcessEnv = {}): Supervisor {
  const child = spawn(process.execPath, [script], { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const supervisor = {
    process: child,
    output: () => output,
    ended: new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code))),
  };
  started.push(supervisor);
  return supervisor;
}

function readState(): State | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'data', 'run', 'supervisor.json'), 'utf8')) as State;
  } catch {
    return undefined; // Not written yet.
  }
}

async function ready(supervisor: Supervisor): Promise<State> {
  await waitUntil(() => supervisor.output().includes('Everroom is ready') || supervisor.output(), 30_000);
  const state = readState();
  if (!state) throw new Error('a supervisor that is ready has written its state');
  return state;
}

function isAlive(pid: number | null): boolean {
  try {
    return pid !== null && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

const answers = async () => (await fetch(`http://127.0.0.1:${env.PORT}/livez`)).ok;

test('the supervisor starts everything, prints the address, and ends on SIGTERM with exit code 0', async () => {
  const supervisor = start();
  const state = await ready(supervisor);
  expect(await answers()).toBe(true);
  supervisor.process.kill('SIGTERM');
  expect(await supervisor.ended).toBe(0);
  expect([state.serverPid, state.standbyPid, state.redisPid].filter(isAlive)).toEqual([]);
  expect(readState()).toBeUndefined();
});

test('[R1] everything ends with a killed supervisor, and a new one serves from the same data', async () => {
  const first = start();
  await ready(first);
  await waitUntil(() => typeof readState()?.standbyPid === 'number' || 'there is no standby');
  const state = readState();
  first.process.kill('SIGKILL');
  await first.ended;
  const second = start();
  await ready(second);
  expect(await answers()).toBe(true);
  expect([state?.serverPid, state?.standbyPid, state?.redisPid].filter((pid) => isAlive(pid ?? null))).toEqual([]);
});

test('[R1] a hanging server that a killed supervisor left behind does not keep the next one from its port', async () => {
  const first = start();
  const { serverPid } = await ready(first);
  signalProcess(serverPid, 'SIGSTOP');
  // The hanging server holds the supervisor's output open, so it does not close yet.
  const killed = once(first.process, 'exit');
  first.process.kill('SIGKILL');
  await killed;
  await ready(start());
  expect(await answers()).toBe(true);
  expect(isAlive(serverPid)).toBe(false);
});

test('[R1] Redis and the server come back after both were killed at the same moment', async () => {
  const supervisor = start();
  const { serverPid, redisPid } = await ready(supervisor);
  signalProcess(serverPid, 'SIGKILL');
  signalProcess(redisPid, 'SIGKILL');
  await waitUntil(() => {
    const now = readState();
    return (
      (isAlive(now?.serverPid ?? null) && now?.serverPid !== serverPid && now?.redisPid !== redisPid) ||
      'not both are back'
    );
  });
  await waitUntil(async () => (await answers().catch(() => false)) || 'the server does not answer', 20_000);
});

test('a data folder in use, a taken port and a wrong setting each end the supervisor with a message', async () => {
  const first = start();
  const { pid } = await ready(first);
  const sameFolder = start({ PORT: '0' });
  expect(await sameFolder.ended).toBe(1);
  expect(sameFolder.output()).toContain(`is in use by another Everroom (process ${pid})`);

  const samePort = start({ EVERROOM_DATA: join(folder, 'other') });
  expect(await samePort.ended).toBe(1);
  expect(samePort.output()).toContain(`Port ${env.PORT} is taken by another program`);

  const wrong = start({ EVERROOM_DATA: join(folder, 'third'), WORKERS: 'many', GRACE_MS: '-1' });
  expect(await wrong.ended).toBe(1);
  expect(wrong.output()).toMatch(/WORKERS must be.*\n.*GRACE_MS must be/);
  expect(await answers()).toBe(true);
});

test('[R1] a reencoder runs beside the server, is replaced alone when killed, and ends with the rest', async () => {
  const supervisor = start();
  const { serverPid } = await ready(supervisor);
  await waitUntil(() => isAlive(readState()?.sidecarPid ?? null) || 'no reencoder runs');
  const killed = readState()?.sidecarPid ?? 0;
  process.kill(killed, 'SIGKILL');
  await waitUntil(() => {
    const now = readState()?.sidecarPid ?? null;
    return (now !== killed && isAlive(now)) || 'no other reencoder runs';
  });
  const state = readState();
  expect(state?.serverPid).toBe(serverPid);
  supervisor.process.kill('SIGTERM');
  expect(await supervisor.ended).toBe(0);
  expect(isAlive(state?.sidecarPid ?? null)).toBe(false);
});

test('no reencoder runs if the settings want none', async () => {
  const supervisor = start({ REENCODER: 'off' });
  expect((await ready(supervisor)).sidecarPid).toBeNull();
  // A reencoder would have started before the standby loaded.
  await waitUntil(() => typeof readState()?.standbyPid === 'number' || 'there is no standby', 20_000);
  expect(readState()?.sidecarPid).toBeNull();
});

/** Runs a command of `everroom` as an operator does. */
async function command(name: 'drain' | 'upgrade', ...args: string[]): Promise<{ code: number | null; said: string }> {
  const file = fileURLToPath(new URL('../../ops/cli/main.ts', import.meta.url));
  const child = spawn(process.execPath, [file, name, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

test('a new version takes over from a running one; one that does not start leaves it serving, and says why', async () => {
  const supervisor = start();
  const before = await ready(supervisor);
  const broken = join(folder, 'broken');
  await mkdir(join(broken, 'ops', 'run'), { recursive: true });
  await writeFile(join(broken, 'ops', 'run', 'server.ts'), 'process.exit(7);\n');
  const control = privateSocket(join(folder, 'data'), 'control');
  const request = { type: 'upgrade', checkout: broken, node: process.execPath, ifOther: true } as const;
  await expect(askSupervisor(control, request, () => undefined)).rejects.toThrow('does not start: exit 7');
  expect(readState()?.serverPid).toBe(before.serverPid);
  expect(await answers()).toBe(true);

  // The same checkout again stands in for another one.
  expect(await command('upgrade')).toMatchObject({ code: 0, said: expect.stringContaining('the new server serves') });
  expect(isAlive(before.serverPid)).toBe(false);
  expect(readState()?.serverPid).not.toBe(before.serverPid);
  expect(await answers()).toBe(true);

  expect(await command('drain', '--timeout', '5')).toMatchObject({ code: 0 });
  expect(await supervisor.ended).toBe(0);
  expect(await command('drain')).toMatchObject({ code: 1, said: expect.stringContaining('No Everroom runs') });
});

test('[R1] clients stand by at the standby, which lets them in once the active server ends, and gives way to an upgrade', async () => {
  const media = { rtpCapabilities: { codecs: [], headerExtensions: [] } };
  const clients: TestClient[] = [];
  const connect = async (url: string, token: string, standby = false): Promise<TestClient> => {
    const client = await TestClient.connect(url, token, { auth: { standby } });
    clients.push(client);
    return client;
  };
  const placeOf = async (client: TestClient, butNot = ''): Promise<string> => {
    const last = () =>
      client
        .all('standbyPlaces')
        .at(-1)
        ?.urls.find((url) => url !== butNot);
    await waitUntil(() => last() !== undefined || 'there is no second place', 60_000);
    return last() ?? '';
  };
  try {
    const supervisor = start({ REENCODER: 'off', BUSY_MS: '10000' });
    const { serverPid } = await ready(supervisor);
    const url = `http://localhost:${env.PORT}`;
    const response = await fetch(`${url}/api/rooms`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ hotStandby: 'on' }),
    });
    const { token } = (await response.json()) as { token: string };
    const client = await connect(url, token);
    const { resumeToken, version } = await client.ask('join', { name: 'Ann', ...media });
    const place = await placeOf(client);
    const heir = readState()?.standbyPid;

    const refused = await connect(place, resumeToken, true);
    await refused.ask('standBy', media);
    // While the server of the session lives, the session stays there.
    await expect(refused.ask('resume', { version, ...media, promote: true })).rejects.toThrow('DRAINING');
    await expect(connect(place, resumeToken)).rejects.toMatchObject({ code: 'DRAINING' });
    const standing = await connect(place, resumeToken, true);
    const { transports } = await standing.ask('standBy', media);

    signalProcess(serverPid, 'SIGKILL');
    const answer = await standing.ask('resume', { version, ...media, promote: true });
    expect(answer).toMatchObject({ promoted: true, session: 2, nodes: [url] });
    expect(readState()?.serverPid).toBe(heir);
    await standing.ask('restartIce', { transportId: transports.recv.id });
    await waitUntil(async () => (await answers().catch(() => false)) || 'the page does not answer', 20_000);

    // The next standby is a second place too, and has the media ports that the server of an upgrade needs.
    expect(await placeOf(standing, place)).not.toBe(place);
    expect(await command('upgrade')).toMatchObject({ code: 0, said: expect.stringContaining('the new server serves') });
    expect(await answers()).toBe(true);
  } finally {
    for (const client of clients) client.close();
  }
}, 180_000);
