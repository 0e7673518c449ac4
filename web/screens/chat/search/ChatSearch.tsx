import { ChevronDown, ChevronUp } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useState } from 'react';
import { useT } from '../../../i18n/i18n.ts';
import type { MeetingSnapshot } from '../../../model/Meeting.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { messageElementId } from '../Quote.tsx';
import { findMessages, placeIn } from './findMessages.ts';
import './search.css';

interface ChatSearchProps {
  snapshot: Pick<MeetingSnapshot, 'chat' | 'earlierChat'>;
  /** Gets the id of the message to mark; null if there is none. */
  onFound: (messageId: string | null) => void;
  onClose: () => void;
}

/** Finds messages among those that are here. Enter goes to the one before, with Shift to the next. */
export function ChatSearch({ snapshot: { chat, earlierChat }, onFound, onClose }: ChatSearchProps) {
  const t = useT();
  const [words, setWords] = useState('');
  const [shownId, setShownId] = useState<string | null>(null);
  const found = useMemo(() => findMessages(chat, words), [chat, words]);
  const at = placeIn(found, shownId);
  const foundId = found[at] ?? null;

  useEffect(() => {
    onFound(foundId);
    if (foundId !== null) document.getElementById(messageElementId(foundId))?.scrollIntoView({ block: 'center' });
    return () => onFound(null);
  }, [foundId, onFound]);

  const step = (by: 1 | -1) => setShownId(found[(at + by + found.length) % found.length] ?? null);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.key !== 'Escape') return;
    event.stopPropagation();
    onClose();
  };

  const outcome = foundId === null ? t('chat:search.none') : t('chat:search.at', { at: at + 1, all: found.length });
  return (
    <search className="chat-search" onKeyDown={onKeyDown}>
      <input
        type="search"
        aria-label={t('chat:search.title')}
        placeholder={t('chat:search.title')}
        dir={words === '' ? undefined : 'auto'}
        // biome-ignore lint/a11y/noAutofocus: the person just asked to write here.
        autoFocus
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setShownId(null);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) step(event.shiftKey ? 1 : -1);
        }}
      />
      <IconButton
        icon={ChevronUp}
        label={t('chat:search.before')}
        disabled={found.length < 2}
        onClick={() => step(-1)}
      />
      <IconButton
        icon={ChevronDown}
        label={t('chat:search.next')}
        disabled={found.length < 2}
        onClick={() => step(1)}
      />
      <p role="status">{words.trim() === '' ? '' : outcome}</p>
      {earlierChat && <p>{t('chat:search.earlier')}</p>}
    </search>
  );
}
