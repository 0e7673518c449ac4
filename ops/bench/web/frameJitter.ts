import { setTimeout as sleep } from 'node:timers/promises';
import { BareServers } from '../../kit/bareCall/BareServers.ts';
import type { Cleanup } from '../../kit/cleanup.ts';
import { type ClientHost, toCallClient, toDrillClient } from '../../kit/clients/ClientHost.ts';
import type { TrackFrames } from '../../kit/clients/FrameLog.ts';
import { missingOf } from '../../kit/clients/recovered.ts';
import { startHosts } from '../../kit/clients/startHosts.ts';
import type { Deployment } from '../../kit/deployment/Deployment.ts';
import { RoomApi } from '../../kit/RoomApi.ts';
import { median, percentile } from '../../kit/statistics.ts';
import { waitUntilNothingMissing } from '../../kit/waitUntil.ts';

const PAIRS = 3;
const WARM_UP_MS = 10_000;
const MEASURE_MS = 15_000;
const SETUP_LIMIT_MS = 90_000;
const CAST = { participants: 2, pages: 2, meetingPages: true };

/**
 * How far an interval between two pictures is from the usual one, ms. A screen shows pictures in steps of 17 ms, and a
 * percentile takes such steps: the mean says more about small differences.
 */
export interface Jitter {
  readonly meanMs: number;
  readonly p95Ms: number;
}

/** One for each run. */
export interface FrameJitter {
  readonly page: readonly Jitter[];
  readonly bare: readonly Jitter[];
}

interface Seeing {
  takeFrames(): Promise<TrackFrames[]>;
}

/**
 * Measures how evenly pictures come in a calm meeting of two, 1280 × 720 in three layers: at the meeting page, and at a
 * page with bare mediasoup. They take turns, since hours differ more than they do.
 */
export async function frameJitter(deployment: Deployment, cleanup: Cleanup): Promise<FrameJitter> {
  const page: Jitter[] = [];
  const bare: Jitter[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    bare.push(await bareJitter(cleanup));
    page.push(await pageJitter(deployment, cleanup));
  }
  return { page, bare };
}

async function pageJitter(deployment: Deployment, cleanup: Cleanup): Promise<Jitter> {
  const api = new RoomApi(deployment);
  const roomId = await api.createRoom('Jitter');
  const jitter = await callOf(deployment.url, 'drill', cleanup, async (hosts) => {
    const clients = hosts.map(toDrillClient);
    await Promise.all(
      clients.map(async ({ participantId: name, join }) => {
        await join({ url: deployment.url, token: await api.joinToken(roomId, name), name, publish: true });
      }),
    );
    await waitUntilNothingMissing('the meeting does not begin', () => missingOf(clients), SETUP_LIMIT_MS);
    return clients;
  });
  await api.closeRoom(roomId);
  return jitter;
}

async function bareJitter(cleanup: Cleanup): Promise<Jitter> {
  const servers = await BareServers.start();
  cleanup.add(() => servers.close());
  const [url = ''] = servers.urls;
  const jitter = await callOf(url, 'call', cleanup, async (hosts) => {
    const clients = hosts.map(toCallClient);
    await waitUntilNothingMissing('bare servers do not start', () => servers.missing(), SETUP_LIMIT_MS);
    await Promise.all(
      clients.map(({ participantId: name, join }) => join({ urls: servers.urls, participants: clients.length, name })),
    );
    await waitUntilNothingMissing('the bare call does not begin', () => missingOf(clients), SETUP_LIMIT_MS);
    return clients;
  });
  await servers.close();
  return jitter;
}

async function callOf(
  url: string,
  probe: 'drill' | 'call',
  cleanup: Cleanup,
  begin: (hosts: readonly ClientHost[]) => Promise<readonly Seeing[]>,
): Promise<Jitter> {
  const { hosts, close } = await startHosts(url, CAST, probe, cleanup);
  const clients = await begin(hosts);
  await sleep(WARM_UP_MS);
  await Promise.all(clients.map((client) => client.takeFrames()));
  await sleep(MEASURE_MS);
  const seen = (await Promise.all(clients.map((client) => client.takeFrames()))).flat();
  await close();
  const intervals = seen
    .filter(({ kind }) => kind === 'video')
    .flatMap(({ times }) => times.slice(1).map((time, index) => time - (times[index] ?? time)));
  if (intervals.length === 0) throw new Error('no pictures came');
  const usual = median(intervals);
  const off = intervals.map((interval) => Math.abs(interval - usual));
  return { meanMs: off.reduce((sum, ms) => sum + ms, 0) / off.length, p95Ms: percentile(off, 95) };
}
