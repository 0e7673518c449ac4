import type { ChatEntry, ChatMessage } from '../../client/index.ts';
import type { ChatLine } from './Meeting.ts';

/** The messages of one room as the page shows them: the same list for as long as nothing in it has changed. */
export class ChatLines {
  /** Of everybody who was here at the same time as this person, by id. */
  readonly #names = new Map<string, string>();
  #last: { readonly recorded: readonly ChatMessage[]; readonly lines: readonly ChatLine[] } | null = null;

  /** Remembers how people are called, for when they have left. */
  meet(people: readonly { readonly id: string; readonly name: string }[]): void {
    for (const { id, name } of people) this.#names.set(id, name);
  }

  outboxChanged(): void {
    this.#last = null;
  }

  /** The record's list (`recorded`) is immutable: while it is the same list, the lines stay the same too. */
  of(recorded: readonly ChatMessage[], entries: readonly ChatEntry[], selfId: string): readonly ChatLine[] {
    if (this.#last?.recorded !== recorded) this.#last = { recorded, lines: this.#toLines(entries, selfId) };
    return this.#last.lines;
  }

  #toLines(entries: readonly ChatEntry[], selfId: string): ChatLine[] {
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    const written = namesIn(entries);
    return entries.map((entry) => {
      const { replyTo, to } = entry;
      const quoted = replyTo === undefined ? undefined : byId.get(replyTo);
      return {
        ...toLine(entry, selfId),
        ...(to !== undefined && { to: { id: to, name: this.#names.get(to) ?? written.get(to) ?? '' } }),
        ...(replyTo !== undefined && { quote: { id: replyTo, name: quoted?.name ?? '', text: quoted?.text ?? '' } }),
      };
    });
  }
}

/** Returns how those who wrote or reacted were called then: all that is known of whoever left before a reload. */
function namesIn(entries: readonly ChatEntry[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { participantId, name, reactions = [] } of entries) {
    for (const { people } of reactions) for (const person of people) names.set(person.participantId, person.name);
    names.set(participantId, name);
  }
  return names;
}

function toLine(entry: ChatEntry, selfId: string): ChatLine {
  const { id, participantId, name, text, at, editedAt, deleted, state, file, reactions } = entry;
  const own = participantId === selfId;
  return {
    id,
    authorId: participantId,
    name,
    text,
    at,
    edited: editedAt !== null,
    deleted,
    own,
    state,
    ...(file && { file }),
    ...(reactions && {
      reactions: reactions.map(({ emoji, people }) => ({
        emoji,
        names: people.map(({ name }) => name),
        own: people.some((person) => person.participantId === selfId),
      })),
    }),
  };
}
