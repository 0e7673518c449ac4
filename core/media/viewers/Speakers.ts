import type { types } from 'mediasoup';
import type { Clock } from '../../ports.ts';
import type { ParticipantId } from '../../room/state.ts';
import type { Speaker } from '../RoomMedia.ts';

const SEND_EVERY_MS = 200;
/** Everybody here is told: in a large room less often. */
const MS_A_RECEIVER = 1;
const SEND_AT_LEAST_EVERY_MS = 1_000;
/** Louder than the noise of a room. */
const SPEECH_DBOV = -50;

/** Who speaks in a room, from the observers of all its routers. */
export class Speakers {
  readonly #clock: Clock;
  readonly #speakerOf: (producerId: string) => ParticipantId | null;
  readonly #changed: (speakers: readonly Speaker[]) => void;
  readonly #places: () => number | null;
  readonly #audience: () => number;
  readonly #volumes = new Map<string, readonly Speaker[]>();
  #recent: readonly ParticipantId[] = [];
  #cancelSending: (() => void) | null = null;
  #sentSilence = true;

  /** `places`: how many microphones everybody receives; null for all. `audience`: how many people are told. */
  constructor(
    clock: Clock,
    speakerOf: (producerId: string) => ParticipantId | null,
    places: () => number | null,
    audience: () => number,
    changed: (speakers: readonly Speaker[]) => void,
  ) {
    this.#clock = clock;
    this.#speakerOf = speakerOf;
    this.#places = places;
    this.#audience = audience;
    this.#changed = changed;
  }

  /** Last speaker first. */
  get recent(): readonly ParticipantId[] {
    return this.#recent;
  }

  /** Returns whether somebody who begins to speak took the place of somebody silent. */
  heard(routerId: string, volumes: readonly Pick<types.AudioLevelObserverVolume, 'producer' | 'volume'>[]): boolean {
    const speakers = volumes.flatMap(({ producer, volume }) => {
      const participantId = this.#speakerOf(producer.id);
      return participantId === null ? [] : [{ participantId, volumeDbov: volume }];
    });
    this.#volumes.set(routerId, speakers);
    this.#cancelSending ??= this.#clock.setTimer(this.#sendEveryMs(), () => this.#send());
    return this.#makeRoom();
  }

  /** Returns whether the dominant speaker changed. */
  dominates(producerId: string): boolean {
    const participantId = this.#speakerOf(producerId);
    if (participantId === null || this.#recent[0] === participantId) return false;
    this.#recent = [participantId, ...this.#recent.filter((id) => id !== participantId)];
    return true;
  }

  forgetRouter(routerId: string): void {
    if (this.#volumes.delete(routerId))
      this.#cancelSending ??= this.#clock.setTimer(this.#sendEveryMs(), () => this.#send());
  }

  keepOnly(isPresent: (participantId: ParticipantId) => boolean): void {
    if (!this.#recent.every(isPresent)) this.#recent = this.#recent.filter(isPresent);
  }

  close(): void {
    this.#cancelSending?.();
    this.#cancelSending = null;
  }

  /** It takes a while until somebody is the dominant speaker; the others hear them before. */
  #makeRoom(): boolean {
    const places = this.#places();
    if (places === null) return false;
    const heard = [...this.#volumes.values()].flat().filter(({ volumeDbov }) => volumeDbov >= SPEECH_DBOV);
    const speaking = new Set(heard.map(({ participantId }) => participantId));
    const before = this.#recent;
    for (const newcomer of speaking) {
      if (this.#recent.slice(0, places).includes(newcomer)) continue;
      const recent = this.#recent.filter((id) => id !== newcomer);
      const silent = recent.slice(0, places).findLastIndex((id) => !speaking.has(id));
      if (recent.length < places) recent.push(newcomer);
      else if (silent === -1) break;
      else recent.splice(places, 0, ...recent.splice(silent, 1, newcomer));
      this.#recent = recent;
    }
    return this.#recent !== before;
  }

  #sendEveryMs(): number {
    return Math.min(SEND_AT_LEAST_EVERY_MS, Math.max(SEND_EVERY_MS, this.#audience() * MS_A_RECEIVER));
  }

  #send(): void {
    this.#cancelSending = null;
    const speakers = [...this.#volumes.values()].flat().sort((a, b) => b.volumeDbov - a.volumeDbov);
    if (speakers.length === 0 && this.#sentSilence) return;
    this.#sentSilence = speakers.length === 0;
    this.#changed(speakers);
  }
}
