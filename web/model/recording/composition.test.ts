import { expect, it } from 'vitest';
import { fc } from '../../../test/support/fastCheck.ts';
import { composePicture, type Shown } from './composition.ts';

const BOX = { width: 1_280, height: 720 };
const shown = (id: string, change: Partial<Shown> = {}): Shown => {
  return { id, camera: true, screen: false, spokeAt: 0, ...change };
};

it('everybody stands in the grid, and a shared screen is large', () => {
  const grid = composePicture([shown('a'), shown('b')], BOX);
  expect(grid.map(({ id, kind }) => `${id} ${kind}`)).toEqual(['a camera', 'b camera']);

  const [screen, ...beside] = composePicture([shown('a'), shown('b', { screen: true })], BOX);
  expect(screen).toMatchObject({ id: 'b', kind: 'screen' });
  expect(beside.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(screen?.rect.width).toBeGreaterThan(900);
});

it('of many those are shown whose cameras are on and who spoke last, in the order of the room', () => {
  const people = Array.from({ length: 12 }, (_, i) => shown(`p${i}`, { camera: i % 2 === 0, spokeAt: i }));
  expect(composePicture(people, BOX).map(({ id }) => id)).toEqual([
    ...['p0', 'p2', 'p4', 'p6', 'p7', 'p8', 'p9', 'p10', 'p11'],
  ]);
});

it('nothing stands outside the picture or upon another, however many there are', () => {
  const anyPerson = fc.record({ camera: fc.boolean(), screen: fc.boolean(), spokeAt: fc.nat() });
  fc.assert(
    fc.property(fc.array(anyPerson, { minLength: 1, maxLength: 40 }), (drawn) => {
      const places = composePicture(
        drawn.map((each, index) => ({ id: `p${index}`, ...each })),
        BOX,
      );
      expect(places.length).toBeGreaterThan(0);
      for (const [index, { rect }] of places.entries()) {
        expect(Math.min(rect.left, rect.top)).toBeGreaterThanOrEqual(0);
        expect(rect.left + rect.width).toBeLessThanOrEqual(BOX.width);
        expect(rect.top + rect.height).toBeLessThanOrEqual(BOX.height);
        for (const { rect: other } of places.slice(0, index)) {
          const apart =
            rect.left >= other.left + other.width ||
            other.left >= rect.left + rect.width ||
            rect.top >= other.top + other.height ||
            other.top >= rect.top + rect.height;
          expect(apart).toBe(true);
        }
      }
    }),
  );
});
