import { type KeyboardEvent, useState } from 'react';
import { CHAT_LENGTH } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';

interface MessageEditorProps {
  text: string;
  onSave: (text: string) => void;
  onCancel: () => void;
}

export function MessageEditor({ text: before, onSave, onCancel }: MessageEditorProps) {
  const [text, setText] = useState(before);
  const trimmed = text.trim();

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && trimmed !== '') {
      event.preventDefault();
      onSave(trimmed);
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      onCancel();
    }
  };

  return (
    <div className="chat-editor">
      <textarea
        aria-label="Edit message"
        value={text}
        rows={2}
        maxLength={CHAT_LENGTH}
        // biome-ignore lint/a11y/noAutofocus: the person just asked to write here.
        autoFocus
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div>
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button variant="primary" disabled={trimmed === ''} onClick={() => onSave(trimmed)}>
          Save
        </Button>
      </div>
    </div>
  );
}
