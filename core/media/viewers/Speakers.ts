import type { types } from 'mediasoup';
import type { Clock } from '../../ports.ts';
import type { ParticipantId } from '../../room/state.ts';
import type { Speaker } from '../RoomMedia.ts';

const SEND_EVERY_MS = 200;

/** Who speaks in a room, from the observers of all its routers. */
export class Speakers {
  readonly #clock: Clock;
  readonly #speakerOf: (producerId: string) => ParticipantId | null;
  readonly #changed: (speakers: readonly Speaker[]) => void;
  readonly #volumes = new Map<string, readonly Speaker[]>();
  #recent: readonly ParticipantId[] = [];
  #cancelSending: (() => void) | null = null;
  #sentSilence = true;

  constructor(
    clock: Clock,
    speakerOf: (producerId: string) => ParticipantId | null,
    changed: (speakers: readonly Speaker[]) => void,
  ) {
    this.#clock = clock;
    this.#speakerOf = speakerOf;
    this.#changed = changed;
  }

  /** Last speaker first. */
  get recent(): readonly ParticipantId[] {
    return this.#recent;
  }

  heard(routerId: string, volumes: readonly types.AudioLevelObserverVolume[]): void {
    const speakers = volumes.flatMap(({ producer, volume }) => {
      const participantId = this.#speakerOf(producer.id);
      return participantId === null ? [] : [{ participantId, volumeDbov: volume }];
    });
    this.#volumes.set(routerId, speakers);
    this.#cancelSending ??= this.#clock.setTimer(SEND_EVERY_MS, () => this.#send());
  }

  /** Returns whether the dominant speaker changed. */
  dominates(producerId: string): boolean {
    const participantId = this.#speakerOf(producerId);
    if (participantId === null || this.#recent[0] === participantId) return false;
    this.#recent = [participantId, ...this.#recent.filter((id) => id !== participantId)];
    return true;
  }

  forgetRouter(routerId: string): void {
    if (this.#volumes.delete(routerId)) this.#cancelSending ??= this.#clock.setTimer(SEND_EVERY_MS, () => this.#send());
  }

  keepOnly(isPresent: (participantId: ParticipantId) => boolean): void {
    if (!this.#recent.every(isPresent)) this.#recent = this.#recent.filter(isPresent);
  }

  close(): void {
    this.#cancelSending?.();
    this.#cancelSending = null;
  }

  #send(): void {
    this.#cancelSending = null;
    const speakers = [...this.#volumes.values()].flat().sort((a, b) => b.volumeDbov - a.volumeDbov);
    if (speakers.length === 0 && this.#sentSilence) return;
    this.#sentSilence = speakers.length === 0;
    this.#changed(speakers);
  }
}
