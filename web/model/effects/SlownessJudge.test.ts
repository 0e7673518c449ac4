import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SlownessJudge } from './SlownessJudge.ts';

interface Work {
  readonly share: number;
  readonly afterMs: number;
}

/** Returns when it was first called too slow; null if it never was. */
function firstSlow(works: readonly Work[]): number | null {
  const judge = new SlownessJudge();
  let now = 5_000;
  for (const { share, afterMs } of works) {
    now += afterMs;
    if (judge.judge(share, now)) return now - 5_000;
  }
  return null;
}

const pause = fc.integer({ min: 5, max: 1_200 });
const works = (share: fc.Arbitrary<number>) => fc.array(fc.record({ share, afterMs: pause }), { maxLength: 400 });
const inTime = fc.double({ min: 0, max: 1, noNaN: true });
const late = fc.double({ min: 1.01, max: 50, noNaN: true });

it('a device that keeps up is never called slow', () => {
  fc.assert(fc.property(works(inTime), (all) => firstSlow(all) === null));
});

it('a device that falls behind is called slow within ten seconds, and not in the first three', () => {
  fc.assert(
    fc.property(works(late), (all) => {
      const time = all.reduce((sum, { afterMs }) => sum + afterMs, 0);
      const at = firstSlow(all);
      expect(at === null ? time : at).toBeLessThan(10_000);
      if (at !== null) expect(at).toBeGreaterThan(3_000);
    }),
  );
});

it('neither a slow second now and then nor a page that was stopped makes a device slow', () => {
  const second = (share: number): Work[] => Array.from({ length: 30 }, () => ({ share, afterMs: 34 }));
  const hiccups = Array.from({ length: 20 }, () => [second(3), second(3), second(0.5)]).flat(2);
  expect(firstSlow(hiccups)).toBeNull();
  const stopped = Array.from({ length: 10 }, () => [...second(3), ...second(3), { share: 90, afterMs: 60_000 }]).flat();
  expect(firstSlow(stopped)).toBeNull();
  expect(firstSlow(Array.from({ length: 8 }, () => second(1.2)).flat())).not.toBeNull();
});
