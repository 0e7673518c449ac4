import type { Link } from './Link.ts';

const TICK_MS = 100;
/** A link that was heard this recently needs no ping. */
const PING_AFTER_MS = 400;
/** After this much silence on the socket, the received media is checked. */
const LISTEN_AFTER_MS = 400;

export interface Silence {
  /** ms since the last packet on the socket. */
  readonly socketMs: number;
  /** ms since media was last seen to arrive; null where none is expected. */
  readonly mediaMs: number | null;
}

/**
 * Returns true if a node that was asked and has not answered should be given up. Media that arrives proves that the
 * path is alive, so the node may be slow; where media should arrive and does not, both are gone; where none is
 * expected, silence proves less.
 */
export function isSuspicious(silence: Silence): boolean {
  if (silence.mediaMs === null) return silence.socketMs >= 2_000;
  if (silence.mediaMs < 700) return silence.socketMs >= 5_000;
  return silence.socketMs >= 950;
}

export interface LivenessWatchOptions {
  readonly link: Link;
  /** Bytes of media received so far, null when none is expected now. */
  readonly mediaBytes: () => Promise<number | null>;
  readonly suspected: () => void;
  /** The link spoke again after it was suspected. */
  readonly cleared: () => void;
}

/**
 * Notices a dead node or path by silence: a closed socket reports itself, a vanished machine does not. A page whose
 * timers are held up (background, sleep) never mistakes its own pause for the node's silence: silence counts only when
 * two ticks in a row see it, so that what waited in the page's own queue has been handled in between.
 */
export class LivenessWatch {
  readonly #options: LivenessWatchOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #pingedAt = 0;
  #mediaBytes: number | null = null;
  #mediaAt = performance.now();
  #sampling = false;
  #silentTicks = 0;
  #suspectedAt: number | undefined;

  constructor(options: LivenessWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const { link } = this.#options;
    if (this.#suspectedAt !== undefined && link.lastHeardAt > this.#suspectedAt) {
      this.#suspectedAt = undefined;
      this.#silentTicks = 0;
      this.#options.cleared();
    }
    const socketMs = now - link.lastHeardAt;
    if (socketMs >= PING_AFTER_MS && now - this.#pingedAt >= PING_AFTER_MS) {
      this.#pingedAt = now;
      // Any packet counts as an answer, and the ticks watch for silence: the outcome itself says nothing more.
      link.request('ping', {}, 5_000).catch(() => undefined);
    }
    if (socketMs < LISTEN_AFTER_MS) {
      this.#mediaBytes = null;
      this.#mediaAt = now;
      this.#silentTicks = 0;
      return;
    }
    void this.#sampleMedia();
    const mediaMs = this.#mediaBytes === null ? null : now - this.#mediaAt;
    this.#silentTicks = isSuspicious({ socketMs, mediaMs }) ? this.#silentTicks + 1 : 0;
    if (this.#silentTicks >= 2 && this.#suspectedAt === undefined) {
      this.#suspectedAt = now;
      this.#options.suspected();
    }
  }

  async #sampleMedia(): Promise<void> {
    if (this.#sampling) return;
    this.#sampling = true;
    try {
      const bytes = await this.#options.mediaBytes();
      if (bytes !== null && this.#mediaBytes !== null && bytes > this.#mediaBytes) this.#mediaAt = performance.now();
      this.#mediaBytes = bytes;
    } finally {
      this.#sampling = false;
    }
  }
}
