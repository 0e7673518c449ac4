import type { Clock } from '../../ports.ts';
import type { ParticipantId, RoomState } from '../../room/state.ts';
import type { MediaProducer } from '../MediaProducer.ts';
import type { ParticipantMedia } from '../ParticipantMedia.ts';
import { holdForMs } from './holdForViewers.ts';

interface Hold {
  readonly since: number;
  /** The most viewers that were ready at once, and when the first and the last of them got ready. */
  ready: { readonly count: number; readonly firstAt: number; readonly lastAt: number } | null;
}

/**
 * Lets a rebuilt room start with one keyframe a track: a new video producer is held (paused) until its viewers can show what
 * it sends, or no other one gets ready for a moment.
 */
export class KeyframeCoordinator {
  readonly #clock: Clock;
  readonly #holds = new Map<MediaProducer, Hold>();
  readonly #viewers: ReadonlyMap<ParticipantId, ParticipantMedia>;
  readonly #room: () => RoomState;
  readonly #onLetGo: () => void;
  #cancelReview: (() => void) | null = null;

  /** `onLetGo`: some producers are no longer held, the plan is to be made again. */
  constructor(
    clock: Clock,
    viewers: ReadonlyMap<ParticipantId, ParticipantMedia>,
    room: () => RoomState,
    onLetGo: () => void,
  ) {
    this.#clock = clock;
    this.#viewers = viewers;
    this.#room = room;
    this.#onLetGo = onLetGo;
  }

  hold(producer: MediaProducer): void {
    this.#holds.set(producer, { since: this.#clock.now(), ready: null });
  }

  forget(producer: MediaProducer): void {
    this.#holds.delete(producer);
  }

  close(): void {
    this.#cancelReview?.();
    this.#holds.clear();
  }

  /** Looks at every held producer again: a viewer got ready, came or went. */
  review(): void {
    this.#cancelReview?.();
    this.#cancelReview = null;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    let letGo = false;
    for (const [producer, hold] of this.#holds) {
      const { ready, missing } = countViewers(producer, this.#room(), this.#viewers);
      if (ready > (hold.ready?.count ?? 0)) {
        hold.ready = { count: ready, firstAt: hold.ready?.firstAt ?? now, lastAt: now };
      }
      const waitMs = holdForMs({
        heldForMs: now - hold.since,
        ready: hold.ready && { firstForMs: now - hold.ready.firstAt, lastForMs: now - hold.ready.lastAt },
        missing,
      });
      if (waitMs === 0) {
        this.#holds.delete(producer);
        producer.held = false;
        letGo = true;
      } else {
        next = Math.min(next, waitMs);
      }
    }
    if (next < Number.POSITIVE_INFINITY) {
      this.#cancelReview = this.#clock.setTimer(next, () => this.review());
    }
    if (letGo) this.#onLetGo();
  }
}

/** Whoever is in the record may be coming back at this moment, connected or not: the wait is short either way. */
function countViewers(
  { producerId, participantId }: MediaProducer,
  room: RoomState,
  viewers: ReadonlyMap<ParticipantId, ParticipantMedia>,
): { ready: number; missing: number } {
  let ready = 0;
  let missing = 0;
  for (const participant of room.participants.values()) {
    if (participant.id === participantId) continue;
    const viewer = viewers.get(participant.id);
    const consumer = viewer?.consumers.get(producerId);
    if (viewer?.refused.has(producerId) || consumer?.paused) continue;
    if (consumer?.acknowledged && viewer?.recvConnected) ready += 1;
    else missing += 1;
  }
  return { ready, missing };
}
