import type { Logger } from '../../ports.ts';
import { messageOf } from '../mediaFailures.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';

/** Viewers polled at once. In a large room they take turns, and the others are like them. */
const POLLED_AT_ONCE = 50;

/** mediasoup's estimates of what the paths to viewers carry. */
export class PathEstimates {
  readonly #bps = new WeakMap<ParticipantMedia, number>();
  readonly #logger: Logger;
  #next = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Returns null if it is not known yet. */
  of(viewer: ParticipantMedia): number | null {
    return this.#bps.get(viewer) ?? null;
  }

  /** Polls the next viewers in turn. */
  async poll(viewers: readonly ParticipantMedia[]): Promise<void> {
    if (viewers.length === 0) return;
    const count = Math.min(POLLED_AT_ONCE, viewers.length);
    const asked = Array.from({ length: count }, (_, index) => viewers[(this.#next + index) % viewers.length]);
    this.#next = (this.#next + count) % viewers.length;
    await Promise.all(asked.map((viewer) => viewer && this.#ask(viewer)));
  }

  async #ask(viewer: ParticipantMedia): Promise<void> {
    try {
      const [stats] = await viewer.recv.getStats();
      if (stats?.availableOutgoingBitrate !== undefined) this.#bps.set(viewer, stats.availableOutgoingBitrate);
    } catch (error) {
      const { participantId } = viewer;
      this.#logger.debug({ participantId, error: messageOf(error) }, 'viewer left during a look at its path');
    }
  }
}
