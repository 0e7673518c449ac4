import { useEffect, useState } from 'react';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { readPlace, rememberOfPlace } from '../../model/placeMemory.ts';
import { countUnread } from './countUnread.ts';
import { newestOf } from './newMessages.ts';

/**
 * Returns how many messages of others came since the chat was last open, be it before a reload; earlier ones than this
 * person are not news.
 */
export function useUnread({ chat, roomId, placeId }: MeetingSnapshot, open: boolean): number {
  const newestId = newestOf(chat) ?? null;
  const [seenId, setSeenId] = useState(() => {
    const { seenMessage } = readPlace({ roomId, placeId });
    return seenMessage === undefined ? newestId : seenMessage;
  });
  useEffect(() => {
    if (open) setSeenId(newestId);
  }, [open, newestId]);
  useEffect(() => rememberOfPlace({ roomId, placeId }, { seenMessage: seenId }), [roomId, placeId, seenId]);
  return open ? 0 : countUnread(chat, seenId);
}
