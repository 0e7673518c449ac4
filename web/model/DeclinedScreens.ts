import type { RemoteParticipant, Room, TrackSource } from '../../client/index.ts';
import type { Memory } from '../lib/storedJson.ts';
import { type Place, readPlace, rememberOfPlace } from './placeMemory.ts';

/** A room as far as its screens go. */
interface Screens {
  readonly participants: ReadonlyMap<string, Pick<RemoteParticipant, 'publication'>>;
  readonly view: Pick<Room['view'], 'setDeclined'>;
}

/** Which shared screens this person does not watch; remembered through a reload. */
export class DeclinedScreens {
  readonly #room: Screens;
  readonly #place: Place;
  readonly #memory: () => Memory;
  #trackIds: ReadonlySet<string> = new Set();

  constructor(room: Screens, place: Place, memory: () => Memory = () => sessionStorage) {
    this.#room = room;
    this.#place = place;
    this.#memory = memory;
    const remembered = new Set(readPlace(place, memory).declined);
    for (const id of room.participants.keys()) {
      const trackId = this.#trackOf(id, 'screen');
      if (trackId !== undefined && remembered.has(trackId)) this.set(id, true);
    }
  }

  /** By the track of the screen: the next one of the same person is another one. */
  get trackIds(): ReadonlySet<string> {
    return this.#trackIds;
  }

  /** Ends or resumes watching somebody's screen. */
  set(participantId: string, declined: boolean): void {
    for (const source of ['screen', 'screenAudio'] as const) {
      const trackId = this.#trackOf(participantId, source);
      if (trackId === undefined) continue;
      this.#room.view.setDeclined(trackId, declined);
      if (source === 'screen') this.#keep(trackId, declined);
    }
  }

  /** Nobody has declined what is shared next. */
  unpublished(trackId: string): void {
    this.#room.view.setDeclined(trackId, false);
    if (this.#trackIds.has(trackId)) this.#keep(trackId, false);
  }

  #keep(trackId: string, declined: boolean): void {
    const others = [...this.#trackIds].filter((other) => other !== trackId);
    this.#trackIds = new Set(declined ? [...others, trackId] : others);
    rememberOfPlace(this.#place, { declined: [...this.#trackIds] }, this.#memory);
  }

  #trackOf(participantId: string, source: TrackSource): string | undefined {
    return this.#room.participants.get(participantId)?.publication(source)?.trackId;
  }
}
