import type { Memory } from '../lib/storedJson.ts';
import { type Draft, type Place, readPlace, rememberOfPlace } from './placeMemory.ts';

/** What a person has begun to write in one room. It outlives the panel that it is written in, and a reload. */
export class ChatDraft {
  readonly #place: Place;
  readonly #memory: () => Memory;
  #now: Draft | null;

  constructor(place: Place, memory: () => Memory = () => sessionStorage) {
    this.#place = place;
    this.#memory = memory;
    this.#now = readPlace(place, memory).draft;
  }

  /** Null while nothing is written. */
  get now(): Draft | null {
    return this.#now;
  }

  /** Whom it is for, and what it answers, is kept for as long as there is some text. */
  keep({ text, to, replyTo }: Draft): void {
    const draft = text.trim() === '' ? null : { text, to: to && { id: to.id, name: to.name }, replyTo };
    if (JSON.stringify(draft) === JSON.stringify(this.#now)) return;
    this.#now = draft;
    rememberOfPlace(this.#place, { draft }, this.#memory);
  }
}
