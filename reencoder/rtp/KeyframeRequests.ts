import type { Clock } from '../../core/ports.ts';

/** Browsers ignore a PLI within 300 ms of the last one, and the server passes one on at most every 370 ms. */
const SPACING_MS = 370;
/** A source that left this many requests unanswered probably sends nothing: from then on it is asked less often. */
const EAGER_TRIES = 6;
const PATIENT_SPACING_MS = 1_000;
/** A keyframe that has begun to arrive may take this long before another one is requested. */
const ARRIVAL_MS = 250;

/** Asks the source for a keyframe as long as one is wanted. */
export class KeyframeRequests {
  readonly #clock: Clock;
  readonly #sendPli: () => void;
  #wanted = false;
  #paused = false;
  #tries = 0;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #arrivingSinceMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, sendPli: () => void) {
    this.#clock = clock;
    this.#sendPli = sendPli;
  }

  want(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#tries = 0;
    this.#proceed();
  }

  /** The first packet of a keyframe has arrived. */
  arriving(): void {
    this.#arrivingSinceMs = this.#clock.now();
  }

  /** A whole keyframe has arrived. */
  fulfil(): void {
    this.#wanted = false;
    this.#arrivingSinceMs = Number.NEGATIVE_INFINITY;
    this.#stopTimer();
  }

  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    this.#stopTimer();
    if (!paused && this.#wanted) {
      this.#tries = 0;
      this.#proceed();
    }
  }

  close(): void {
    this.#wanted = false;
    this.#stopTimer();
  }

  #proceed(): void {
    this.#stopTimer();
    if (this.#paused) return;
    const now = this.#clock.now();
    const spacing = this.#tries < EAGER_TRIES ? SPACING_MS : PATIENT_SPACING_MS;
    const dueAtMs = Math.max(this.#sentAtMs + spacing, this.#arrivingSinceMs + ARRIVAL_MS);
    if (dueAtMs <= now) {
      this.#sentAtMs = now;
      this.#tries += 1;
      this.#sendPli();
    }
    const nextAtMs = dueAtMs <= now ? now + spacing : dueAtMs;
    this.#cancelTimer = this.#clock.setTimer(nextAtMs - now, () => this.#proceed());
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}
