import { type ClockMapping, TICKS_PER_MS } from './ntp.ts';

/** Among this many reports, the one that travelled fastest tells how the two wall clocks differ. */
const REMEMBERED = 8;

/**
 * Tells which timestamp belongs to now. It takes the mapping from the source's reports but counts in this process's
 * clock: reports in the source's clock would change clocks when the source's first report arrives.
 */
export class ReportClock {
  #anchor: { atMs: number; timestamp: number };
  #offsetsMs: number[] = [];
  #lastNtpMs: number | null = null;

  /** Until the source reports, a frame counts as captured when it is sent. */
  constructor(nowMs: number, timestamp: number) {
    this.#anchor = { atMs: nowMs, timestamp };
  }

  learn({ ntpMs, timestamp, receivedAtMs }: ClockMapping): void {
    if (ntpMs === this.#lastNtpMs) return;
    this.#lastNtpMs = ntpMs;
    this.#offsetsMs = [...this.#offsetsMs.slice(1 - REMEMBERED), receivedAtMs - ntpMs];
    this.#anchor = { atMs: ntpMs + Math.min(...this.#offsetsMs), timestamp };
  }

  timestampAt(nowMs: number): number {
    return this.#anchor.timestamp + (nowMs - this.#anchor.atMs) * TICKS_PER_MS;
  }
}
