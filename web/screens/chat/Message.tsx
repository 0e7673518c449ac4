import { CornerUpLeft, Pencil, Trash2 } from 'lucide-react';
import { memo, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { ChatLine, MeetingActions } from '../../model/Meeting.ts';
import { IconButton } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { FileCard } from './files/FileCard.tsx';
import { linkify } from './linkify.ts';
import { MessageEditor } from './MessageEditor.tsx';
import { MessageReactions, ReactButton } from './MessageReactions.tsx';
import { messageElementId, Quote } from './Quote.tsx';

interface MessageProps {
  line: ChatLine;
  actions: MeetingActions;
  mayEdit: boolean;
  mayDelete: boolean;
  /** Not given to whoever may not write. */
  onReply?: ((line: ChatLine) => void) | undefined;
  /** A search leads to it. */
  isFound: boolean;
  /** It names this person. */
  isMention: boolean;
}

/** Rendered only when it changes: a room holds a thousand of them. */
export const Message = memo(function Message(props: MessageProps) {
  const { line, actions, mayEdit, mayDelete, onReply, isFound, isMention } = props;
  const t = useT();
  const [editing, setEditing] = useState(false);
  const { attempt } = useNotices();

  if (line.deleted) return <p className="chat-message deleted">{t('chat:deleted')}</p>;
  if (editing) {
    const save = async (text: string) => {
      if (text === line.text || (await attempt(actions.editChat(line.id, text)))) setEditing(false);
    };
    return <MessageEditor text={line.text} onSave={save} onCancel={() => setEditing(false)} />;
  }

  return (
    <div
      id={messageElementId(line.id)}
      tabIndex={-1}
      className={`chat-message ${line.state}${isMention ? ' mention' : ''}${isFound ? ' found' : ''}`}
    >
      {line.quote && <Quote quote={line.quote} />}
      {line.file ? (
        <FileCard file={line.file} actions={actions} />
      ) : (
        <p className="chat-text">
          <bdi>
            <LinkedText text={line.text} />
          </bdi>
          {line.edited && <small> {t('chat:edited')}</small>}
          {line.state === 'pending' && <span className="visually-hidden"> {t('chat:beingSent')}</span>}
        </p>
      )}
      {line.state === 'sent' && (
        <div className="chat-message-actions">
          {onReply && <ReactButton line={line} actions={actions} />}
          {onReply && (
            <IconButton icon={CornerUpLeft} size={16} label={t('chat:reply')} nativeTip onClick={() => onReply(line)} />
          )}
          {mayEdit && line.file === undefined && (
            <IconButton icon={Pencil} size={16} label={t('chat:edit')} nativeTip onClick={() => setEditing(true)} />
          )}
          {mayDelete && (
            <IconButton
              icon={Trash2}
              size={16}
              label={t('chat:delete')}
              nativeTip
              onClick={() => void attempt(actions.deleteChat(line.id))}
            />
          )}
        </div>
      )}
      <MessageReactions line={line} actions={actions} mayReact={onReply !== undefined} />
      {line.state === 'failed' && (
        <p className="chat-failed" role="alert">
          {t('chat:notSent')}
          <button type="button" onClick={() => void attempt(actions.retryChat(line.id))}>
            {t('chat:sendAgain')}
          </button>
          <button type="button" onClick={() => void attempt(actions.discardChat(line.id))}>
            {t('chat:discard')}
          </button>
        </p>
      )}
    </div>
  );
});

function LinkedText({ text }: { text: string }) {
  // Parts have no identity but their place: the text of a message changes as a whole.
  return linkify(text).map((part, index) =>
    part.type === 'text' ? (
      part.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: see above.
      <a key={index} href={part.url} target="_blank" rel="noopener noreferrer nofollow">
        {part.url}
      </a>
    ),
  );
}
