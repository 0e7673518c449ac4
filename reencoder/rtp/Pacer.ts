import type { Clock } from '../../core/ports.ts';

/**
 * A keyframe of a hundred packets at once overruns the receiver's socket buffer; at this pace it is out within a few
 * ms. A late timer catches up, but only by as much as a buffer surely holds.
 */
const PACKETS_PER_MS = 20;
const MAX_BURST = 60;
/** Far more than any encoder makes: packets this late are useless. */
const MAX_QUEUED = 4_096;

/** Sends packets in order, in small bursts. */
export class Pacer {
  readonly #clock: Clock;
  readonly #send: (packet: Buffer) => void;
  readonly #queue: Buffer[] = [];
  #allowance = PACKETS_PER_MS;
  #refilledAtMs: number;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, send: (packet: Buffer) => void) {
    this.#clock = clock;
    this.#send = send;
    this.#refilledAtMs = clock.now();
  }

  get backlog(): number {
    return this.#queue.length;
  }

  /** Returns false, and drops the packet, if too many wait already. */
  push(packet: Buffer): boolean {
    if (this.#queue.length >= MAX_QUEUED) return false;
    this.#queue.push(packet);
    if (this.#cancelTimer === null) this.#proceed();
    return true;
  }

  close(): void {
    this.#queue.length = 0;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #proceed(): void {
    this.#cancelTimer = null;
    const now = this.#clock.now();
    this.#allowance = Math.min(this.#allowance + (now - this.#refilledAtMs) * PACKETS_PER_MS, MAX_BURST);
    this.#refilledAtMs = now;
    const count = Math.min(Math.floor(this.#allowance), this.#queue.length);
    this.#allowance -= count;
    for (const packet of this.#queue.splice(0, count)) this.#send(packet);
    if (this.#queue.length > 0) this.#cancelTimer = this.#clock.setTimer(1, () => this.#proceed());
  }
}
