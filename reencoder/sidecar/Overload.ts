import type { TrackLoad } from './Capacity.ts';

/** A younger track may shed frames only because it begins. */
const SETTLED_AFTER_MS = 5_000;
/** Longer than a track needs to find the layers and the rate that it has CPU for. */
const LASTS_MS = 6_000;
/** For how long a sidecar that gave a track back takes no other: the first time, and at most. */
const FIRST_HOLD_MS = 30_000;
const LONGEST_HOLD_MS = 600_000;
/** After this many pauses without overload everything is forgotten: one more track was tried meanwhile, and fits. */
const FORGOTTEN_AFTER_HOLDS = 4;

/**
 * Decides when a sidecar has more tracks than CPU and gives one back. After that it takes one more at a time, after
 * pauses that double whenever that was too much again: so no track goes to and fro between sidecars.
 */
export class Overload {
  #shedsSinceMs: number | null = null;
  #shedAtMs = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;
  #moreAtMs = 0;
  #holdMs = FIRST_HOLD_MS;
  #triedMore = false;

  /** The most tracks that it may have for now. */
  get most(): number {
    return this.#most;
  }

  /** Call it once a second. Returns whether a track should go. */
  update(nowMs: number, loads: readonly TrackLoad[]): boolean {
    const isShort = loads.some(({ ageMs, sheds }) => sheds && ageMs >= SETTLED_AFTER_MS);
    if (isShort) this.#shedAtMs = nowMs;
    this.#shedsSinceMs = isShort ? (this.#shedsSinceMs ?? nowMs) : null;
    if (Number.isFinite(this.#most)) this.#takeMore(nowMs);
    // The track that was given back last may not have left yet.
    const isSettled = loads.length <= this.#most;
    return isSettled && this.#shedsSinceMs !== null && nowMs - this.#shedsSinceMs >= LASTS_MS;
  }

  /** One of `count` tracks was given back. */
  gaveBack(nowMs: number, count: number): void {
    if (this.#triedMore) this.#holdMs = Math.min(2 * this.#holdMs, LONGEST_HOLD_MS);
    this.#triedMore = false;
    this.#most = Math.max(0, count - 1);
    this.#moreAtMs = nowMs + this.#holdMs;
    this.#shedsSinceMs = null;
  }

  #takeMore(nowMs: number): void {
    if (nowMs - this.#shedAtMs >= FORGOTTEN_AFTER_HOLDS * this.#holdMs) {
      this.#most = Number.POSITIVE_INFINITY;
      this.#holdMs = FIRST_HOLD_MS;
      this.#triedMore = false;
    } else if (nowMs >= this.#moreAtMs && this.#shedsSinceMs === null) {
      this.#most += 1;
      this.#moreAtMs = nowMs + this.#holdMs;
      this.#triedMore = true;
    }
  }
}

/** Returns the index of the track to give back: the youngest that has settled. Null if none has. */
export function toGiveBack(loads: readonly TrackLoad[]): number | null {
  let youngest: number | null = null;
  for (const [index, { ageMs }] of loads.entries()) {
    if (ageMs < SETTLED_AFTER_MS) continue;
    if (youngest === null || ageMs < (loads[youngest]?.ageMs ?? 0)) youngest = index;
  }
  return youngest;
}
