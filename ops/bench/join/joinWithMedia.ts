import { availableParallelism, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleanup } from '../../kit/cleanup.ts';
import { startBot } from '../../kit/clients/startBot.ts';
import { type Deployment, supervisorState } from '../../kit/deployment/Deployment.ts';
import { cpuMicrosecondsOf, descendantsOf } from '../../kit/deployment/processes.ts';
import type { RoomApi } from '../../kit/RoomApi.ts';
import type { TestMedia } from '../../kit/testMedia.ts';
import type { MediaTimes, Newcomers } from './Newcomers.ts';
import { startBystanders } from './startBystanders.ts';
import { startWatchers } from './startWatchers.ts';

export interface Meeting {
  readonly deployment: Deployment;
  readonly api: RoomApi;
  readonly media: TestMedia;
  readonly publishers: number;
}

/** Shares of all cores while the newcomers join. Publishers and the system take the rest. */
export interface CpuShare {
  /** The processes of the newcomers, including this one. */
  readonly newcomers: number;
  /** The server, its media workers, and Redis. */
  readonly server: number;
  readonly idle: number;
}

/** The result of one crowd. Times are ms from the moment at which everybody starts. */
export interface MediaJoin {
  readonly times: MediaTimes;
  readonly cpuShare: CpuShare;
}

/** Pause for the machine to come to rest. */
const SETTLE_MS = 1_500;

/**
 * Lets `size` newcomers join at the same moment a room where others already talk. The first `watchers` are on
 * libwebrtc.
 */
export async function joinWithMedia(
  { deployment, api, media, publishers }: Meeting,
  size: number,
  watchers: number,
  cleanup: Cleanup,
): Promise<MediaJoin> {
  const roomId = await api.createRoom('Bench');
  const talking = Array.from({ length: publishers }, (_, index) => startBot(`publisher-${index + 1}`, media));
  for (const bot of talking) cleanup.add(() => bot.close());
  const { url } = deployment;
  const newcomers: Newcomers[] = [];
  try {
    await Promise.all(
      talking.map(async (bot) => {
        const token = await api.joinToken(roomId, bot.participantId);
        await bot.join({ url, token, name: bot.participantId, publish: true });
      }),
    );
    const names = Array.from({ length: size }, (_, index) => `newcomer-${index + 1}`);
    const people = await Promise.all(names.map(async (name) => ({ name, token: await api.joinToken(roomId, name) })));
    newcomers.push(await startWatchers(url, people.slice(0, watchers), publishers, media, cleanup));
    newcomers.push(startBystanders(url, people.slice(watchers), publishers));
    const pids = newcomers.flatMap((group) => group.pids);
    const serverPids = await pidsOf(deployment);
    await sleep(SETTLE_MS);

    const cpuMs = (): CpuShare => ({ newcomers: cpuMsOf(pids), server: cpuMsOf(serverPids), idle: idleMs() });
    const before = cpuMs();
    const startedAt = performance.timeOrigin + performance.now();
    const times = await Promise.all(newcomers.map((group) => group.join()));
    const availableMs = (performance.timeOrigin + performance.now() - startedAt) * availableParallelism();
    const after = cpuMs();
    const share = (of: keyof CpuShare): number => (after[of] - before[of]) / availableMs;
    return {
      times: since(startedAt, times),
      cpuShare: { newcomers: share('newcomers'), server: share('server'), idle: share('idle') },
    };
  } finally {
    await Promise.all([...newcomers, ...talking].map((group) => group.close()));
    await api.closeRoom(roomId);
  }
}

async function pidsOf(deployment: Deployment): Promise<number[]> {
  const { serverPid, redisPid } = await supervisorState(deployment);
  const server = serverPid === null ? [] : [serverPid, ...descendantsOf(serverPid)];
  return redisPid === null ? server : [...server, redisPid];
}

function cpuMsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuMicrosecondsOf(pid) / 1_000, 0);
}

function idleMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}

function since(startedAt: number, groups: readonly MediaTimes[]): MediaTimes {
  const all = (of: keyof MediaTimes): number[] => groups.flatMap((times) => times[of].map((at) => at - startedAt));
  return { joined: all('joined'), firstPicture: all('firstPicture'), firstSound: all('firstSound') };
}
