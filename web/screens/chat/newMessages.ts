import type { ChatLine } from '../../model/Meeting.ts';

/** Returns the last message that the room has. */
export function newestOf(chat: readonly ChatLine[]): string | undefined {
  return chat.findLast(({ state }) => state === 'sent')?.id;
}

/** Returns what others have written since that message. After a gap nobody knows what is new: then nothing is. */
export function newMessages(chat: readonly ChatLine[], since: string | undefined): readonly ChatLine[] {
  const from = chat.findIndex(({ id }) => id === since);
  if (from < 0 && since !== undefined) return [];
  return chat.slice(from + 1).filter(({ deleted, own, state }) => state === 'sent' && !own && !deleted);
}
