import type { RoomId } from '../room/state.ts';

/** A room that cannot be rebuilt. Its journal is kept, so that it can be repaired. */
export class RoomParked extends Error {
  /** After this the room is tried again, in ms. */
  readonly retryAfterMs: number;

  constructor(roomId: RoomId, retryAfterMs: number) {
    const seconds = Math.ceil(retryAfterMs / 1_000);
    super(
      `Room ${roomId} cannot be opened at the moment; all that was recorded is kept. It is tried again in ${seconds} s.`,
    );
    this.name = 'RoomParked';
    this.retryAfterMs = retryAfterMs;
  }
}
