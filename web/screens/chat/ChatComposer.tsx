import { SendHorizontal, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { ChatDraft } from '../../model/ChatDraft.ts';
import type { ChatLine, MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { CHAT_LENGTH } from '../../model/Meeting.ts';
import { IconButton } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { EmojiButton } from './emoji/EmojiButton.tsx';
import { AttachButton } from './files/AttachButton.tsx';
import { namesOfTypes } from './files/fileTypes.ts';
import { mentionAt, namesFor } from './mentions.ts';
import { useTyping } from './useTyping.ts';
import './composer.css';

/** From this length on, the composer shows how many characters are left. */
const COUNT_FROM = CHAT_LENGTH - 200;

interface ChatComposerProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  /** What was written here before, and where it is kept. */
  draft: ChatDraft;
  /** The message that is being answered. */
  reply: ChatLine | null;
  onReplyEnd: () => void;
}

export function ChatComposer({ snapshot, actions, draft, reply, onReplyEnd }: ChatComposerProps) {
  const t = useT();
  const field = useField(draft.now?.text ?? '');
  const { text, caret } = field;
  const [chosen, setChosen] = useState<Recipient | null>(() => draft.now?.to ?? null);
  const { attempt } = useNotices();
  const { typed, stopped } = useTyping(actions);
  const listId = useId();
  const { fileLimits, others } = snapshot;
  const types = fileLimits && namesOfTypes(fileLimits.types);

  // Whoever answers a private message answers it privately. What is for one person stays so, also if that is no longer
  // allowed.
  const asksWhom = !reply && ((snapshot.privateChat && others.length > 0) || chosen !== null);
  const to = reply ? partnerOf(reply) : chosen;
  const isGone = to !== null && !others.some(({ id }) => id === to.id);
  const mention = mentionAt(text, caret);
  const [dismissedAt, setDismissedAt] = useState(-1);
  const names = mention && mention.from !== dismissedAt ? namesFor(mention.typed, others) : [];
  const [active, setActive] = useState(0);
  const current = Math.min(active, names.length - 1);

  useEffect(() => draft.keep({ text, to, replyTo: reply?.id ?? null }));

  const send = async () => {
    const trimmed = text.trim();
    if (trimmed === '' || isGone) return;
    stopped();
    field.set('', 0);
    onReplyEnd();
    const options = { ...(to && { to: to.id }), ...(reply && { replyTo: reply.id }) };
    if (!(await attempt(actions.postChat(trimmed, options)))) field.restore(trimmed);
  };

  const pickName = (name: string) => {
    if (!mention) return;
    const before = `${text.slice(0, mention.from)}@${name} `;
    field.set(before + text.slice(caret), before.length);
    setActive(0);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter chooses a candidate.
    if (event.nativeEvent.isComposing) return;
    const name = names[current]?.name;
    if (name !== undefined && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const step = event.key === 'ArrowDown' ? 1 : names.length - 1;
      setActive((current + step) % names.length);
    } else if (name !== undefined && (event.key === 'Enter' || event.key === 'Tab')) pickName(name);
    else if (name !== undefined && event.key === 'Escape') setDismissedAt(mention?.from ?? -1);
    else if (reply && event.key === 'Escape') onReplyEnd();
    else if (event.key === 'Enter' && !event.shiftKey) void send();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const what = to && to.name !== '' ? t('chat:writeTo', { name: to.name }) : t('chat:write');
  return (
    <form
      className={`chat-composer${to ? ' private' : ''}`}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {names.length > 0 && (
        <div id={listId} className="chat-names" role="listbox" aria-label={t('chat:names')}>
          {names.map(({ id, name }, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys.
            <div
              key={id}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              // The field keeps the focus.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => pickName(name)}
            >
              <bdi>{name}</bdi>
            </div>
          ))}
        </div>
      )}
      {reply && (
        <div className="chat-replying">
          <p className="chat-quote">
            <bdi>{reply.name}</bdi>
            <span>{reply.text}</span>
          </p>
          <IconButton icon={X} size={16} label={t('chat:cancelReply')} onClick={onReplyEnd} />
        </div>
      )}
      {asksWhom && <RecipientField others={others} chosen={chosen} onChoose={setChosen} />}
      {isGone && (
        <p className="chat-gone" role="alert">
          {to.name === '' ? t('chat:recipientGoneUnnamed') : t('chat:recipientGone', { name: to.name })}
        </p>
      )}
      {fileLimits && !to && !snapshot.forAll.filesAllowed && <p className="chat-files-said">{t('files:off')}</p>}
      {fileLimits && !to && snapshot.forAll.filesAllowed && types !== null && (
        <p className="chat-files-said">{t('files:onlyTypes', { types })}</p>
      )}
      <div className="chat-writing">
        {fileLimits && !to && (
          <AttachButton limits={fileLimits} allowed={snapshot.forAll.filesAllowed} actions={actions} />
        )}
        <textarea
          ref={field.ref}
          // Without a text the placeholder reads like the page.
          dir={text === '' ? undefined : 'auto'}
          data-first-focus
          aria-label={what}
          placeholder={what}
          aria-controls={names.length > 0 ? listId : undefined}
          aria-activedescendant={names.length > 0 ? `${listId}-${current}` : undefined}
          rows={1}
          value={text}
          maxLength={CHAT_LENGTH}
          onChange={(event) => {
            field.set(event.target.value, event.target.selectionStart);
            // What one person is to read is not announced to all.
            if (!to) typed();
          }}
          onSelect={(event) => field.moved(event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
        />
        {text.length >= COUNT_FROM && (
          <span className="chat-left" role="status">
            {t('chat:left', { count: CHAT_LENGTH - text.length })}
          </span>
        )}
        <EmojiButton onPick={(emoji) => field.insert(emoji)} onClosed={field.focus} />
        <IconButton
          type="submit"
          icon={SendHorizontal}
          label={t('chat:send')}
          disabled={text.trim() === '' || isGone}
        />
      </div>
    </form>
  );
}

interface Recipient {
  readonly id: string;
  readonly name: string;
}

function partnerOf(line: ChatLine): Recipient | null {
  if (!line.to) return null;
  return line.own ? line.to : { id: line.authorId, name: line.name };
}

interface RecipientFieldProps {
  others: readonly Recipient[];
  chosen: Recipient | null;
  onChoose: (recipient: Recipient | null) => void;
}

function RecipientField({ others, chosen, onChoose }: RecipientFieldProps) {
  const t = useT();
  const id = useId();
  // Somebody who left stays chosen: a private message must not become one for everybody.
  const all = chosen && !others.some((person) => person.id === chosen.id) ? [...others, chosen] : others;
  return (
    <div className="chat-recipient">
      <label htmlFor={id}>{t('chat:to')}</label>
      <select
        id={id}
        value={chosen?.id ?? ''}
        onChange={(event) => onChoose(all.find((person) => person.id === event.target.value) ?? null)}
      >
        <option value="">{t('chat:everybody')}</option>
        {all.map((person) => (
          <option key={person.id} value={person.id}>
            {person.name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The text and the caret of a text area, which may be changed from outside of it. */
function useField(begun: string) {
  const ref = useRef<HTMLTextAreaElement>(null);
  const before = { text: begun, caret: begun.length, isPlaced: begun === '' };
  const [{ text, caret, isPlaced }, setState] = useState(before);
  useLayoutEffect(() => {
    if (!isPlaced) ref.current?.setSelectionRange(caret, caret);
  }, [caret, isPlaced]);
  const set = (next: string, at: number) => {
    const isTyped = ref.current?.value === next;
    setState({ text: next, caret: at, isPlaced: isTyped });
  };
  return {
    ...{ ref, text, caret, set },
    moved: (at: number) =>
      setState((before) => (before.caret === at ? before : { ...before, caret: at, isPlaced: true })),
    insert: (part: string) =>
      set((text.slice(0, caret) + part + text.slice(caret)).slice(0, CHAT_LENGTH), caret + part.length),
    /** Puts a text back that could not be sent, unless something else was written. */
    restore: (former: string) =>
      setState((before) => (before.text === '' ? { text: former, caret: former.length, isPlaced: false } : before)),
    focus: () => ref.current?.focus(),
  };
}
