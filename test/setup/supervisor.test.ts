import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, freePorts } from '../../ops/kit/freePort.ts';
import { ROOT } from '../../ops/run/machine.ts';
import { privateSocket } from '../../ops/run/privateSocket.ts';
import { programOf } from '../../ops/run/programs.ts';
import { askSupervisor } from '../../ops/run/supervision/control.ts';
import { TestClient } from '../integration/signaling/TestClient.ts';
import { signalProcess } from '../support/signalProcess.ts';
import { waitUntil } from '../support/waitUntil.ts';

const script = programOf(ROOT, 'supervisor');
/** Five programs load, and everything else on the machine may be busy. */
const PATIENCE_MS = 180_000;

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

async function prepare(): Promise<void> {
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
}

async function endAll(): Promise<void> {
  for (const { process: child, ended } of started.splice(0)) {
    child.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
}

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
  await waitUntil(() => supervisor.output().includes('Everroom is ready') || supervisor.output(), PATIENCE_MS);
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

describe('a deployment', () => {
  let supervisor: Supervisor;

  beforeAll(async () => {
    await prepare();
    supervisor = start();
    await ready(supervisor);
  });
  afterAll(endAll);

  test('[R1] everything starts, and a killed reencoder is replaced alone', async () => {
    const { serverPid, redisPid } = readState() ?? {};
    expect(await answers()).toBe(true);
    await waitUntil(() => isAlive(readState()?.sidecarPid ?? null) || 'no reencoder runs', PATIENCE_MS);
    const killed = readState()?.sidecarPid ?? 0;
    process.kill(killed, 'SIGKILL');
    await waitUntil(() => {
      const now = readState()?.sidecarPid ?? null;
      return (now !== killed && isAlive(now)) || 'no other reencoder runs';
    }, PATIENCE_MS);
    expect(readState()).toMatchObject({ serverPid, redisPid });
  });

  test('a data folder in use, a taken port and a wrong setting each end the supervisor with a message', async () => {
    const { pid } = readState() ?? {};
    const sameFolder = start({ PORT: '0' });
    const samePort = start({ EVERROOM_DATA: join(folder, 'other'), REENCODER: 'off' });
    const wrong = start({ EVERROOM_DATA: join(folder, 'third'), WORKERS: 'many', GRACE_MS: '-1' });
    expect(await Promise.all([sameFolder, samePort, wrong].map(({ ended }) => ended))).toEqual([1, 1, 1]);
    expect(sameFolder.output()).toContain(`is in use by another Everroom (process ${pid})`);
    expect(samePort.output()).toContain(`Port ${env.PORT} is taken by another program`);
    expect(wrong.output()).toMatch(/WORKERS must be.*\n.*GRACE_MS must be/);
    expect(await answers()).toBe(true);
  });

  test('[R1] Redis and the server come back after both were killed at the same moment', async () => {
    const { serverPid = null, redisPid = null } = readState() ?? {};
    signalProcess(serverPid, 'SIGKILL');
    signalProcess(redisPid, 'SIGKILL');
    await waitUntil(() => {
      const now = readState();
      return (
        (isAlive(now?.serverPid ?? null) && now?.serverPid !== serverPid && now?.redisPid !== redisPid) ||
        'not both are back'
      );
    }, PATIENCE_MS);
    await waitUntil(async () => (await answers().catch(() => false)) || 'the server does not answer', PATIENCE_MS);
  });

  test('[R1] everything ends with a killed supervisor, even a server that hangs, and a new one serves', async () => {
    await waitUntil(() => typeof readState()?.standbyPid === 'number' || 'there is no standby', PATIENCE_MS);
    const state = readState();
    signalProcess(state?.serverPid, 'SIGSTOP');
    // The hanging server holds the supervisor's output open, so it does not close yet.
    const killed = once(supervisor.process, 'exit');
    supervisor.process.kill('SIGKILL');
    await killed;
    supervisor = start();
    await ready(supervisor);
    expect(await answers()).toBe(true);
    const before = [state?.serverPid, state?.standbyPid, state?.sidecarPid, state?.redisPid];
    expect(before.filter((pid) => isAlive(pid ?? null))).toEqual([]);
  });

  test('[R1] all ends on SIGTERM with exit code 0', async () => {
    const state = readState();
    supervisor.process.kill('SIGTERM');
    expect(await supervisor.ended).toBe(0);
    const all = [state?.serverPid, state?.redisPid, state?.standbyPid, state?.sidecarPid];
    expect(all.filter((pid) => isAlive(pid ?? null))).toEqual([]);
    expect(readState()).toBeUndefined();
  });
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

test('[R1] clients stand by at the standby, which lets them in once the active server ends; upgrades and a drain follow', async () => {
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
    await waitUntil(() => last() !== undefined || 'there is no second place', PATIENCE_MS);
    return last() ?? '';
  };
  try {
    await prepare();
    // Nobody here moves when asked to: an upgrade must not wait for them for long.
    const supervisor = start({ REENCODER: 'off', BUSY_MS: '10000', DRAIN_MS: '1000' });
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
    // A reencoder would have started before the standby loaded.
    expect(readState()?.sidecarPid).toBeNull();

    const refused = await connect(place, resumeToken, true);
    await refused.ask('standBy', media);
    // While the server of the session lives, the session stays there.
    await expect(refused.ask('resume', { version, ...media, promote: true })).rejects.toThrow('DRAINING');
    await expect(connect(place, resumeToken)).rejects.toMatchObject({ code: 'DRAINING' });
    const standing = await connect(place, resumeToken, true);
    const { transports } = await standing.ask('standBy', media);

    signalProcess(serverPid, 'SIGKILL');
    let answer: unknown;
    await waitUntil(async () => {
      try {
        answer = await standing.ask('resume', { version, ...media, promote: true });
        return true;
      } catch (error) {
        // On a busy machine Redis is late. Clients ask again too.
        if (String(error).includes('JOURNAL_UNAVAILABLE')) return String(error);
        throw error;
      }
    }, PATIENCE_MS);
    expect(answer).toMatchObject({ promoted: true, session: 2, nodes: [url] });
    expect(readState()?.serverPid).toBe(heir);
    await standing.ask('restartIce', { transportId: transports.recv.id });
    await waitUntil(async () => (await answers().catch(() => false)) || 'the page does not answer');

    // An upgrade to a version that does not start says why, and leaves everything as it is.
    const broken = join(folder, 'broken');
    await mkdir(join(broken, 'ops', 'run'), { recursive: true });
    await writeFile(join(broken, 'ops', 'run', 'server.ts'), 'process.exit(7);\n');
    const control = privateSocket(join(folder, 'data'), 'control');
    const request = { type: 'upgrade', checkout: broken, node: process.execPath, ifOther: true } as const;
    await expect(askSupervisor(control, request, () => undefined)).rejects.toThrow('does not start: exit 7');
    expect(readState()?.serverPid).toBe(heir);

    // The same checkout again stands in for another one. The next standby is a second place too, and has the media
    // ports that the server of an upgrade needs.
    expect(await placeOf(standing, place)).not.toBe(place);
    expect(await command('upgrade')).toMatchObject({ code: 0, said: expect.stringContaining('the new server serves') });
    expect(isAlive(heir ?? null)).toBe(false);
    expect(readState()?.serverPid).not.toBe(heir);
    expect(await answers()).toBe(true);

    expect(await command('drain', '--timeout', '5')).toMatchObject({ code: 0 });
    expect(await supervisor.ended).toBe(0);
    expect(await command('drain')).toMatchObject({ code: 1, said: expect.stringContaining('No Everroom runs') });
  } finally {
    for (const client of clients) client.close();
    await endAll();
  }
});
