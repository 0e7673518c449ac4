import { expect, it } from 'vitest';
import { formatLength, formatRunning, formatWhen } from './formatLength.ts';

it('the time of a recording counts minutes and seconds, then hours', () => {
  expect([0, 59_999, 754_000, 3_723_000].map(formatRunning)).toEqual(['0:00', '0:59', '12:34', '1:02:03']);
});

it('the length of a recording is said in one unit', () => {
  const lengths = [0, 42_400, 60_000, 754_000, 9_000_000].map((ms) => formatLength(ms, 'en'));
  expect(lengths).toEqual(['1 second', '42 seconds', '1 minute', '13 minutes', '2.5 hours']);
  expect(formatLength(754_000, 'de')).toBe('13 Minuten');
});

it('a recording of this week is known by its day, an older one by its date', () => {
  const monday = new Date(2026, 10, 30, 10, 42).getTime();
  expect(formatWhen(monday, monday + 3_600_000, 'en-GB')).toBe('Monday 10:42');
  expect(formatWhen(monday, monday + 7 * 86_400_000, 'en-GB')).toContain('30 November 2026');
});
