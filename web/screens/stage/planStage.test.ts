import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../../test/support/seed.ts';
import type { Rect } from '../../lib/fitGrid.ts';
import { planStage } from './planStage.ts';

const laptop = { width: 1_256, height: 660 };
const phone = { width: 366, height: 680 };
const wish = { box: laptop, largeCount: 0, smallCount: 5, most: 12, others: 'strip' } as const;

const overlap = (a: Rect, b: Rect) =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;

describe('planStage', () => {
  it('equal tiles have the whole stage, and buttons below once they do not all fit', () => {
    expect(planStage(wish)).toMatchObject({ pageSize: 12, large: [], pager: null });
    const crowd = planStage({ ...wish, smallCount: 40 });
    expect(crowd.pager).toMatchObject({ top: laptop.height - 44, width: laptop.width });
    expect(crowd.small(crowd.pageSize)).toHaveLength(crowd.pageSize);
  });

  it('beside a large tile, the others stand at the side of a wide stage and below on a tall one', () => {
    const wide = planStage({ ...wish, largeCount: 1, smallCount: 3 });
    expect(wide.small(3).every(({ left }) => left >= (wide.large[0]?.width ?? 0))).toBe(true);
    const tall = planStage({ ...wish, box: phone, largeCount: 1, smallCount: 3 });
    expect(tall.small(2).every(({ top }) => top >= (tall.large[0]?.height ?? 0))).toBe(true);
    expect(tall.pageSize).toBe(2);
  });

  it('in a presentation the large tile has everything, and one other a corner of it', () => {
    const plan = planStage({ ...wish, largeCount: 1, smallCount: 8, others: 'corner' });
    expect(plan.large).toEqual([{ left: 0, top: 0, ...laptop }]);
    expect(plan.small(8)).toHaveLength(1);
    expect(plan.pager).toBeNull();
  });

  it('whatever the stage, tiles stay on it and apart from each other', () => {
    const wishes = fc.record({
      box: fc.record({ width: fc.integer({ min: 320, max: 2_600 }), height: fc.integer({ min: 250, max: 1_500 }) }),
      largeCount: fc.integer({ min: 0, max: 6 }),
      smallCount: fc.integer({ min: 1, max: 60 }),
      most: fc.constantFrom(12, 25),
    });
    fc.assert(
      fc.property(wishes, (given) => {
        const plan = planStage({ ...given, others: 'strip' });
        expect(plan.pageSize).toBeGreaterThan(0);
        expect(plan.pager === null).toBe(given.smallCount <= plan.pageSize);
        const places = [
          ...plan.large,
          ...plan.small(Math.min(given.smallCount, plan.pageSize)),
          ...(plan.pager ? [plan.pager] : []),
        ];
        for (const [index, place] of places.entries()) {
          expect(place.left).toBeGreaterThanOrEqual(0);
          expect(place.top).toBeGreaterThanOrEqual(0);
          expect(place.left + place.width).toBeLessThanOrEqual(given.box.width + 1);
          expect(place.top + place.height).toBeLessThanOrEqual(given.box.height + 1);
          expect(places.slice(index + 1).some((other) => overlap(place, other))).toBe(false);
        }
      }),
      seeded('a stage', 400),
    );
  });
});
