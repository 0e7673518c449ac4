import type { PictureSize } from '../../pictureSize.ts';
import { frameThatShows } from './frameThatShows.ts';
import { REFERENCES, type Reference, readVp8Frame, type Vp8Frame } from './references.ts';

interface Shown {
  /** Which of the decoder's frames it was. */
  readonly number: number;
  /** The frame itself, while it can be decoded once more with the same outcome: it changed no reference, and none has changed since. */
  readonly again: Buffer | null;
}

/** Follows what a decoder has in its references, so as to have it show its last picture once more. */
export class Vp8LastPicture {
  readonly #size: PictureSize;
  /** Number of the frame whose picture is in each. */
  #references: Readonly<Record<Reference, number>> = { last: 0, golden: 0, altref: 0 };
  #frames = 0;
  #frame: Vp8Frame | null = null;
  #shown: Shown | null = null;
  /** As it was made for the last frame. */
  #repeat: Buffer | null = null;

  /** The size of all frames. */
  constructor(size: PictureSize) {
    this.#size = size;
  }

  /** For each frame that the decoder gets. It must be sound. */
  follow(data: Buffer): void {
    const frame = readVp8Frame(data);
    const number = ++this.#frames;
    const before = this.#references;
    const after = { ...before };
    for (const reference of REFERENCES) {
      const update = frame.updates[reference];
      after[reference] = update === 'picture' ? number : before[update];
    }
    const changes = REFERENCES.some((reference) => after[reference] !== before[reference]);
    if (frame.shown) this.#shown = { number, again: changes ? null : data };
    else if (changes && this.#shown) this.#shown = { ...this.#shown, again: null };
    this.#references = after;
    this.#frame = frame;
    this.#repeat = null;
  }

  /** A frame that shows it and changes nothing in the decoder. Null: there is none, or no reference has it any more. */
  repeat(): Buffer | null {
    this.#repeat ??= this.#makeRepeat();
    return this.#repeat;
  }

  #makeRepeat(): Buffer | null {
    if (!this.#shown || !this.#frame) return null;
    const { number, again } = this.#shown;
    const reference = REFERENCES.find((candidate) => this.#references[candidate] === number);
    return reference === undefined ? again : frameThatShows(reference, this.#size, this.#frame);
  }
}
