import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seeded } from '../../../test/support/seed.ts';
import { pan, WHOLE, zoomAt, zoomAtCentre } from './zoom.ts';

const box = { width: 800, height: 400 };

it('what is under the pointer stays there', () => {
  expect(zoomAt(WHOLE, 2, { x: 200, y: 100 }, box)).toEqual({ scale: 2, x: -200, y: -100 });
  expect(zoomAtCentre(WHOLE, 2, box)).toEqual({ scale: 2, x: -400, y: -200 });
});

it('smaller than whole is whole', () => {
  expect(zoomAt({ scale: 1.2, x: -50, y: -10 }, 0.5, { x: 0, y: 0 }, box)).toBe(WHOLE);
  expect(pan(WHOLE, { x: 40, y: 40 }, box)).toBe(WHOLE);
});

it('however it is moved, the picture fills its box', () => {
  const step = fc.oneof(
    fc.record({ factor: fc.double({ min: 0.2, max: 4, noNaN: true }), x: fc.nat(800), y: fc.nat(400) }),
    fc.record({ dx: fc.integer({ min: -900, max: 900 }), dy: fc.integer({ min: -900, max: 900 }) }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let zoom = WHOLE;
      for (const each of steps) {
        zoom =
          'factor' in each
            ? zoomAt(zoom, each.factor, { x: each.x, y: each.y }, box)
            : pan(zoom, { x: each.dx, y: each.dy }, box);
        expect(zoom.scale).toBeGreaterThanOrEqual(1);
        expect(zoom.x).toBeLessThanOrEqual(0);
        expect(zoom.x + box.width * zoom.scale).toBeGreaterThanOrEqual(box.width - 1e-6);
        expect(zoom.y + box.height * zoom.scale).toBeGreaterThanOrEqual(box.height - 1e-6);
      }
    }),
    seeded('zoom', 200),
  );
});
