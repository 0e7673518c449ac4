import { SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { MeetingActions } from '../../model/Meeting.ts';
import { CHAT_LENGTH } from '../../model/Meeting.ts';
import { IconButton } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';

/** From this length on, the composer shows how many characters are left. */
const COUNT_FROM = CHAT_LENGTH - 200;
/** Others see "is writing" until this long after the last key. */
const TYPING_MS = 3_000;

export function ChatComposer({ actions }: { actions: MeetingActions }) {
  const [text, setText] = useState('');
  const { attempt } = useNotices();
  const { typed, stopped } = useTyping(actions);
  const left = CHAT_LENGTH - text.length;

  const send = async () => {
    const trimmed = text.trim();
    if (trimmed === '') return;
    stopped();
    setText('');
    if (!(await attempt(actions.postChat(trimmed)))) setText((now) => (now === '' ? trimmed : now));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter chooses a candidate.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };

  return (
    <form
      className="chat-composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        data-first-focus
        aria-label="Write a message"
        placeholder="Write a message"
        rows={1}
        value={text}
        maxLength={CHAT_LENGTH}
        onChange={(event) => {
          setText(event.target.value);
          typed();
        }}
        onKeyDown={onKeyDown}
      />
      {text.length >= COUNT_FROM && (
        <span className="chat-left" role="status">
          {left} left
        </span>
      )}
      <IconButton type="submit" icon={SendHorizontal} label="Send message" disabled={text.trim() === ''} />
    </form>
  );
}

function useTyping(actions: MeetingActions): { typed: () => void; stopped: () => void } {
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
