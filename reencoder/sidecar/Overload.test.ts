import { describe, expect, test } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import type { TrackLoad } from './Capacity.ts';
import { Overload, toGiveBack } from './Overload.ts';

const track = (sheds: boolean, ageMs = 60_000): TrackLoad => ({ ageMs, cpuCores: 0.5, sheds });

/** Returns the second in which a track should go; null if none should. */
function goesAfter(overload: Overload, loads: readonly TrackLoad[], seconds: number, from = 0): number | null {
  for (let second = 0; second < seconds; second += 1) {
    if (overload.update(1_000 * (from + second), loads)) return second;
  }
  return null;
}

test('a track goes once tracks have shed frames for a while, not at a hiccup and not at a start', () => {
  expect(goesAfter(new Overload(), [track(true), track(false)], 60)).toBe(6);
  expect(goesAfter(new Overload(), [track(false), track(true, 1_000)], 60)).toBeNull();
  const hiccups = new Overload();
  for (let second = 0; second < 60; second += 1) {
    expect(hiccups.update(1_000 * second, [track(second % 5 > 0)])).toBe(false);
  }
});

test('the youngest settled track goes', () => {
  expect(toGiveBack([track(false, 90_000), track(true, 20_000), track(true, 50_000), track(false, 1_000)])).toBe(1);
  expect(toGiveBack([track(true, 1_000)])).toBeNull();
});

test('nothing more goes before the track that was given back has left', () => {
  const overload = new Overload();
  const three = [track(true), track(true), track(true)];
  expect(goesAfter(overload, three, 60)).toBe(6);
  overload.gaveBack(6_000, 3);
  expect(overload.most).toBe(2);
  expect(goesAfter(overload, three, 20, 7)).toBeNull();
  expect(goesAfter(overload, three.slice(1), 20, 27)).toBe(0);
});

test('an overloaded sidecar takes one more track after a pause, which doubles each time that was too much', () => {
  const overload = new Overload();
  const two = [track(true), track(true)];
  const one = [track(false)];
  const pauses: number[] = [];
  let now = 0;
  for (let time = 0; time < 7; time += 1) {
    while (!overload.update(now, two)) now += 1_000;
    overload.gaveBack(now, 2);
    const gaveBackAt = now;
    for (; overload.most < 2; now += 1_000) overload.update(now + 1_000, one);
    pauses.push((now - gaveBackAt) / 1_000);
  }
  expect(pauses).toEqual([30, 60, 120, 240, 480, 600, 600]);
  for (const end = now + 4 * 600_000; now < end; now += 1_000) overload.update(now + 1_000, one);
  expect(overload.most).toBe(Number.POSITIVE_INFINITY);
});

describe('several sidecars', () => {
  interface Simulated {
    readonly cores: number;
    readonly overload: Overload;
    readonly tracks: { cores: number; sinceMs: number }[];
    taken: number;
    gaveBack: boolean;
  }

  /** Each takes tracks from the queue as long as it may; it sheds when they need more than its cores. */
  function simulate(cores: readonly number[], costs: readonly number[], seconds: number): Simulated[] {
    const sidecars = cores.map((own): Simulated => {
      return { cores: own, overload: new Overload(), tracks: [], taken: 0, gaveBack: false };
    });
    const queue = [...costs];
    for (let now = 0; now < 1_000 * seconds; now += 1_000) {
      for (const sidecar of sidecars) {
        const need = sidecar.tracks.reduce((sum, one) => sum + one.cores, 0);
        const sheds = need > sidecar.cores;
        const loads = sidecar.tracks.map((one) => ({ ageMs: now - one.sinceMs, cpuCores: one.cores, sheds }));
        const index = toGiveBack(loads);
        if (sidecar.overload.update(now, loads) && index !== null && loads.length > 1) {
          sidecar.overload.gaveBack(now, loads.length);
          sidecar.gaveBack = true;
          queue.push(...sidecar.tracks.splice(index, 1).map((one) => one.cores));
        }
        if (sidecar.tracks.length < sidecar.overload.most && queue.length > 0) {
          sidecar.tracks.push({ cores: queue.shift() ?? 0, sinceMs: now });
          if (sidecar.gaveBack) sidecar.taken += 1;
        }
      }
    }
    return sidecars;
  }

  test('however many tracks and cores there are, none goes to and fro', () => {
    const some = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 });
    const costs = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 20 });
    fc.assert(
      fc.property(some, costs, (cores, tracks) => {
        for (const sidecar of simulate(cores, tracks, 3_600)) {
          // Pauses of 30 s, 60 s … 600 s: at most ten in an hour, each for one track.
          expect(sidecar.taken).toBeLessThanOrEqual(tracks.length + 10);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('tracks that one has no CPU for go to one that has it', () => {
    const [small, large] = simulate([2, 8], [1, 1, 1, 1, 1, 1], 120);
    expect(small?.tracks).toHaveLength(2);
    expect(large?.tracks).toHaveLength(4);
  });
});
