import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressLimits } from './AddressLimits.ts';
import { payloadWeight } from './payloadWeight.ts';
import { TokenBucket } from './TokenBucket.ts';

describe('a token bucket', () => {
  it('gives a burst at once, then what its rate brings', () => {
    const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, 0);
    expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([true, true, true, false]);
    expect([500, 500, 1_000].map((now) => bucket.take(now))).toEqual([true, false, true]);
    expect([100_000, 100_000, 100_000, 100_000].map((now) => bucket.take(now))).toEqual([true, true, true, false]);
  });

  it('is in debt after a charge that was more than it had', () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 1 }, 0);
    bucket.charge(4);
    expect([0, 2_000, 3_000].map((now) => bucket.take(now))).toEqual([false, false, true]);
  });

  it('gains nothing from a clock that is set back', () => {
    const bucket = new TokenBucket({ burst: 1, perSecond: 1 }, 10_000);
    expect(bucket.take(10_000)).toBe(true);
    expect(bucket.take(0)).toBe(false);
    expect(bucket.take(999)).toBe(false);
    expect(bucket.take(1_000)).toBe(true);
  });
});

describe('limits by address', () => {
  it('are apart from each other, and forget whoever asked long ago', () => {
    let now = 0;
    const limits = new AddressLimits({ burst: 1, perSecond: 1 }, () => now);
    expect([limits.take('a'), limits.take('a'), limits.take('b')]).toEqual([true, false, true]);
    for (let index = 0; index < 5_000; index += 1) {
      now += 10;
      limits.take(`address ${index}`);
    }
    expect(limits.size).toBeLessThan(2_500);
  });
});

describe('the weight of a payload', () => {
  it('is about its size as JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const json = JSON.stringify(value)?.length ?? 0;
        const weight = payloadWeight(value, 1e9);
        expect(weight).toBeGreaterThan(json / 6 - 10);
        expect(weight).toBeLessThan(json * 5 + 10);
      }),
    );
  });

  it('is too much when it is large, deep, or no JSON', () => {
    const deep = JSON.parse('['.repeat(20) + ']'.repeat(20));
    const tooMuch = ['x'.repeat(200), Array(100).fill(0), { key: 'x'.repeat(200) }, deep, Buffer.alloc(1), () => 1, 1n];
    expect(tooMuch.filter((value) => payloadWeight(value, 100) <= 100)).toEqual([]);
    expect(payloadWeight(null, 100)).toBeLessThan(100);
  });
});
