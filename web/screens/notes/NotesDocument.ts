import * as Y from 'yjs';
import type { NotesActions } from '../../model/notes.ts';

/** What is typed within this goes out together. */
const TOGETHER_MS = 300;
/** After a failure it goes out again after this. */
const AGAIN_MS = 3_000;

/** The text of the notes: what people type at the same time flows together, and what could not be sent waits. */
export class NotesDocument {
  readonly #notes: NotesActions;
  readonly #changed: () => void;
  readonly #doc = new Y.Doc();
  readonly #text = this.#doc.getText('notes');
  #waiting: Uint8Array[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #sending: Promise<void> = Promise.resolve();
  #reading = false;
  #seen = 0;
  /** What went wrong last; null while all is well. */
  problem: unknown = null;

  constructor(notes: NotesActions, changed: () => void) {
    this.#notes = notes;
    this.#changed = changed;
    this.#doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === this) return;
      this.#waiting.push(update);
      this.#sendSoon(TOGETHER_MS);
    });
    this.#text.observe(() => this.#changed());
  }

  get text(): string {
    return this.#text.toString();
  }

  /** Takes in what others wrote, until `count` updates are known. */
  async read(count: number): Promise<void> {
    if (this.#reading || (count <= this.#seen && this.#seen > 0)) return;
    this.#reading = true;
    try {
      do {
        const { count: known, updates } = await this.#notes.after(this.#seen);
        for (const update of updates) Y.applyUpdate(this.#doc, update, this);
        this.#seen = known;
      } while (this.#seen < count);
    } finally {
      this.#reading = false;
    }
  }

  /** The person's change: one piece of the text has another in its place. */
  change(to: string): void {
    const from = this.text;
    const most = Math.min(from.length, to.length);
    let start = 0;
    while (start < most && from[start] === to[start]) start += 1;
    // A cut within a surrogate pair would leave two halves, which Yjs makes unreadable.
    if (isHalved(from, start) || isHalved(to, start)) start -= 1;
    let end = 0;
    while (end < most - start && from.at(-1 - end) === to.at(-1 - end)) end += 1;
    if (isHalved(from, from.length - end) || isHalved(to, to.length - end)) end -= 1;
    this.#doc.transact(() => {
      if (from.length > start + end) this.#text.delete(start, from.length - start - end);
      if (to.length > start + end) this.#text.insert(start, to.slice(start, to.length - end));
    });
  }

  /** Returns a function that says where in the text the place is by then, whatever others write. */
  keep(place: number): () => number {
    const kept = Y.createRelativePositionFromTypeIndex(this.#text, place, place === 0 ? -1 : 0);
    return () => Y.createAbsolutePositionFromRelativePosition(kept, this.#doc)?.index ?? this.#text.length;
  }

  /** Sends what waits. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#send();
  }

  #sendSoon(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#send();
    }, ms);
  }

  #send(): void {
    this.#sending = this.#sending.then(async () => {
      if (this.#waiting.length === 0) return;
      const update = Y.mergeUpdates(this.#waiting);
      this.#waiting = [];
      try {
        await this.#notes.write(update);
        this.#tell(null);
      } catch (error) {
        this.#waiting.unshift(update);
        this.#tell(error);
        this.#sendSoon(AGAIN_MS);
      }
    });
  }

  #tell(problem: unknown): void {
    if (this.problem === problem) return;
    this.problem = problem;
    this.#changed();
  }
}

/** Whether a cut at this place divides a character of two code units. */
function isHalved(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
