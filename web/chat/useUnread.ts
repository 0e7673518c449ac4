import { useEffect, useState } from 'react';
import type { ChatLine } from '../meeting/Meeting.ts';

/** How many messages of others came since the chat was last open; what was there before this person is not news. */
export function useUnread(chat: readonly ChatLine[], open: boolean): number {
  const [seenAt, setSeenAt] = useState(() => chat.at(-1)?.at ?? 0);
  const newest = chat.at(-1)?.at ?? 0;
  useEffect(() => {
    if (open) setSeenAt(newest);
  }, [open, newest]);
  return open ? 0 : chat.filter((line) => !line.own && !line.deleted && line.at > seenAt).length;
}
