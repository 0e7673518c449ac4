import { setTimeout as sleep } from 'node:timers/promises';
import { BareServers } from '../../kit/bareCall/BareServers.ts';
import type { Cleanup } from '../../kit/cleanup.ts';
import { toCallClient } from '../../kit/clients/ClientHost.ts';
import { missingOf } from '../../kit/clients/recovered.ts';
import { type Cast, startHosts } from '../../kit/clients/startHosts.ts';
import { randomFrom } from '../../kit/random.ts';
import { type Summary, summarize } from '../../kit/statistics.ts';
import { waitUntilNothingMissing } from '../../kit/waitUntil.ts';
import { CALM_MS, CALM_VARIES_MS, NOTICE_MS, RECOVERY_LIMIT_MS, SETTLE_MS, SETUP_LIMIT_MS } from '../pace.ts';
import { type MeasuredGap, Recording } from '../Recording.ts';
import { type RoundStory, toStoryGap, toStorySteps } from '../RoundStory.ts';

/** Gaps in ms. */
export interface Floor {
  readonly video: Summary;
  readonly audio: Summary;
  readonly stories: readonly RoundStory[];
}

export interface FloorPlan extends Cast {
  readonly fault: 'worker' | 'server';
  readonly rounds: number;
  readonly seed: number;
}

/**
 * Measures how long the same fault interrupts media for the same clients in a call on bare mediasoup: the best that a
 * drill can hope for on this machine, now.
 */
export async function measureFloor(plan: FloorPlan, cleanup: Cleanup, log: (line: string) => void): Promise<Floor> {
  const { fault, rounds, seed } = plan;
  const random = randomFrom(seed);
  const servers = await BareServers.start();
  cleanup.add(() => servers.close());
  const [url = ''] = servers.urls;
  const { hosts, close } = await startHosts(url, plan, 'call', cleanup);
  const clients = hosts.map(toCallClient);
  await waitUntilNothingMissing('bare servers do not start', () => servers.missing(), SETUP_LIMIT_MS);
  /** Null once everything is as before a fault. */
  const missing = async (): Promise<string | null> => {
    const statuses = await Promise.all(clients.map((client) => client.status()));
    if (statuses.some(({ spares }) => spares < servers.urls.length - 1))
      return 'somebody has no socket to a spare server';
    return (await servers.missing()) ?? (await missingOf(clients));
  };
  const call = { urls: servers.urls, participants: clients.length };
  await Promise.all(clients.map((client) => client.join({ ...call, name: client.participantId })));
  await waitUntilNothingMissing('the bare call does not begin', missing, SETUP_LIMIT_MS);
  const recording = new Recording();
  const gaps: MeasuredGap[] = [];
  const stories: RoundStory[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await sleep(CALM_MS + random() * CALM_VARIES_MS);
    const at = Date.now();
    if (fault === 'worker') servers.killWorker();
    else servers.killServer();
    log(`bare mediasoup, round ${round} of ${rounds}: ${fault} killed`);
    await sleep(NOTICE_MS);
    await waitUntilNothingMissing('the bare call does not recover', () => missingOf(clients), RECOVERY_LIMIT_MS);
    const recoveredMs = Date.now() - at;
    await waitUntilNothingMissing('the bare call is not whole again', missing, RECOVERY_LIMIT_MS);
    const replacedMs = Date.now() - at;
    await sleep(SETTLE_MS);
    await recording.collect(clients);
    const span = { from: at, to: Date.now() };
    const found = recording.gaps(span, new Set());
    gaps.push(...found);
    stories.push({
      ...{ round, faultAt: at, what: `${fault} killed`, recoveredMs, replacedMs },
      gaps: found.map((gap) => toStoryGap(gap, true, at)),
      steps: toStorySteps(recording.steps(span), at),
    });
  }
  const failures = clients.flatMap((client) => client.reloads());
  if (failures.length > 0) throw new Error(`the bare call broke: ${failures.join(', ')}`);
  await close();
  await servers.close();
  const ofKind = (kind: 'audio' | 'video'): Summary =>
    summarize(gaps.filter((gap) => gap.kind === kind).flatMap(({ gapMs }) => gapMs ?? []));
  return { video: ofKind('video'), audio: ofKind('audio'), stories };
}
