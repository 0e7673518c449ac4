import type { Room, SoundSource } from '../../client/index.ts';
import { readVolumes, saveVolumes, type Volumes } from './roomView.ts';

/** How loud this person plays each other person, and each shared screen; remembered for the room. */
export class PersonalVolumes {
  readonly #room: Room;
  readonly #changed: () => void;
  #volumes: Volumes = {};

  constructor(room: Room, changed: () => void) {
    this.#room = room;
    this.#changed = changed;
    if (room.roomId !== undefined) this.#volumes = readVolumes(room.roomId);
    for (const id of room.participants.keys()) this.#apply(id);
    room.on('participantConnected', ({ id }) => this.#apply(id));
  }

  of(personId: string, source: SoundSource): number {
    return this.#volumes[keyOf(personId, source)] ?? 1;
  }

  set(personId: string, source: SoundSource, volume: number): void {
    this.#volumes = { ...this.#volumes, [keyOf(personId, source)]: volume };
    this.#apply(personId);
    if (this.#room.roomId !== undefined) saveVolumes(this.#room.roomId, this.#volumes);
    this.#changed();
  }

  #apply(personId: string): void {
    const participant = this.#room.participants.get(personId);
    for (const source of ['microphone', 'screenAudio'] as const) {
      participant?.setVolume(this.of(personId, source), source);
    }
  }
}

function keyOf(personId: string, source: SoundSource): string {
  return source === 'microphone' ? personId : `screen:${personId}`;
}
