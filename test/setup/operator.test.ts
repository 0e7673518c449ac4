import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Screen } from '../../ops/cli/output/Screen.ts';
import { runCommand } from '../../ops/cli/runCommand.ts';
import { ask } from '../../ops/kit/ask.ts';
import { supervisorState } from '../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../ops/kit/deployment/PrivateDeployment.ts';
import { enter } from '../../ops/kit/enter.ts';
import { RoomApi } from '../../ops/kit/RoomApi.ts';
import { privateSocket } from '../../ops/run/privateSocket.ts';
import { allQueries, prometheusRules, readQuery } from '../support/promql.ts';
import { waitUntil } from '../support/waitUntil.ts';

const script = fileURLToPath(new URL('../../ops/cli/main.ts', import.meta.url));

let everroom: PrivateDeployment;
let data: string;
let roomId: string;
let ada: Socket;

beforeAll(async () => {
  // No setting of the machine's own Everroom. A slow machine is no reason to be not ready.
  vi.stubEnv('EVERROOM_CONFIG', '/dev/null');
  vi.stubEnv('REDIS_URL', '');
  everroom = await PrivateDeployment.start({ workers: 1, settings: { BUSY_MS: '10000' } });
  data = dirname(dirname(everroom.stateFile));
  const api = new RoomApi(everroom);
  roomId = await api.createRoom('Monday', 10);
  ada = await joinAs(api, 'ada', 'host');
  await joinAs(api, 'bob', 'member');
  await post(ada, 'm-kept', 'hello');
  await post(ada, 'm-deleted', 'a slip of the tongue');
  await ask(ada, 'deleteChat', { commandId: randomUUID(), messageId: 'm-deleted' });
}, 180_000);
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await everroom?.stop();
  vi.unstubAllEnvs();
});

const sockets: Socket[] = [];
async function joinAs(api: RoomApi, id: string, role: 'host' | 'member'): Promise<Socket> {
  const name = id === 'ada' ? 'Ada with a name that takes more than its share of columns' : 'Bob';
  const { socket, joined } = enter(everroom.url, await api.joinToken(roomId, id, role), name);
  sockets.push(socket);
  await joined;
  return socket;
}

function post(socket: Socket, messageId: string, text: string): Promise<unknown> {
  return ask(socket, 'postChat', { commandId: randomUUID(), messageId, text });
}

/** Runs a command as an operator does, in a terminal of 80 columns that nobody watches. */
async function run(words: readonly string[], folder = data) {
  const out: string[] = [];
  const err: string[] = [];
  const as = (text: string): string => text;
  const screen: Screen = {
    ...{ live: false, columns: 80, rows: 24, bold: as, dim: as, good: as, bad: as },
    write: (text) => void out.push(text),
  };
  const code = await runCommand([...words, '--data', folder], screen, (text) => void err.push(text));
  return { code, out: out.join(''), err: err.join('') };
}

async function json(...words: string[]) {
  const { code, out, err } = await run([...words, '--json']);
  expect(err).toBe('');
  return { code, value: JSON.parse(out) };
}

test('an operator sees what runs: status, nodes, rooms and a room', async () => {
  // Nodes say once a second what they have.
  await waitUntil(async () => {
    const [{ value: said }, { value: listed }] = await Promise.all([json('nodes'), json('rooms')]);
    return (said.nodes[0]?.participants === 2 && listed.all === 1) || 'the node has not said yet who is there';
  });
  const [status, nodes, rooms, room] = await Promise.all([
    json('status'),
    json('nodes'),
    json('rooms'),
    json('room', roomId),
  ]);
  const { serverPid } = await supervisorState(everroom);
  expect(status.code).toBe(0);
  expect(status.value).toMatchObject({
    supervisor: { found: { serverPid } },
    server: { found: { ready: true, pid: serverPid, url: everroom.url, participants: 2 } },
    cluster: { found: { nodes: [{ url: everroom.url }], rooms: 1 } },
  });
  expect(nodes.value).toMatchObject({ nodes: [{ url: everroom.url, participants: 2, draining: false }], sidecars: [] });
  expect(rooms.value).toMatchObject({
    all: 1,
    rooms: [{ roomId, problem: null, report: { name: 'Monday', people: 2 } }],
  });
  expect(room.value).toMatchObject({ roomId, status: 'open', connected: 2, messages: 1 });
  expect(JSON.stringify([status, nodes, rooms, room])).not.toMatch(/passwordHash|Secret/);
});

