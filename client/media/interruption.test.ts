import { describe, expect, it } from 'vitest';
import { isCutOff } from './interruption.ts';

const NOW = 10_000;
const flow = (source: 'camera' | 'microphone', agoMs: number | null) => ({
  source,
  lastAt: agoMs === null ? undefined : NOW - agoMs,
});

describe('isCutOff', () => {
  it('somebody of whom nothing arrives any more is cut off, within a second', () => {
    expect(isCutOff([flow('camera', 900), flow('microphone', 900)], NOW)).toBe(true);
    expect(isCutOff([flow('camera', 800)], NOW)).toBe(true);
  });

  it('one track that goes on is proof enough', () => {
    expect(isCutOff([flow('camera', 5_000), flow('microphone', 20)], NOW)).toBe(false);
    expect(isCutOff([flow('camera', 30), flow('microphone', 5_000)], NOW)).toBe(false);
  });

  it('a quiet microphone sends seldom, and alone it proves less', () => {
    expect(isCutOff([flow('camera', 700), flow('microphone', 450)], NOW)).toBe(false);
    expect(isCutOff([flow('microphone', 1_500)], NOW)).toBe(false);
    expect(isCutOff([flow('microphone', 2_100)], NOW)).toBe(true);
  });

  it('nobody is cut off of whom nothing is expected, or nothing has come yet', () => {
    expect(isCutOff([], NOW)).toBe(false);
    expect(isCutOff([flow('camera', null), flow('microphone', null)], NOW)).toBe(false);
    expect(isCutOff([flow('camera', 900), flow('microphone', null)], NOW)).toBe(true);
  });
});
