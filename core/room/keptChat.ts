import { CHAT_KEPT, type ChatMessage, type ParticipantId, PRIVATE_BYTES, PRIVATE_BYTES_OF_PAIR } from './state.ts';

/** `to`: nobody for what is for everybody. */
interface Parties {
  readonly participantId: ParticipantId;
  readonly to?: ParticipantId | undefined;
}

/** Names, ids, reactions and the rest of one message, about. */
const BYTES_BESIDE_TEXT = 256;

/** How many of the messages are for everybody. */
export function countShared(chat: readonly ChatMessage[]): number {
  let shared = 0;
  for (const { to } of chat) if (to === undefined) shared += 1;
  return shared;
}

/**
 * Takes out the oldest messages for everybody beyond what a room keeps; `shared` is how many there are. What two people
 * write to one another pushes out none of the others', nor do these push out that [R-FACT-3, R-CHAT-10].
 */
export function forgetShared(chat: ChatMessage[], shared: number): ChatMessage[] {
  const gone: ChatMessage[] = [];
  for (let left = shared; left > CHAT_KEPT; left -= 1) gone.push(...takeOldest(chat, ({ to }) => to === undefined));
  return gone;
}

/** The same for what two people write to one another, after this message came or became longer. */
export function forgetPrivate(chat: ChatMessage[], changed: ChatMessage): ChatMessage[] {
  let ofPair = 0;
  let ofAll = 0;
  for (const message of chat) {
    if (message.to === undefined) continue;
    ofAll += bytesOf(message);
    if (areOfOneKind(message, changed)) ofPair += bytesOf(message);
  }
  const gone: ChatMessage[] = [];
  while (ofPair > PRIVATE_BYTES_OF_PAIR || ofAll > PRIVATE_BYTES) {
    // Those who write most forget first, so that nobody pushes out what others have.
    const from = ofPair > PRIVATE_BYTES_OF_PAIR ? changed : largestPair(chat);
    for (const message of takeOldest(chat, (each) => areOfOneKind(each, from))) {
      ofAll -= bytesOf(message);
      if (areOfOneKind(message, changed)) ofPair -= bytesOf(message);
      gone.push(message);
    }
  }
  return gone;
}

/** Returns the oldest message of these, which is in the list no more. */
function takeOldest(chat: ChatMessage[], isOne: (message: ChatMessage) => boolean): ChatMessage[] {
  const index = chat.findIndex(isOne);
  return index < 0 ? [] : chat.splice(index, 1);
}

function bytesOf({ text }: ChatMessage): number {
  return BYTES_BESIDE_TEXT + 2 * text.length;
}

/** Returns the two people whose private messages have most bytes; of equals, those who had so many first. */
function largestPair(chat: readonly ChatMessage[]): Parties {
  const bytes = new Map<string, number>();
  let largest: { readonly parties: Parties; readonly bytes: number } | undefined;
  for (const message of chat) {
    const { participantId, to } = message;
    if (to === undefined) continue;
    // No id has a line break.
    const pair = participantId < to ? `${participantId}\n${to}` : `${to}\n${participantId}`;
    const sum = (bytes.get(pair) ?? 0) + bytesOf(message);
    bytes.set(pair, sum);
    if (largest === undefined || sum > largest.bytes) largest = { parties: message, bytes: sum };
  }
  if (largest === undefined) throw new Error('There are no private messages');
  return largest.parties;
}

/** Returns whether two messages are of the same kind: both for everybody, or between the same two people. */
export function areOfOneKind(one: Parties, other: Parties): boolean {
  if (one.to === other.to) return one.to === undefined || one.participantId === other.participantId;
  return one.to === other.participantId && one.participantId === other.to;
}
