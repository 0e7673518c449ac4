import type { ChatLine } from '../../model/Meeting.ts';

/** Counts messages of others after the last one seen; all of them if that one is no longer kept. */
export function countUnread(chat: readonly ChatLine[], seenId: string | null): number {
  const seenAt = chat.findIndex((line) => line.id === seenId);
  return chat.slice(seenAt + 1).filter((line) => !line.own && !line.deleted).length;
}
