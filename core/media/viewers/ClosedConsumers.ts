import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';

/** Collects the consumers that close in one turn of the event loop, so that their viewer gets one message. */
export class ClosedConsumers {
  readonly #tell: (viewer: ParticipantMedia, consumerIds: readonly string[]) => void;
  readonly #waiting = new Map<ParticipantMedia, string[]>();

  constructor(tell: (viewer: ParticipantMedia, consumerIds: readonly string[]) => void) {
    this.#tell = tell;
  }

  add(viewer: ParticipantMedia, consumerId: string): void {
    const waiting = this.#waiting.get(viewer);
    if (waiting) {
      waiting.push(consumerId);
      return;
    }
    const consumerIds = [consumerId];
    this.#waiting.set(viewer, consumerIds);
    queueMicrotask(() => {
      this.#waiting.delete(viewer);
      // A viewer whose transports closed needs no message.
      if (!viewer.closed) this.#tell(viewer, consumerIds);
    });
  }
}
