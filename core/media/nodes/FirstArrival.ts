import type { types } from 'mediasoup';
import type { Clock } from '../../ports.ts';

/** Looks whether any media come through a new pipe: a firewall or a wrong address loses them without a word. */
export class FirstArrival {
  readonly #transport: types.PipeTransport;
  readonly #afterMs: number;
  readonly #clock: Clock;
  readonly #isExpected: () => boolean;
  readonly #onMissing: () => void;
  #cancelLook: () => void = () => undefined;

  /** `isExpected`: whether something should come now. `onMissing`: nothing has come after `afterMs`; called once. */
  constructor(
    transport: types.PipeTransport,
    afterMs: number,
    clock: Clock,
    isExpected: () => boolean,
    onMissing: () => void,
  ) {
    this.#transport = transport;
    this.#afterMs = afterMs;
    this.#clock = clock;
    this.#isExpected = isExpected;
    this.#onMissing = onMissing;
    this.#lookLater();
  }

  stop(): void {
    this.#cancelLook();
  }

  #lookLater(): void {
    this.#cancelLook = this.#clock.setTimer(this.#afterMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    // A transport that closes meanwhile has no stats.
    const [stat] = await this.#transport.getStats().catch(() => []);
    if (!stat || this.#transport.closed || stat.rtpBytesReceived > 0) return;
    if (this.#isExpected()) this.#onMissing();
    else this.#lookLater();
  }
}
