import { expect, test } from 'vitest';
import { ENCODER_TIME_BASE, EncoderClock } from './EncoderClock.ts';

test("the encoder's clock runs as the timestamps do, and faster or slower when stretched", () => {
  const clock = new EncoderClock();
  const first = clock.next(90_000, 1);
  const second = clock.next(93_000, 1);
  const third = clock.next(96_000, 0.5);
  const thirtieth = ENCODER_TIME_BASE.den / 30;
  expect(second.pts - first.pts).toBe(thirtieth);
  expect(third).toEqual({ pts: second.pts + thirtieth / 2, duration: thirtieth / 2 });
});

test("the encoder's clock always grows, whatever the timestamps do, and a pause saves no bits", () => {
  const clock = new EncoderClock();
  let last = 0;
  for (const timestamp of [50_000, 50_000, 10, 2 ** 40, 2 ** 40 + 90_000 * 60, 0]) {
    const { pts } = clock.next(timestamp, 0.001);
    expect(pts).toBeGreaterThan(last);
    expect(pts - last).toBeLessThanOrEqual(ENCODER_TIME_BASE.den / 5);
    last = pts;
  }
});
