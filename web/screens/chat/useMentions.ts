import { useEffect, useRef } from 'react';
import type { ChatLine } from '../../model/Meeting.ts';
import { mentions } from './mentions.ts';

/** Tells of new messages that name this person, or are for them alone, while the chat is closed. */
export function useMentions(
  chat: readonly ChatLine[],
  selfName: string,
  open: boolean,
  tell: (line: ChatLine) => void,
): void {
  const newest = chat.findLast(({ state }) => state === 'sent')?.id;
  const seen = useRef(newest);
  useEffect(() => {
    const from = chat.findIndex(({ id }) => id === seen.current);
    const isFirst = seen.current === undefined;
    seen.current = newest;
    // After a gap nobody knows what is new.
    if (open || (from < 0 && !isFirst)) return;
    const fresh = chat.slice(from + 1).filter(({ deleted, own, state }) => state === 'sent' && !own && !deleted);
    for (const line of fresh) if (line.to !== undefined || mentions(line.text, selfName)) tell(line);
  }, [chat, newest, open, selfName, tell]);
}
