import { useEffect, useState } from 'react';
import type { ChatLine } from '../meeting/Meeting.ts';

/** How many messages of others came since the chat was last open; what was there before this person is not news. */
export function useUnread(chat: readonly ChatLine[], open: boolean): number {
  const newestId = chat.findLast((line) => line.state === 'sent')?.id ?? null;
  const [seenId, setSeenId] = useState(newestId);
  useEffect(() => {
    if (open) setSeenId(newestId);
  }, [open, newestId]);
  if (open) return 0;
  const seenAt = chat.findIndex((line) => line.id === seenId);
  return chat.slice(seenAt + 1).filter((line) => !line.own && !line.deleted).length;
}
