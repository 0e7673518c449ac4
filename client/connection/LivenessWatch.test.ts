import { describe, expect, it } from 'vitest';
import { isSuspicious } from './LivenessWatch.ts';

describe('isSuspicious', () => {
  it('a socket and media that are both silent for a second are suspicious', () => {
    expect(isSuspicious({ socketMs: 1_000, mediaMs: 1_000 })).toBe(true);
    expect(isSuspicious({ socketMs: 800, mediaMs: 800 })).toBe(false);
  });

  it('a silent socket beside flowing media has more time', () => {
    expect(isSuspicious({ socketMs: 3_000, mediaMs: 50 })).toBe(false);
    expect(isSuspicious({ socketMs: 5_000, mediaMs: 50 })).toBe(true);
  });

  it('a silent socket has more time where no media is expected', () => {
    expect(isSuspicious({ socketMs: 1_500, mediaMs: null })).toBe(false);
    expect(isSuspicious({ socketMs: 2_000, mediaMs: null })).toBe(true);
  });
});
