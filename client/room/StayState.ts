import { RecoveryLog } from '../connection/RecoveryLog.ts';
import type { EmitRoomEvent, RoomConnectionState } from './RoomEvents.ts';

/** The state of a stay in a room, and its events. An interruption is reported only if it takes longer than a moment. */
export class StayState {
  readonly log = new RecoveryLog(() => this.#emit('recovered'));
  readonly #announceAfterMs: number;
  readonly #emit: EmitRoomEvent;
  #current: RoomConnectionState = 'new';
  #announcement: ReturnType<typeof setTimeout> | undefined;

  constructor(announceAfterMs: number, emit: EmitRoomEvent) {
    this.#announceAfterMs = announceAfterMs;
    this.#emit = emit;
  }

  get current(): RoomConnectionState {
    return this.#current;
  }

  become(state: RoomConnectionState): void {
    if (state === 'disconnected') clearTimeout(this.#announcement);
    if (state === this.#current) return;
    this.#current = state;
    this.#emit('stateChanged', state);
  }

  interrupted(): void {
    this.log.interrupted();
    if (this.#current !== 'connected' || this.#announcement !== undefined) return;
    this.#announcement = setTimeout(() => {
      this.become('reconnecting');
      this.#emit('reconnecting');
    }, this.#announceAfterMs);
  }

  /** The silent connection came back by itself. */
  cleared(): void {
    this.log.cleared();
    this.back();
  }

  back(): void {
    clearTimeout(this.#announcement);
    this.#announcement = undefined;
    if (this.#current !== 'reconnecting') return;
    this.become('connected');
    this.#emit('reconnected');
  }
}
