import type { Clock } from '../../core/ports.ts';

/**
 * Counts fractions of a millisecond and ignores steps of the system's clock, which would look like jumps of the media.
 */
export const steadyClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimer(afterMs, run) {
    const timer = setTimeout(run, afterMs);
    return () => clearTimeout(timer);
  },
};
