import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import { AddressLimits } from './AddressLimits.ts';
import { keptFor } from './keptFor.ts';
import { LoopLag } from './LoopLag.ts';
import { payloadWeight } from './payloadWeight.ts';
import { RefusalLog } from './RefusalLog.ts';
import { TokenBucket } from './TokenBucket.ts';

describe('a token bucket', () => {
  it('a token bucket gives a burst at once, then tokens at its rate', () => {
    const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, 0);
    expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([true, true, true, false]);
    expect([500, 500, 1_000].map((now) => bucket.take(now))).toEqual([true, false, true]);
    expect([100_000, 100_000, 100_000, 100_000].map((now) => bucket.take(now))).toEqual([true, true, true, false]);
  });

  it('a token bucket is in debt after a charge larger than its content', () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 1 }, 0);
    bucket.charge(4);
    expect([0, 2_000, 3_000].map((now) => bucket.take(now))).toEqual([false, false, true]);
  });

  it('a token bucket gains nothing when the clock is set back', () => {
    const bucket = new TokenBucket({ burst: 1, perSecond: 1 }, 10_000);
    expect(bucket.take(10_000)).toBe(true);
    expect(bucket.take(0)).toBe(false);
    expect(bucket.take(999)).toBe(false);
    expect(bucket.take(1_000)).toBe(true);
  });
});

describe('limits by address', () => {
  it('each address has its own limit, and old addresses are forgotten', () => {
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

describe('the log of refusals', () => {
  it('each message is written once a second, with the number of those left out', () => {
    let now = 0;
    const written: [Record<string, unknown>, string][] = [];
    const none = () => undefined;
    const logger = { child: () => logger, debug: none, info: none, error: none, warn };
    function warn(fields: Record<string, unknown>, message: string): void {
      written.push([fields, message]);
    }
    const log = new RefusalLog(logger, () => now);
    for (let index = 0; index < 1_000; index += 1) log.warn({ index }, 'refused');
    log.warn({}, 'cut off');
    now = 1_000;
    log.warn({ index: 1_000 }, 'refused');
    now = 0; // The clock is set back.
    log.warn({ index: 1_001 }, 'refused');
    expect(written).toEqual([
      [{ index: 0 }, 'refused'],
      [{}, 'cut off'],
      [{ index: 1_000, leftOut: 999 }, 'refused'],
      [{ index: 1_001 }, 'refused'],
    ]);
  });
});

describe('a result that is kept', () => {
  it('all who ask within the time get the same result, and failures are not kept', async () => {
    let now = 0;
    let made = 0;
    const get = keptFor(
      1_000,
      () => now,
      async () => {
        made += 1;
        if (made === 3) throw new Error('the third fails');
        return made;
      },
    );
    expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
    now = 999;
    expect(await get()).toBe(1);
    now = 1_000;
    expect(await get()).toBe(2);
    now = 2_000;
    await expect(get()).rejects.toThrow('the third fails');
    expect(await get()).toBe(4);
  });
});

describe('the lag of the event loop', () => {
  it('a stall or lateness that stays counts until it is over for a while, and one late turn does not', () => {
    const lag = new LoopLag();
    const isBusyAfter = (...late: number[]) => {
      for (const ms of late) lag.sample(ms, 50 + ms);
      return lag.ms > 200;
    };
    const onTime = Array<number>(60).fill(0);
    const steps = [onTime, [300], onTime, [1_000], [0, 0, 0], onTime, Array<number>(10).fill(300), onTime];
    expect(steps.map((late) => isBusyAfter(...late))).toEqual([false, false, false, true, true, false, true, false]);
  });
});

describe('the weight of a payload', () => {
  const weightOf = (value: unknown): number => payloadWeight(value, 1e9);

  it('the weight of a text is its length with quotes, and every other plain value weighs 4 or 5', () => {
    fc.assert(fc.property(fc.string(), (text) => weightOf(text) === text.length + 2));
    fc.assert(fc.property(fc.oneof(fc.double(), fc.boolean()), (value) => weightOf(value) === 5));
    expect([null, [], {}].map(weightOf)).toEqual([4, 4, 4]);
  });

  it('a list or an object weighs 4 plus its parts, and a key weighs its length plus 4', () => {
    const parts = fc.array(fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(parts, fc.array(fc.string()), (values, keys) => {
        const inside = values.map(weightOf).reduce((sum, weight) => sum + weight, 0);
        expect(weightOf(values)).toBe(4 + inside);
        const named = new Map(values.map((value, index) => [`${index} ${keys[index] ?? ''}`, value]));
        const ofKeys = [...named.keys()].reduce((sum, key) => sum + key.length + 4, 0);
        expect(weightOf(Object.fromEntries(named))).toBe(4 + inside + ofKeys);
      }),
    );
  });

  it('a payload without escapes weighs between two thirds of its JSON size and twice that size', () => {
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', maxDepth: 6 },
        fc.stringMatching(/^[ a-z]{0,40}$/),
        fc.integer({ min: 10_000, max: 99_999 }),
        fc.constantFrom(null, true, false),
        fc.array(tie('tree')),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,12}$/), tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const { length } = JSON.stringify(value);
        expect(weightOf(value)).toBeGreaterThanOrEqual((length * 2) / 3);
        expect(weightOf(value)).toBeLessThanOrEqual(length * 2);
      }),
    );
  });

  it('a payload that is large, deep, or not JSON weighs too much', () => {
    const deep = JSON.parse('['.repeat(20) + ']'.repeat(20));
    const tooMuch = ['x'.repeat(200), Array(100).fill(0), { key: 'x'.repeat(200) }, deep, Buffer.alloc(1), () => 1, 1n];
    expect(tooMuch.filter((value) => payloadWeight(value, 100) <= 100)).toEqual([]);
    expect(payloadWeight(null, 100)).toBeLessThan(100);
  });
});
