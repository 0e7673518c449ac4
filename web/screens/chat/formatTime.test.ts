import { describe, expect, it } from 'vitest';
import { formatDay, formatTime } from './formatTime.ts';

const now = new Date(2026, 10, 21, 0, 30).getTime();

describe('formatTime', () => {
  it('a time is written as the reader’s locale writes it', () => {
    const at = new Date(2026, 10, 21, 17, 5).getTime();
    expect(formatTime(at, 'de-DE')).toBe('17:05');
    expect(formatTime(at, 'en-US')).toMatch(/^5:05\sPM$/u);
  });
});

describe('formatDay', () => {
  it('today and yesterday are named', () => {
    expect(formatDay(now - 60_000, now, 'en-GB')).toBe('Today');
    expect(formatDay(now - 3_600_000, now, 'en-GB')).toBe('Yesterday');
  });

  it('the year is written only if it is not the current one', () => {
    expect(formatDay(new Date(2026, 2, 3).getTime(), now, 'en-GB')).toBe('Tuesday 3 March');
    expect(formatDay(new Date(2025, 2, 3).getTime(), now, 'en-GB')).toContain('2025');
  });
});
