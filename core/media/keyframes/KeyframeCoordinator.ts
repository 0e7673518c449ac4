import type { Clock } from '../../ports.ts';
import type { NodeId, ParticipantId, RoomState } from '../../room/state.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';
import { holdBackMs } from './holdBackMs.ts';

interface HeldBack {
  readonly since: number;
  /** Whether a plan knew it. */
  planned: boolean;
  /** The highest number of viewers ready at once, and when the first and the last of them got ready. */
  ready: { readonly count: number; readonly firstAt: number; readonly lastAt: number } | null;
}

/**
 * Lets a rebuilt room start with one keyframe for each track: holds a new video producer back (paused) until its
 * viewers can show it, or no other viewer gets ready for a moment.
 */
export class KeyframeCoordinator {
  readonly #clock: Clock;
  readonly #heldBack = new Map<MediaProducer, HeldBack>();
  readonly #viewers: ReadonlyMap<ParticipantId, ParticipantMedia>;
  readonly #room: () => RoomState;
  readonly #isElsewhere: (nodeId: NodeId) => boolean;
  readonly #onReleased: () => void;
  #cancelNext: (() => void) | null = null;

  /**
   * `isElsewhere`: whether this is another node that looks after its own viewers. `onReleased`: some producers are no
   * longer held back, so the plan changes.
   */
  constructor(
    clock: Clock,
    viewers: ReadonlyMap<ParticipantId, ParticipantMedia>,
    room: () => RoomState,
    isElsewhere: (nodeId: NodeId) => boolean,
    onReleased: () => void,
  ) {
    this.#clock = clock;
    this.#viewers = viewers;
    this.#room = room;
    this.#isElsewhere = isElsewhere;
    this.#onReleased = onReleased;
  }

  holdBack(producer: MediaProducer): void {
    this.#heldBack.set(producer, { since: this.#clock.now(), planned: false, ready: null });
  }

  /** A plan has chosen who receives what: those who do not receive a producer are not waited for. */
  planned(): void {
    for (const heldBack of this.#heldBack.values()) heldBack.planned = true;
  }

  forget(producer: MediaProducer): void {
    this.#heldBack.delete(producer);
  }

  close(): void {
    this.#cancelNext?.();
    this.#heldBack.clear();
  }

  /** Releases producers whose viewers are ready. Call it when a viewer gets ready, comes or goes. */
  releaseReady(): void {
    this.#cancelNext?.();
    this.#cancelNext = null;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    let released = false;
    for (const [producer, heldBack] of this.#heldBack) {
      const { ready, missing } = this.#countViewers(producer, heldBack.planned);
      if (ready > (heldBack.ready?.count ?? 0)) {
        heldBack.ready = { count: ready, firstAt: heldBack.ready?.firstAt ?? now, lastAt: now };
      }
      const waitMs = holdBackMs({
        heldBackForMs: now - heldBack.since,
        ready: heldBack.ready && { firstForMs: now - heldBack.ready.firstAt, lastForMs: now - heldBack.ready.lastAt },
        missing,
      });
      if (waitMs === 0) {
        this.#heldBack.delete(producer);
        producer.waitsForViewers = false;
        released = true;
      } else {
        next = Math.min(next, waitMs);
      }
    }
    if (next < Number.POSITIVE_INFINITY) {
      this.#cancelNext = this.#clock.setTimer(next, () => this.releaseReady());
    }
    if (released) this.#onReleased();
  }

  /** Counts everybody in the record, connected or not: they may be on their way back, and the wait is short. */
  #countViewers(
    { producerId, participantId }: MediaProducer,
    planned: boolean,
  ): { readonly ready: number; readonly missing: number } {
    let ready = 0;
    let missing = 0;
    for (const participant of this.#room().participants.values()) {
      if (participant.id === participantId || this.#isElsewhere(participant.nodeId)) continue;
      const viewer = this.#viewers.get(participant.id);
      const consumer = viewer?.consumers.get(producerId);
      if (viewer?.undecodable.has(producerId) || consumer?.paused) continue;
      if (planned && !consumer && viewer?.planned && !viewer.opening.has(producerId)) continue;
      if (consumer?.acknowledged && viewer?.recvConnected) ready += 1;
      else missing += 1;
    }
    return { ready, missing };
  }
}
