import { Search } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { t, useT } from '../../i18n/i18n.ts';
import type { ChatDraft } from '../../model/ChatDraft.ts';
import type { ChatLine, MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ChatComposer } from './ChatComposer.tsx';
import { Uploads } from './files/Uploads.tsx';
import { formatDay, formatTime, isSameDay } from './formatTime.ts';
import { groupMessages, type MessageGroup } from './groupMessages.ts';
import { Message } from './Message.tsx';
import { mentions } from './mentions.ts';
import { ChatSearch } from './search/ChatSearch.tsx';
import { useStickToEnd } from './useStickToEnd.ts';
import './ChatPanel.css';

interface ChatPanelProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  draft: ChatDraft;
  onClose: () => void;
}

export function ChatPanel({ snapshot, actions, draft, onClose }: ChatPanelProps) {
  const t = useT();
  const list = useStickToEnd(snapshot.chat, snapshot.chat[0]?.id);
  const { attempt } = useNotices();
  const groups = useMemo(() => groupMessages(snapshot.chat), [snapshot.chat]);
  const mayModerate = snapshot.self.role === 'host';
  const mayWrite = snapshot.self.grants.chat;
  const [reply, setReply] = useState(
    () => snapshot.chat.find(({ deleted, id }) => id === draft.now?.replyTo && !deleted) ?? null,
  );
  const [isSearching, setSearching] = useState(false);
  const [foundId, setFoundId] = useState<string | null>(null);
  const searchButton = useRef<HTMLButtonElement>(null);
  const endSearch = () => {
    setSearching(false);
    searchButton.current?.focus();
  };

  const tool = (
    <IconButton
      ref={searchButton}
      icon={Search}
      label={t('chat:search.title')}
      aria-expanded={isSearching}
      onClick={() => setSearching(!isSearching)}
    />
  );
  return (
    <Panel title={t('chat:title')} onClose={onClose} tool={tool}>
      {isSearching && <ChatSearch snapshot={snapshot} onFound={setFoundId} onClose={endSearch} />}
      <div ref={list} className="panel-body chat-list" role="log" aria-label={t('chat:messages')}>
        {groups.length === 0 && <p className="chat-empty">{t('chat:empty')}</p>}
        {snapshot.earlierChat && (
          <Button variant="quiet" className="chat-earlier" onClick={() => void attempt(actions.loadEarlierChat())}>
            {t('chat:earlier')}
          </Button>
        )}
        {groups.map((group, index) => (
          <Group
            key={group.key}
            group={group}
            first={index === 0}
            actions={actions}
            mayWrite={mayWrite}
            mayModerate={mayModerate}
            selfName={snapshot.self.name}
            foundId={foundId}
            onReply={mayWrite ? setReply : undefined}
          />
        ))}
      </div>
      <p className="chat-typing" aria-live="off">
        {typingText(snapshot.typing)}
      </p>
      <Uploads uploads={snapshot.uploads} actions={actions} />
      {mayWrite ? (
        <ChatComposer
          snapshot={snapshot}
          actions={actions}
          draft={draft}
          reply={reply}
          onReplyEnd={() => setReply(null)}
        />
      ) : (
        <p className="chat-refused">{t('chat:refused')}</p>
      )}
    </Panel>
  );
}

interface GroupProps {
  group: MessageGroup;
  first: boolean;
  actions: MeetingActions;
  mayWrite: boolean;
  mayModerate: boolean;
  selfName: string;
  foundId: string | null;
  onReply: ((line: ChatLine) => void) | undefined;
}

function Group({ group, first, actions, mayWrite, mayModerate, selfName, foundId, onReply }: GroupProps) {
  const t = useT();
  const now = Date.now();
  return (
    <>
      {(group.newDay || (first && !isSameDay(group.at, now))) && <p className="chat-day">{formatDay(group.at, now)}</p>}
      <section className={`chat-group${group.own ? ' own' : ''}${group.to ? ' private' : ''}`}>
        <h3>
          <span>{group.own ? t('chat:you') : group.name}</span>
          {group.to && <em>{group.own ? privateTo(group.to.name) : t('chat:privateToYou')}</em>}
          <time dateTime={new Date(group.at).toISOString()}>{formatTime(group.at)}</time>
        </h3>
        {group.lines.map((line) => (
          <Message
            key={line.id}
            line={line}
            actions={actions}
            mayEdit={line.own && mayWrite}
            mayDelete={line.own || (mayModerate && line.to === undefined)}
            isFound={line.id === foundId}
            isMention={!line.own && mentions(line.text, selfName)}
            onReply={onReply}
          />
        ))}
      </section>
    </>
  );
}

function privateTo(name: string): string {
  return name === '' ? t('chat:privateToGone') : t('chat:privateTo', { name });
}

function typingText(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return t('chat:typingOne', { name: first });
  return names.length === 2 ? t('chat:typingTwo', { first, second }) : t('chat:typingMany');
}
