import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/support/fastCheck.ts';
import { SoundChoice } from './SoundChoice.ts';

/** When packets are played, in ms; each sound is looked at every 10 ms. Returns when it is time to change over. */
function changesAt(played: readonly number[], other: readonly number[], untilMs: number): number | null {
  const choice = new SoundChoice();
  const lastOf = (times: readonly number[], now: number) => {
    const at = times.findLast((time) => time <= now);
    return at === undefined ? undefined : { at, packet: at };
  };
  for (let now = 0; now <= untilMs; now += 10) {
    if (choice.isOver(now, lastOf(played, now), () => lastOf(other, now))) return now;
  }
  return null;
}

function every(stepMs: number, from: number, to: number): number[] {
  return Array.from({ length: Math.floor((to - from) / stepMs) + 1 }, (_, index) => from + index * stepMs);
}

describe('when a sound is taken from the other place', () => {
  test('a sound whose packets stay away while those of the other go on is left within 80 ms of its last packet', () => {
    expect(changesAt(every(20, 0, 1_000), every(20, 5, 2_000), 2_000)).toBeLessThanOrEqual(1_080);
  });

  test('a sound is never left while its packets come, or while both are silent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 30 }), (shift, late) => {
        const talks = every(20, 0, 2_000).map((time, index) => time + (index % 3 === 0 ? late : 0));
        expect(changesAt(talks, every(20, shift, 2_000), 2_000)).toBeNull();
        expect(changesAt(every(20, 0, 500), every(20, shift, 500 + shift), 3_000)).toBeNull();
      }),
    );
  });

  test('a pause is no reason: single packets of both places alternate then', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 399 }), (shift) => {
        expect(changesAt(every(400, 0, 8_000), every(400, shift, 8_000), 8_000)).toBeNull();
      }),
    );
  });

  test('a sound that never came from the first place is taken from the other', () => {
    expect(changesAt([], every(20, 0, 200), 200)).not.toBeNull();
  });
});
