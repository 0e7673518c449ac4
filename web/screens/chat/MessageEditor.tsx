import { type KeyboardEvent, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { CHAT_LENGTH } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';

interface MessageEditorProps {
  text: string;
  onSave: (text: string) => void;
  onCancel: () => void;
}

export function MessageEditor({ text: before, onSave, onCancel }: MessageEditorProps) {
  const t = useT();
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
        dir="auto"
        aria-label={t('chat:edit')}
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
          {t('common:cancel')}
        </Button>
        <Button variant="primary" disabled={trimmed === ''} onClick={() => onSave(trimmed)}>
          {t('common:save')}
        </Button>
      </div>
    </div>
  );
}
