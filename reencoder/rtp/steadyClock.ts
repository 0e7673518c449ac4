import type { Clock } from '../../core/ports.ts';

/** Parts of a millisecond count here, and a step of the system's clock would look like a jump of the media. */
export const steadyClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimer(afterMs, run) {
    const timer = setTimeout(run, afterMs);
    return () => clearTimeout(timer);
  },
};
