import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Socket } from 'socket.io-client';
import { z } from 'zod';
import { residentBytesOf } from '../../core/procfs.ts';
import { ask } from '../kit/ask.ts';
import type { Cleanup } from '../kit/cleanup.ts';
import { supervisorState } from '../kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../kit/deployment/PrivateDeployment.ts';
import { enter } from '../kit/enter.ts';
import { RoomApi } from '../kit/RoomApi.ts';
import { summarize } from '../kit/statistics.ts';
import { ATTACKS, type AttackName, SEATED } from './abuse/attacks.ts';
import type { BenchReport } from './Report.ts';

const HOSTILE = fileURLToPath(new URL('./abuse/hostileProcess.ts', import.meta.url));
const ROUNDS = 3;
/** A node closes a room that nobody has been in for a minute: what hostile people wrote stays in its memory so long. */
const ROOMS_CLOSE_MS = 75_000;
const PING_EVERY_MS = 25;
const PING_LIMIT_MS = 250;
const SERVER_GROWTH_LIMIT_MB = 64;
const REDIS_GROWTH_LIMIT_MB = 16;
const CALM_MS = 3_000;

const Tally = z.object({ tried: z.number(), stopped: z.number(), entered: z.number() });

interface AttackResult {
  tried: number;
  stopped: number;
  entered: number;
  readonly pings: number[];
}

/**
 * Lets a hostile client try everything it can, one attack after another and again, beside a meeting of two. Each attack
 * goes as fast as it can, so that minutes hold what a patient client would do in an hour.
 */
export async function benchAbuse(cleanup: Cleanup, seconds: number): Promise<BenchReport> {
  const deployment = await PrivateDeployment.start({
    workers: 1,
    settings: {
      ...{ OPEN_ROOM_CREATION: 'true', TRUSTED_PROXIES: 'loopback' },
      // So small that chat fills a room within the seconds of its attack.
      ROOM_MEMORY_MB: '1',
      // An hour of attacks takes minutes here; the two days until an empty room is deleted are as much shorter.
      ...{ EMPTY_ROOM_MS: '10000', RETENTION_MS: '10000' },
    },
  });
  cleanup.add(() => deployment.stop());
  const api = new RoomApi(deployment);
  const roomId = await api.createRoom('Meeting');
  const meeting: Socket[] = [];
  for (const name of ['ann', 'bob']) {
    const { socket, joined } = enter(deployment.url, await api.joinToken(roomId, name), name);
    cleanup.add(() => void socket.disconnect());
    await joined;
    meeting.push(socket);
  }

  const each = Math.max(1, Math.round(seconds / (ROUNDS * Object.keys(ATTACKS).length)));
  const results = new Map<AttackName, AttackResult>();
  const before = await supervisorState(deployment);
  const calm = await pingsWhile(meeting, sleep(CALM_MS));
  const calmMemory = memoryOf(before);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of Object.keys(ATTACKS) as AttackName[]) {
      const attacked = attack(name, deployment.url, each);
      const pings = await pingsWhile(meeting, attacked);
      const { tried, stopped, entered } = await attacked;
      if (SEATED.has(name) && entered === 0) throw new Error(`Nobody of the attack ${name} got into the room.`);
      const result = results.get(name) ?? { tried: 0, stopped: 0, entered: 0, pings: [] };
      result.tried += tried;
      result.stopped += stopped;
      result.entered += entered;
      result.pings.push(...pings);
      results.set(name, result);
    }
    await sleep(CALM_MS);
  }
  const busyMemory = memoryOf(before);
  await sleep(ROOMS_CLOSE_MS);
  const after = await supervisorState(deployment);
  const memory = memoryOf(after);
  const all = summarize([...results.values()].flatMap(({ pings }) => pings));
  const row = (name: string, did: readonly (number | string)[], pings: readonly number[]) => {
    const { p50, p99, max } = summarize(pings);
    return [name, ...did, p50, p99, max];
  };
  return {
    bench: 'abuse',
    runs: ROUNDS,
    how:
      `Twenty hostile clients without a key, each at an address of its own, one attack after another, ${each} s each, ` +
      `${ROUNDS} times, from a process of their own; beside it a meeting of two that pings the server every ` +
      '25 ms. Times in ms. "stopped": refused or cut off. "got in": entered a room of their own. ' +
      'Memory: growth from before the attacks to when the rooms of the attackers are deleted; after the last attack it was ' +
      `${(busyMemory.server - calmMemory.server).toFixed(0)} MB, in Redis ${(busyMemory.redis - calmMemory.redis).toFixed(0)}.`,
    headings: ['attack', 'tried', 'stopped', 'got in', 'ping p50', 'ping p99', 'ping max'],
    rows: [
      row('none', ['-', '-', '-'], calm),
      ...[...results].map(([name, { tried, stopped, entered, pings }]) =>
        row(name, [tried, stopped, SEATED.has(name) ? entered : '-'], pings),
      ),
    ],
    targets: [
      { name: 'ping of the meeting', measured: all.p99, limit: PING_LIMIT_MS, better: 'lower', unit: 'ms p99' },
      {
        name: 'servers that were replaced',
        measured: before.serverPid === after.serverPid ? 0 : 1,
        limit: 0,
        better: 'lower',
        unit: 'servers',
      },
      growth('the server', memory.server - calmMemory.server, SERVER_GROWTH_LIMIT_MB),
      growth('Redis', memory.redis - calmMemory.redis, REDIS_GROWTH_LIMIT_MB),
    ],
  };
}

async function attack(name: AttackName, url: string, seconds: number): Promise<z.infer<typeof Tally>> {
  const child = fork(HOSTILE, [name, url, String(seconds)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the attack ${name} ended early (${code})`);
  });
  ended.catch(() => undefined);
  const [tally] = await Promise.race([once(child, 'message'), ended]);
  return Tally.parse(tally);
}

/** Returns how long each ping of the meeting took until `work` was done. */
async function pingsWhile(meeting: readonly Socket[], work: Promise<unknown>): Promise<number[]> {
  const pings: number[] = [];
  let over = false;
  const measured = meeting.map(async (socket) => {
    while (!over) {
      const startedAt = performance.now();
      await ask(socket, 'ping', {});
      pings.push(performance.now() - startedAt);
      await sleep(PING_EVERY_MS);
    }
  });
  try {
    await work;
  } finally {
    over = true;
  }
  await Promise.all(measured);
  return pings;
}

function memoryOf({ serverPid, redisPid }: { readonly serverPid: number | null; readonly redisPid: number | null }) {
  const megabytes = (pid: number | null) => (pid === null ? 0 : residentBytesOf(pid) / 2 ** 20);
  return { server: megabytes(serverPid), redis: megabytes(redisPid) };
}

function growth(of: string, measured: number, limit: number): BenchReport['targets'][number] {
  return { name: `growth of ${of}`, measured, limit, better: 'lower', unit: 'MB' };
}
