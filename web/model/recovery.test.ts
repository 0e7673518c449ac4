import { describe, expect, it } from 'vitest';
import { absenceOf, nextSignMs, signOf } from './recovery.ts';

const T = 1_000_000;
const here = { connected: true, interrupted: false, expiresAt: null };
const missed = { connected: true, interrupted: true, expiresAt: null };
const away = { connected: false, interrupted: false, expiresAt: T + 99_000 };

describe('signOf', () => {
  it('a pause is held, then marked, then told, with the time that is left', () => {
    const absence = { since: T, until: T + 30_000 };
    expect(signOf(absence, T + 299)).toEqual({ shows: 'nothing', secondsLeft: null });
    expect(signOf(absence, T + 300)).toEqual({ shows: 'mark', secondsLeft: null });
    expect(signOf(absence, T + 2_999).shows).toBe('mark');
    expect(signOf(absence, T + 3_000)).toEqual({ shows: 'words', secondsLeft: 27 });
    expect(signOf(absence, T + 29_001)).toEqual({ shows: 'words', secondsLeft: 1 });
  });

  it('nothing is promised that nobody knows, or that is over', () => {
    expect(signOf({ since: T, until: null }, T + 5_000)).toEqual({ shows: 'words', secondsLeft: null });
    expect(signOf({ since: T, until: T + 4_000 }, T + 4_000)).toEqual({ shows: 'words', secondsLeft: null });
  });

  it('the sign changes exactly when it says', () => {
    const absence = { since: T, until: T + 6_500 };
    let now = T;
    const seen = [signOf(absence, now)];
    while (nextSignMs(absence, now) !== Number.POSITIVE_INFINITY) {
      const due = nextSignMs(absence, now);
      expect(signOf(absence, now + due - 1)).toEqual(seen.at(-1));
      now += due;
      expect(signOf(absence, now)).not.toEqual(seen.at(-1));
      seen.push(signOf(absence, now));
    }
    expect(seen.map(({ shows, secondsLeft }) => secondsLeft ?? shows)).toEqual([
      'nothing',
      'mark',
      4,
      3,
      2,
      1,
      'words',
    ]);
  });
});

describe('absenceOf', () => {
  it('whoever is there is not absent, and an absence starts again after a return', () => {
    expect(absenceOf(here, undefined, 30_000, T)).toBeNull();
    expect(absenceOf(here, { since: T, until: T + 9 }, 30_000, T + 5)).toBeNull();
  });

  it('who is missed is marked at once, and the count begins when the room knows', () => {
    const first = absenceOf(missed, null, 30_000, T);
    expect(first && signOf(first, T).shows).toBe('mark');
    expect(absenceOf(missed, first, 30_000, T + 50)).toBe(first);
    const known = absenceOf(away, first, 30_000, T + 4_000);
    expect(known).toEqual({ since: first?.since, until: T + 34_000 });
    expect(absenceOf(away, known, 30_000, T + 9_000)).toBe(known);
  });

  it('the server’s clock counts only for somebody who was away at first sight, within the grace time', () => {
    expect(absenceOf(away, null, 30_000, T)?.until).toBe(T + 30_000);
    expect(absenceOf({ ...away, expiresAt: T + 12_000 }, undefined, 30_000, T)?.until).toBe(T + 12_000);
    expect(absenceOf(away, undefined, 30_000, T)?.until).toBe(T + 30_000);
    expect(absenceOf({ ...away, expiresAt: T - 1 }, undefined, 30_000, T)?.until).toBe(T);
  });
});
