import { Pencil, Trash2 } from 'lucide-react';
import { memo, useState } from 'react';
import type { ChatLine, MeetingActions } from '../../model/Meeting.ts';
import { IconButton } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { linkify } from './linkify.ts';
import { MessageEditor } from './MessageEditor.tsx';

interface MessageProps {
  line: ChatLine;
  actions: MeetingActions;
  mayEdit: boolean;
  mayDelete: boolean;
}

/** Rendered only when it changes: a room holds a thousand of them. */
export const Message = memo(function Message({ line, actions, mayEdit, mayDelete }: MessageProps) {
  const [editing, setEditing] = useState(false);
  const { attempt } = useNotices();

  if (line.deleted) return <p className="chat-message deleted">Message deleted</p>;
  if (editing) {
    const save = async (text: string) => {
      if (text === line.text || (await attempt(actions.editChat(line.id, text)))) setEditing(false);
    };
    return <MessageEditor text={line.text} onSave={save} onCancel={() => setEditing(false)} />;
  }

  return (
    <div className={`chat-message ${line.state}`}>
      <p>
        <LinkedText text={line.text} />
        {line.edited && <small> (edited)</small>}
        {line.state === 'pending' && <span className="visually-hidden"> (being sent)</span>}
      </p>
      {line.state === 'sent' && (
        <div className="chat-message-actions">
          {mayEdit && (
            <IconButton icon={Pencil} size={16} label="Edit message" nativeTip onClick={() => setEditing(true)} />
          )}
          {mayDelete && (
            <IconButton
              icon={Trash2}
              size={16}
              label="Delete message"
              nativeTip
              onClick={() => void attempt(actions.deleteChat(line.id))}
            />
          )}
        </div>
      )}
      {line.state === 'failed' && (
        <p className="chat-failed" role="alert">
          Not sent.
          <button type="button" onClick={() => void attempt(actions.retryChat(line.id))}>
            Send again
          </button>
          <button type="button" onClick={() => void attempt(actions.discardChat(line.id))}>
            Discard
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
