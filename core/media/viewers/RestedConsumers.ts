import type { Clock } from '../../ports.ts';
import type { RoomState } from '../../room/state.ts';
import type { MediaPolicy } from '../../view/mediaSteps.ts';
import { mostInSmallRooms } from '../../view/selection.ts';
import { RESTED_AFTER_MS } from './ViewerConsumer.ts';

/** Says when consumers that nobody may need any more are to be closed: a while after a plan. */
export class RestedConsumers {
  readonly #clock: Clock;
  readonly #due: () => void;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, due: () => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** In a small room none closes. */
  closeLater(room: RoomState, { pageSize }: MediaPolicy): void {
    let tracks = 0;
    for (const participant of room.participants.values()) tracks += participant.tracks.size;
    if (tracks <= mostInSmallRooms(pageSize)) return;
    this.#cancel ??= this.#clock.setTimer(RESTED_AFTER_MS, () => {
      this.#cancel = null;
      this.#due();
    });
  }

  stop(): void {
    this.#cancel?.();
  }
}
