import { useEffect, useRef } from 'react';
import type { ChatLine } from '../../model/Meeting.ts';
import { isForMe } from './mentions.ts';
import { newestOf, newMessages } from './newMessages.ts';

/** Tells of new messages that name this person, or are for them alone, while the chat is closed. */
export function useMentions(
  chat: readonly ChatLine[],
  selfName: string,
  open: boolean,
  tell: (line: ChatLine) => void,
): void {
  const seen = useRef(newestOf(chat));
  useEffect(() => {
    const fresh = newMessages(chat, seen.current);
    seen.current = newestOf(chat);
    if (open) return;
    for (const line of fresh) if (isForMe(line, selfName)) tell(line);
  }, [chat, open, selfName, tell]);
}
