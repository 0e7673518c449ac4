/** How many different reactions a person may have on one message. */
export const MAX_REACTIONS_EACH = 5;
/** All reactions of all people on one message. */
export const MAX_REACTIONS = 200;

/** Who put one emoji on a message, in that order. */
export interface MessageReaction {
  readonly emoji: string;
  readonly people: readonly { readonly participantId: string; readonly name: string }[];
}

export function peopleOf(reactions: readonly MessageReaction[], emoji: string): MessageReaction['people'] {
  return reactions.find((reaction) => reaction.emoji === emoji)?.people ?? [];
}

export function countOf(reactions: readonly MessageReaction[]): number {
  return reactions.reduce((count, { people }) => count + people.length, 0);
}

/** Returns the reactions with this one, or without it; an emoji that nobody has left is gone. */
export function withReaction(
  reactions: readonly MessageReaction[],
  { emoji, participantId, name, on }: { emoji: string; participantId: string; name: string; on: boolean },
): readonly MessageReaction[] {
  const others = peopleOf(reactions, emoji).filter((person) => person.participantId !== participantId);
  const people = on ? [...others, { participantId, name }] : others;
  if (!reactions.some((reaction) => reaction.emoji === emoji))
    return on ? [...reactions, { emoji, people }] : reactions;
  return reactions
    .map((reaction) => (reaction.emoji === emoji ? { emoji, people } : reaction))
    .filter((reaction) => reaction.people.length > 0);
}

/** Returns the reactions without any of this person. */
export function withoutReactionsOf(
  participantId: string,
  reactions: readonly MessageReaction[],
): readonly MessageReaction[] {
  return reactions
    .map(({ emoji, people }) => ({ emoji, people: people.filter((person) => person.participantId !== participantId) }))
    .filter(({ people }) => people.length > 0);
}
