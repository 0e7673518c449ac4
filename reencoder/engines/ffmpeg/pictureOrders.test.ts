import { describe, expect, test } from 'vitest';
import { NOT_ENCODED, numberOf, StepSequence, ticksOf, timeOf } from './pictureOrders.ts';

describe('the time of a picture', () => {
  const orders = [{ step: 255, keyframe: true }, NOT_ENCODED, { step: 1, keyframe: true }];

  test('tells its number and what is wanted of each layer', () => {
    const time = timeOf(5, orders);
    expect(numberOf(time, 3)).toBe(5);
    expect(time.toString(2)).toBe(['101', '000000011', '000000000', '111111111'].join(''));
  });

  test('is exact up to the last number, and begins again after it', () => {
    const last = 2 ** 26 - 1;
    expect(Number.isSafeInteger(timeOf(last, orders))).toBe(true);
    expect(numberOf(timeOf(last, orders), 3)).toBe(last);
    expect(numberOf(timeOf(last + 1, orders), 3)).toBe(0);
  });

  test('grows, whatever is wanted', () => {
    const times = [orders, [], orders, [NOT_ENCODED, NOT_ENCODED, NOT_ENCODED]].map((layers, index) =>
      timeOf(index, [...layers, NOT_ENCODED, NOT_ENCODED, NOT_ENCODED].slice(0, 3)),
    );
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe('steps of time', () => {
  test.each([600, 8_333, 33_333, 33_367, 480_000, 3_000_000])('%d ticks at a time add up', (ticks) => {
    const sequence = new StepSequence();
    const steps = Array.from({ length: 300 }, () => ticksOf(sequence.next(ticks)));
    expect(Math.abs(sumOf(steps) - 300 * ticks)).toBeLessThan(ticks / 20);
    for (const step of steps) expect(Math.abs(step / ticks - 1)).toBeLessThan(0.06);
  });

  test('follow what is uneven', () => {
    const sequence = new StepSequence();
    const wanted = Array.from({ length: 300 }, (_, index) => 10_000 + ((index * 7_919) % 50_000));
    const steps = wanted.map((ticks) => ticksOf(sequence.next(ticks)));
    expect(Math.abs(sumOf(steps) - sumOf(wanted))).toBeLessThan(2_000);
  });

  test('are even, and none is 0', () => {
    const sequence = new StepSequence();
    for (const ticks of [0, 1, 1e9]) expect(sequence.next(ticks)).toBeGreaterThan(0);
    for (let step = 1; step < 256; step += 1) expect(ticksOf(step) % 2).toBe(0);
  });
});

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
