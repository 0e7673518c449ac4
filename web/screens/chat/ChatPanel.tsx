import { useMemo } from 'react';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ChatComposer } from './ChatComposer.tsx';
import { formatDay, formatTime } from './formatTime.ts';
import { groupMessages, type MessageGroup } from './groupMessages.ts';
import { Message } from './Message.tsx';
import { useStickToEnd } from './useStickToEnd.ts';
import './ChatPanel.css';

interface ChatPanelProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  onClose: () => void;
}

export function ChatPanel({ snapshot, actions, onClose }: ChatPanelProps) {
  const list = useStickToEnd(snapshot.chat, snapshot.chat[0]?.id);
  const { attempt } = useNotices();
  const groups = useMemo(() => groupMessages(snapshot.chat), [snapshot.chat]);
  const mayModerate = snapshot.self.role === 'host';
  const mayWrite = snapshot.self.grants.chat;

  return (
    <Panel title="Chat" onClose={onClose}>
      <div ref={list} className="panel-body chat-list" role="log" aria-label="Messages">
        {groups.length === 0 && (
          <p className="chat-empty">Messages stay in the meeting: whoever joins later reads them too.</p>
        )}
        {snapshot.earlierChat && (
          <Button variant="quiet" className="chat-earlier" onClick={() => void attempt(actions.loadEarlierChat())}>
            Show earlier messages
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
          />
        ))}
      </div>
      <p className="chat-typing" aria-live="off">
        {typingText(snapshot.typing)}
      </p>
      {mayWrite ? (
        <ChatComposer actions={actions} />
      ) : (
        <p className="chat-refused">A host has not allowed you to write.</p>
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
}

function Group({ group, first, actions, mayWrite, mayModerate }: GroupProps) {
  const day = formatDay(group.at, Date.now());
  return (
    <>
      {(group.newDay || (first && day !== 'Today')) && <p className="chat-day">{day}</p>}
      <section className={`chat-group${group.own ? ' own' : ''}`}>
        <h3>
          <span>{group.own ? 'You' : group.name}</span>
          <time dateTime={new Date(group.at).toISOString()}>{formatTime(group.at)}</time>
        </h3>
        {group.lines.map((line) => (
          <Message
            key={line.id}
            line={line}
            actions={actions}
            mayEdit={line.own && mayWrite}
            mayDelete={line.own || mayModerate}
          />
        ))}
      </section>
    </>
  );
}

function typingText(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return `${first} is writing…`;
  return names.length === 2 ? `${first} and ${second} are writing…` : 'Several people are writing…';
}