test('tables fit into 80 columns, and have no colours where nobody watches', async () => {
  const shown = await Promise.all(
    [['status'], ['nodes'], ['rooms'], ['room', roomId], ['journal', roomId], ['stats']].map((words) => run(words)),
  );
  for (const { code, out, err } of shown) {
    expect([code, err]).toEqual([0, '']);
    expect(out).not.toContain('\u001b');
  }
  const tables = shown.flatMap(({ out }, index) => (index === 0 || index === 4 ? [] : out.split('\n')));
  expect(tables.filter((line) => line.length > 80)).toEqual([]);
});

test('the journal tells who changed what, shows any version, and keeps what was deleted deleted', async () => {
  const { value } = await json('journal', roomId, '--chat');
  const types = value.commits.map(({ events }: { events: { type: string }[] }) => events[0]?.type);
  expect(types).toEqual([
    ...['RoomCreated', 'ParticipantJoined', 'ParticipantJoined', 'ChatPosted', 'ChatPosted', 'ChatDeleted'],
  ]);
  expect(value.commits[3]).toMatchObject({
    by: { kind: 'participant', participantId: 'ada' },
    events: [{ text: 'hello' }],
  });
  expect(JSON.stringify(value)).not.toContain('slip');
  const then = await json('journal', roomId, '--at', '5', '--chat');
  expect(then.value).toMatchObject({ room: { version: 5, people: 2 }, chat: [{ text: 'hello' }, { text: '' }] });
  const before = await json('journal', roomId, '--at', '2');
  expect(before.value).toMatchObject({ room: { version: 2, people: 1 } });
  expect(before.value.chat).toBeUndefined();
  const silent = await json('journal', roomId);
  expect(JSON.stringify(silent.value)).not.toContain('hello');
});

test('the journal is followed beyond the death of Redis', async () => {
  const words = ['journal', roomId, '--follow', '--json', '--chat', '--limit', '1', '--data', data];
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let lines: { version: number; events: { type: string; text?: string }[] }[] = [];
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    lines = out.split('\n').flatMap((line) => (line.endsWith('}') ? [JSON.parse(line)] : []));
  });
  const texts = (): string => lines.map(({ events }) => events[0]?.text).join();
  await waitUntil(() => lines.length === 1 || 'the newest commit is not shown');
  await post(ada, 'm-live', 'live');
  await waitUntil(() => texts().includes('live') || `no new commit is shown, only ${out}`);
  const { redisPid } = await supervisorState(everroom);
  process.kill(redisPid ?? 0, 'SIGKILL');
  await waitUntil(async () => {
    const again = await post(ada, 'm-after', 'after').catch((error: unknown) => error);
    return !(again instanceof Error) || `no chat after the death of Redis: ${again.message}`;
  });
  await waitUntil(() => texts().includes('after') || `nothing is shown since Redis died, only ${out}`);
  const versions = lines.map(({ version }) => version);
  expect(versions).toEqual(versions.map((_, index) => (versions[0] ?? 0) + index));
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
}, 180_000);

