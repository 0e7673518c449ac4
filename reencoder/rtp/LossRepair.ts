/** Time for packets that were only overtaken to arrive, and for all losses of one burst to share a NACK. */
const FIRST_NACK_AFTER_MS = 2;
/** A packet that is still missing after this is given up: a keyframe is cheaper than more delay. */
const GIVE_UP_AFTER_MS = 250;
const MIN_RETRY_MS = 20;
const MAX_RETRY_MS = 100;
const RTT_AT_FIRST_MS = 20;
/** More missing packets at once are beyond repair. */
const MAX_MISSING = 512;
/** Up to this many packets, as many as one NACK item names, may be lost before the first one that arrives. */
const MAX_BEFORE_FIRST = 17;

interface Missing {
  /** False if the packet may never have been sent. */
  readonly certain: boolean;
  noticedAtMs: number;
  nackedAtMs: number | null;
  tries: number;
}

/** Knows which packets are missing, when to request each of them (again), and when to stop waiting. */
export class LossRepair {
  /** In the order of their places, which is also that of their age. */
  readonly #missing = new Map<number, Missing>();
  #rttMs = RTT_AT_FIRST_MS;

  get size(): number {
    return this.#missing.size;
  }

  /** The places from `from` to before `to` were skipped. Returns false if they are too many to wait for. */
  noticed(from: number, to: number, nowMs: number): boolean {
    if (this.#missing.size + (to - from) > MAX_MISSING) return false;
    this.#add(from, to, true, nowMs);
    return true;
  }

  /** The stream's first packet arrived at `first`, but others belong before it. Returns the first place to wait for. */
  beganLate(first: number, nowMs: number): number {
    const from = first - MAX_BEFORE_FIRST;
    this.#add(from, first, false, nowMs);
    return from;
  }

  /** Returns whether a NACK brought the packet. */
  arrived(index: number, nowMs: number): boolean {
    const missing = this.#missing.get(index);
    if (missing === undefined) return false;
    this.#missing.delete(index);
    if (missing.nackedAtMs === null) return false;
    // If a packet was requested twice, nobody knows which request brought it.
    if (missing.tries === 1) this.#rttMs += (nowMs - missing.nackedAtMs - this.#rttMs) / 8;
    return true;
  }

  /** Nobody waits for places before `index` any more. Returns how many packets were lost there for certain. */
  forgetBefore(index: number): number {
    let forgotten = 0;
    for (const [place, { certain }] of this.#missing) {
      if (place >= index) break;
      this.#missing.delete(place);
      if (certain) forgotten += 1;
    }
    return forgotten;
  }

  /** This process could neither request nor read packets for `forMs`, so this time does not count. */
  stoodStill(forMs: number, nowMs: number): void {
    for (const missing of this.#missing.values()) {
      missing.noticedAtMs = Math.min(missing.noticedAtMs + forMs, nowMs);
    }
  }

  /** Returns the places to request now, and counts them as requested. */
  takeDue(nowMs: number): number[] {
    const due: number[] = [];
    for (const [index, missing] of this.#missing) {
      if (this.#nackAt(missing) > nowMs) continue;
      missing.nackedAtMs = nowMs;
      missing.tries += 1;
      due.push(index);
    }
    return due;
  }

  /** Returns the last place that was waited for in vain, or null if there is none. */
  givenUp(nowMs: number): number | null {
    let last: number | null = null;
    for (const [index, missing] of this.#missing) {
      if (missing.noticedAtMs + GIVE_UP_AFTER_MS > nowMs) break;
      last = index;
    }
    return last;
  }

  /** Returns when the next step is due, or null if nothing is missing. */
  nextAtMs(): number | null {
    let next: number | null = null;
    for (const missing of this.#missing.values()) {
      const at = Math.min(this.#nackAt(missing), missing.noticedAtMs + GIVE_UP_AFTER_MS);
      if (next === null || at < next) next = at;
    }
    return next;
  }

  #add(from: number, to: number, certain: boolean, nowMs: number): void {
    for (let index = from; index < to; index++) {
      this.#missing.set(index, { certain, noticedAtMs: nowMs, nackedAtMs: null, tries: 0 });
    }
  }

  #nackAt(missing: Missing): number {
    if (missing.nackedAtMs === null) return missing.noticedAtMs + FIRST_NACK_AFTER_MS;
    return missing.nackedAtMs + Math.min(Math.max(this.#rttMs * 1.5, MIN_RETRY_MS), MAX_RETRY_MS);
  }
}

/** As in RTCP: one sequence number, and a bit for each of the sixteen after it. */
export interface NackItem {
  pid: number;
  bitmask: number;
}

/** Packs ascending places into as few NACK items as possible (RFC 4585 section 6.2.1). */
export function toNackItems(indexes: readonly number[]): NackItem[] {
  const items: { first: number; bitmask: number }[] = [];
  for (const index of indexes) {
    const item = items.at(-1);
    if (item !== undefined && index - item.first <= 16) item.bitmask |= 1 << (index - item.first - 1);
    else items.push({ first: index, bitmask: 0 });
  }
  return items.map(({ first, bitmask }) => ({ pid: first & 0xffff, bitmask }));
}

export function fromNackItem({ pid, bitmask }: NackItem): number[] {
  const numbers = [pid];
  for (let bit = 0; bit < 16; bit++) {
    if (bitmask & (1 << bit)) numbers.push((pid + bit + 1) & 0xffff);
  }
  return numbers;
}
