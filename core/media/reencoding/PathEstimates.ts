import type { Logger } from '../../ports.ts';
import { messageOf } from '../mediaFailures.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';

/** Viewers asked in one go: in a large room their turns come round, and the rest are like them. */
const ASKED_AT_ONCE = 50;

/** What the links to viewers are estimated to carry, as mediasoup says when asked. */
export class PathEstimates {
  readonly #bps = new WeakMap<ParticipantMedia, number>();
  readonly #logger: Logger;
  #next = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Null: not known yet. */
  of(viewer: ParticipantMedia): number | null {
    return this.#bps.get(viewer) ?? null;
  }

  /** Asks the next viewers in turn. */
  async poll(viewers: readonly ParticipantMedia[]): Promise<void> {
    if (viewers.length === 0) return;
    const count = Math.min(ASKED_AT_ONCE, viewers.length);
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
      this.#logger.debug({ participantId, error: messageOf(error) }, 'viewer went while its link was looked at');
    }
  }
}
