import { expect, test } from 'vitest';
import type { SidecarInfo } from '../../core/reencoding/ports.ts';
import { silentLogger } from '../../test/support/system.ts';
import { Relief } from './Relief.ts';

const SELF: SidecarInfo = {
  ...{ sidecarId: 'self', name: 'self', startedAt: 0, draining: false, engine: 'libav', outputs: ['VP8'] },
  ...{ reason: null, tracks: 2, capacity: 9 },
};

interface Scene {
  readonly tracks?: number;
  readonly others?: readonly Partial<SidecarInfo>[];
  readonly maxTracks?: number;
  readonly isAway?: boolean;
}

/** Returns the tracks that an overloaded sidecar hands over within ten seconds, oldest track first, and its limit. */
async function relieved({ tracks = 2, others = [], maxTracks, isAway = false }: Scene) {
  let now = 0;
  const handedOver: number[] = [];
  const relief = new Relief({
    sidecarId: 'self',
    directory: {
      sidecars: async () => {
        if (isAway) throw new Error('Redis is away');
        return [SELF, ...others.map((other, index) => ({ ...SELF, sidecarId: `other-${index}`, ...other }))];
      },
    },
    maxTracks: maxTracks ?? null,
    clock: { now: () => now },
    logger: silentLogger,
  });
  const works = Array.from({ length: tracks }, (_, index) => ({
    load: () => ({ ageMs: 60_000 - 1_000 * index, cpuCores: 1, sheds: true }),
    handOver: () => void handedOver.push(index),
  }));
  for (; now < 10_000; now += 1_000) await relief.check(works);
  return { handedOver, most: relief.most };
}

test('the youngest track goes to another sidecar that has room, also the last one, and none comes in its place', async () => {
  expect(await relieved({ others: [{}] })).toEqual({ handedOver: [1], most: 1 });
  expect(await relieved({ tracks: 1, others: [{}] })).toEqual({ handedOver: [0], most: 0 });
  expect(await relieved({ others: [{}], maxTracks: 4 })).toEqual({ handedOver: [1], most: 1 });
});

test('without a sidecar that has room one track of several goes back, not the last one, and none of a set number', async () => {
  const noRoom = [{ tracks: 9 }, { draining: true }, { engine: null }];
  expect((await relieved({ others: noRoom })).handedOver).toEqual([1]);
  expect((await relieved({ others: noRoom, tracks: 1 })).handedOver).toEqual([]);
  expect((await relieved({ others: noRoom, maxTracks: 4 })).handedOver).toEqual([]);
});

test('while Redis is away no track goes', async () => {
  expect(await relieved({ others: [{}], isAway: true })).toEqual({ handedOver: [], most: Number.POSITIVE_INFINITY });
});

test('one track goes, once, while Redis answers slowly', async () => {
  let now = 0;
  let answer: (sidecars: SidecarInfo[]) => void = () => undefined;
  const answered = new Promise<SidecarInfo[]>((resolve) => {
    answer = resolve;
  });
  const relief = new Relief({
    ...{ sidecarId: 'self', directory: { sidecars: () => answered }, maxTracks: null },
    ...{ clock: { now: () => now }, logger: silentLogger },
  });
  const handedOver: string[] = [];
  const work = (name: string, ageMs: number) => ({
    load: () => ({ ageMs, cpuCores: 1, sheds: true }),
    handOver: () => void handedOver.push(name),
  });
  const checks: Promise<void>[] = [];
  for (; now < 10_000; now += 1_000) checks.push(relief.check([work('older', 60_000), work('younger', 50_000)]));
  answer([SELF, { ...SELF, sidecarId: 'other' }]);
  await Promise.all(checks);
  expect(handedOver).toEqual(['younger']);
});
