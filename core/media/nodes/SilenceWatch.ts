import type { types } from 'mediasoup';
import type { Clock } from '../../ports.ts';

const LOOKS = 4;

/**
 * Watches a pipe whose other node cannot be asked. The other end sends RTCP every few seconds also while no media flow:
 * if nothing comes at all, it is gone.
 */
export class SilenceWatch {
  readonly #transport: types.PipeTransport;
  readonly #patienceMs: number;
  readonly #clock: Clock;
  readonly #onSilent: () => void;
  #cancelLook: (() => void) | null = null;
  #bytes = -1;
  #since = 0;

  /** `onSilent`: nothing came for `patienceMs`. */
  constructor(transport: types.PipeTransport, patienceMs: number, clock: Clock, onSilent: () => void) {
    this.#transport = transport;
    this.#patienceMs = patienceMs;
    this.#clock = clock;
    this.#onSilent = onSilent;
  }

  start(): void {
    if (this.#cancelLook) return;
    this.#bytes = -1;
    this.#lookLater();
  }

  stop(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
  }

  #lookLater(): void {
    this.#cancelLook = this.#clock.setTimer(this.#patienceMs / LOOKS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const look = this.#cancelLook;
    // A transport that closes meanwhile has no stats, and whoever closed it stops the watch.
    const stats = await this.#transport.getStats().catch(() => []);
    if (this.#cancelLook !== look || this.#transport.closed) return;
    const bytes = stats[0]?.bytesReceived ?? 0;
    if (bytes > this.#bytes) {
      this.#bytes = bytes;
      this.#since = this.#clock.now();
    }
    if (this.#clock.now() - this.#since >= this.#patienceMs) this.#onSilent();
    else this.#lookLater();
  }
}
