import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Room } from '../../client/Room.ts';
import { MemoryStorage } from '../../client/storage.ts';
import { isAlive } from '../../ops/kit/deployment/processes.ts';
import { freePort, freePorts } from '../../ops/kit/freePort.ts';
import { keptSecretsIn } from '../../ops/run/keptSecrets.ts';
import { ROOT } from '../../ops/run/machine.ts';
import { programOf } from '../../ops/run/programs.ts';
import { signalProcess } from '../support/signalProcess.ts';
import { waitUntil } from '../support/waitUntil.ts';

interface Started {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

const START_LIMIT_MS = 90_000;

let folder: string;
let env: NodeJS.ProcessEnv;
const started: Started[] = [];
const rooms: Room[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everroom-cluster-'));
  const [mediaPort] = await freePorts(2);
  env = {
    ...process.env,
    EVERROOM_DATA: join(folder, 'data'),
    EVERROOM_CONFIG: '/dev/null',
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    MEDIA_PORT: String(mediaPort),
    WORKERS: '1',
    LOG_LEVEL: 'warn',
    // On a busy machine nodes would be late with their work, and send people on.
    BUSY_MS: '60000',
    REENCODER: 'off',
    REDIS_URL: '',
  };
});

afterEach(async () => {
  for (const room of rooms.splice(0)) await room.disconnect();
  for (const { process: child, ended } of started.splice(0).reverse()) {
    child.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

function start(script: 'supervisor' | 'joinCluster', ...args: string[]): Started {
  const child = spawn(process.execPath, [programOf(ROOT, script), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const all = { process: child, output: () => output, ended };
  started.push(all);
  return all;
}

/** The addresses that it printed, once there are so many. */
async function addresses({ output }: Started, count: number): Promise<string[]> {
  const found = () => [...output().matchAll(/Everroom is ready\. Open (\S+)/g)].flatMap(([, url]) => url ?? []);
  await waitUntil(() => found().length === count || output(), START_LIMIT_MS);
  return found();
}

async function ask(url: string, method: string, path: string, body?: unknown): Promise<Response> {
  const { apiSecret } = keptSecretsIn(join(folder, 'data')) ?? {};
  const headers = { authorization: `Bearer ${apiSecret}`, 'content-type': 'application/json' };
  return fetch(url + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

async function connectionsOf(url: string): Promise<number> {
  const text = await (await ask(url, 'GET', '/metrics')).text();
  return Number(/^everroom_connections (\d+)$/m.exec(text)?.[1]);
}

test('[R1] two commands start three nodes: people who start at any of them meet, and outlive their node', {
  timeout: 300_000,
}, async () => {
  const [first = ''] = await addresses(start('supervisor'), 1);
  const joined = start('joinCluster', '--join', join(folder, 'data'), '--nodes', '2');
  const urls = [first, ...(await addresses(joined, 2))];
  expect(new Set(urls).size).toBe(3);
  for (const url of urls) {
    await waitUntil(async () => {
      const { nodes } = (await (await fetch(`${url}/api/config`)).json()) as { nodes: string[] };
      return nodes.length === 3 || `${url} knows ${nodes}`;
    });
  }

  // Rooms go to nodes by a draw: one that is not on the node with the Redis of all.
  let home = first;
  while (home === first) {
    for (const room of rooms.splice(0)) await room.disconnect();
    const { roomId } = (await (await ask(first, 'POST', '/api/rooms', {})).json()) as { roomId: string };
    for (const url of urls) {
      const { token } = (await (await ask(url, 'POST', `/api/rooms/${roomId}/tokens`, {})).json()) as { token: string };
      const storage = new MemoryStorage();
      const room = new Room({ media: false, sessionStorage: storage, chatStorage: storage });
      rooms.push(room);
      await room.connect(url, token, { name: url });
    }
    let counts: number[] = [];
    // A node that sent somebody on may count the connection for a moment.
    await waitUntil(async () => {
      counts = await Promise.all(urls.map(connectionsOf));
      return [...counts].sort().join() === '0,0,3' || `${counts} are on the nodes`;
    });
    home = urls[counts.indexOf(3)] ?? first;
  }

  const left: string[] = [];
  for (const room of rooms) room.on('participantDisconnected', ({ id }) => left.push(id));
  killNode(home);
  await waitUntil(async () => {
    const counts = await Promise.all(urls.filter((url) => url !== home).map(connectionsOf));
    const back = rooms.filter(({ state, recoveries }) => state === 'connected' && recoveries > 0).length;
    return (back === 3 && counts.reduce((sum, count) => sum + count, 0) === 3) || `${back} are back, at ${counts}`;
  });
  expect(left).toEqual([]);

  // The node that is left ends when the command that started it is gone.
  const last = joinedNodes().find(({ url }) => url !== home);
  if (!last) throw new Error('no other node has joined');
  joined.process.kill('SIGKILL');
  await waitUntil(() => !isAlive(last.pid) || `${last.url} still runs`, 60_000);
  await waitUntil(async () => {
    const count = await connectionsOf(first);
    return count === 3 || `${count} people are at the first node`;
  });
  expect(left).toEqual([]);
});

/** Kills supervisor and server of a joined node. */
function killNode(url: string): void {
  const node = joinedNodes().find((each) => each.url === url);
  if (!node) throw new Error(`no joined node is at ${url}`);
  for (const victim of [node.pid, node.serverPid]) signalProcess(victim, 'SIGKILL');
}

function joinedNodes(): { pid: number; serverPid: number; url: string }[] {
  return readdirSync(join(folder, 'data', 'nodes')).map((number) =>
    JSON.parse(readFileSync(join(folder, 'data', 'nodes', number, 'run', 'supervisor.json'), 'utf8')),
  );
}

test('joining says what is wrong: no such option, no folder of an Everroom, nothing that runs there', async () => {
  const end = async (...args: string[]) => {
    const { ended, output } = start('joinCluster', ...args);
    expect(await ended).toBe(1);
    return output();
  };
  expect(await end('--nodes', '2')).toContain('--join needs the data folder');
  expect(await end('--join', folder, '--nodes', '0')).toContain('--nodes takes a number from 1 to 16');
  expect(await end('--join', join(folder, 'data'))).toContain('is no data folder of an Everroom');
});
