import { useEffect, useRef } from 'react';
import type { MeetingActions } from '../../model/Meeting.ts';

/** Others see "is writing" until this long after the last key. */
const TYPING_MS = 3_000;

export function useTyping(actions: MeetingActions): { typed: () => void; stopped: () => void } {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const stopped = () => {
    if (timer.current === null) return;
    clearTimeout(timer.current);
    timer.current = null;
    actions.setTyping(false);
  };
  const typed = () => {
    if (timer.current === null) actions.setTyping(true);
    else clearTimeout(timer.current);
    timer.current = setTimeout(stopped, TYPING_MS);
  };
  const atEnd = useRef(stopped);
  atEnd.current = stopped;
  useEffect(() => () => atEnd.current(), []);
  return { typed, stopped };
}