test('the console looks, and changes nothing without --write; what it changes is in the log', async () => {
  const seen = await json(
    'console',
    '--eval',
    `room('${roomId}').state.participants.size + rooms.length + workers.length`,
  );
  expect(seen.value).toBe(2 + 1 + 1);
  const close = `room('${roomId}').change({ locked: true })`;
  const refused = await run(['console', '--eval', close]);
  expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('--write') });
  const changed = await run(['console', '--write', '--eval', close]);
  expect(changed).toMatchObject({ code: 0, err: '' });
  expect((await json('room', roomId)).value.locked).toBe(true);
  expect(await everroom.logTail(200)).toMatch(/"method":"PATCH".*an operator changes something from the console/);
  const wrong = await run(['console', '--eval', 'room("nowhere")']);
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('not open on this node') });
  const broken = await run(['console', '--eval', 'nonsense(']);
  expect(broken.code).toBe(1);
}, 180_000);

test('a server that takes over answers at the same socket, which is for this user alone', async () => {
  const path = privateSocket(data, 'operator');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(path))).mode & 0o077).toBe(0);
  const { serverPid } = await supervisorState(everroom);
  process.kill(serverPid ?? 0, 'SIGKILL');
  await waitUntil(async () => {
    const { value } = await run(['status', '--json']).then(({ out }) => ({ value: JSON.parse(out) }));
    const { found, problem } = value.server;
    return (found?.ready === true && found.pid !== serverPid) || `no server took over: ${problem ?? 'it is not ready'}`;
  });
  const { value } = await json('stats');
  expect(value.workers).toMatchObject([{ pid: expect.any(Number), port: expect.any(Number) }]);
});

test('every metric and label that rules and dashboard ask for is there', async () => {
  const authorization = `Basic ${Buffer.from(`${everroom.apiKey}:${everroom.apiSecret}`).toString('base64')}`;
  const text = await (await fetch(`${everroom.url}/metrics`, { headers: { authorization } })).text();
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  // Those of Prometheus itself, of the rules, and what a histogram is made of.
  const known = new Set(['up', ...prometheusRules().flatMap((rule) => ('record' in rule ? [rule.record] : []))]);
  for (const [name, type] of types) {
    for (const suffix of type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']) known.add(name + suffix);
  }
  const queries = allQueries().map(readQuery);
  expect(queries.flatMap(({ metrics }) => metrics).filter((metric) => !known.has(metric))).toEqual([]);

  const labelled = new Map<string, Set<string>>();
  for (const [, name = '', inside = ''] of text.matchAll(/^(\w+)\{(.*)\} \S+$/gm)) {
    labelled.set(name, new Set([...inside.matchAll(/(\w+)="/g)].map(([, label = '']) => label)));
  }
  const ofPrometheus = new Set(['instance', 'job']);
  for (const { metrics, labels } of queries) {
    // A counter that never counted shows no labels yet.
    if (!metrics.every((metric) => labelled.has(metric))) continue;
    const has = (label: string): boolean => metrics.some((metric) => labelled.get(metric)?.has(label));
    expect([metrics, labels.filter((label) => !ofPrometheus.has(label) && !has(label))]).toEqual([metrics, []]);
  }
});

test('what cannot be done is refused with a reason, and with words about what to do', async () => {
  const nowhere = await mkdtemp(join(tmpdir(), 'everroom-nowhere-'));
  const cases: [string[], string, number, string | RegExp][] = [
    [['room', 'nope'], data, 1, 'There is no room "nope"'],
    [['journal', roomId, '--at', '9999'], data, 1, /known at the versions 1 to \d+/],
    [['journal'], data, 2, 'ID is missing'],
    [['rooms', '--limit', '0'], data, 2, '--limit takes a whole number'],
    [['stats', 'nope'], data, 1, 'not open on this node'],
    [['stats'], nowhere, 1, 'Start it, or name the folder'],
    [['nodes'], nowhere, 1, '--data'],
    [['console'], nowhere, 1, 'Start it, or name the folder'],
  ];
  try {
    for (const [words, folder, code, reason] of cases) {
      const refused = await run(words, folder);
      expect([words, refused.code, refused.out]).toEqual([words, code, '']);
      expect(refused.err).toMatch(reason);
      expect(refused.err).not.toMatch(/\n\s+at /);
    }
  } finally {
    await rm(nowhere, { recursive: true, force: true });
  }
});
