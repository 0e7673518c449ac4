import { useEffect, useState } from 'react';
import type { ChatLine } from '../../model/Meeting.ts';
import { countUnread } from './countUnread.ts';

/**
 * Returns how many messages of others came since the chat was last open; earlier ones than this person are not news.
 */
export function useUnread(chat: readonly ChatLine[], open: boolean): number {
  const newestId = chat.findLast((line) => line.state === 'sent')?.id ?? null;
  const [seenId, setSeenId] = useState(newestId);
  useEffect(() => {
    if (open) setSeenId(newestId);
  }, [open, newestId]);
  return open ? 0 : countUnread(chat, seenId);
}
