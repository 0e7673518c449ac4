import { ConnectionLost, type Room } from '../../client/index.ts';

/** Shown beside a tile for a moment. */
export interface Reaction {
  readonly id: number;
  readonly personId: string;
  readonly emoji: string;
}

/** What people can react with. */
export const EMOJI = ['👍', '👏', '❤️', '😂', '😮', '🎉', '🤔', '👎'] as const;

/** As long as it floats (Tile.css). */
export const SHOWN_MS = 4_000;
/** More at a time than anybody sees. */
const MOST = 40;
/** Anybody may send anything: what is no single sign is not shown. */
const LONGEST = 16;

/** The reactions of the last moments. */
export class Reactions {
  readonly #changed: () => void;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #shown: readonly Reaction[] = [];
  #lastId = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get shown(): readonly Reaction[] {
    return this.#shown;
  }

  add(personId: string, emoji: string): void {
    if (!isEmoji(emoji)) return;
    this.#lastId += 1;
    const reaction = { id: this.#lastId, personId, emoji };
    this.#shown = [...this.#shown, reaction].slice(-MOST);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#shown = this.#shown.filter(({ id }) => id !== reaction.id);
      this.#changed();
    }, SHOWN_MS);
    this.#timers.add(timer);
    this.#changed();
  }

  /** Sends one's own, and shows it once the room has it. Without a connection it is neither shown nor sent later. */
  async send(room: Pick<Room, 'react' | 'localParticipant'>, emoji: string): Promise<void> {
    try {
      if (await room.react(emoji)) this.add(room.localParticipant.id, emoji);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      console.debug('a reaction was lost with the connection', error);
    }
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

/** Returns true for one sign that is drawn as a picture, such as a heart or a flag. */
export function isEmoji(text: string): boolean {
  if (text.length === 0 || text.length > LONGEST || !/\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(text)) {
    return false;
  }
  return [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].length === 1;
}
