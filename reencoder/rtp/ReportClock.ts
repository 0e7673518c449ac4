import { type ClockMapping, TICKS_PER_MS } from './ntp.ts';

/** Of so many reports the one that travelled fastest tells how the two wall clocks differ. */
const REMEMBERED = 8;

/**
 * Which timestamp belongs to now, as the source's reports say it, seen from the own clock: reports in the source's clock would begin
 * in one clock and go on in another once the source's first report is here.
 */
export class ReportClock {
  #anchor: { atMs: number; timestamp: number };
  #offsetsMs: number[] = [];
  #lastNtpMs: number | null = null;

  /** Until the source reports, a frame counts as taken when it is sent. */
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
