import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { describeError } from '../../lib/describeError.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Panel } from '../../ui/Panel.tsx';
import { NotesDocument } from './NotesDocument.ts';
import './NotesPanel.css';

interface NotesPanelProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  onClose: () => void;
}

/** A page on which everybody writes at once. */
export function NotesPanel({ snapshot, actions, onClose }: NotesPanelProps) {
  const t = useT();
  const area = useRef<HTMLTextAreaElement>(null);
  const cursor = useRef<readonly [() => number, () => number] | null>(null);
  const [, render] = useReducer((count: number) => count + 1, 0);
  const [notes] = useState(() => new NotesDocument(actions.notes, render));
  const { notesCount, connection, self } = snapshot;

  // A failed reading is repeated when the connection is back, or when somebody writes.
  useEffect(() => {
    if (connection === 'connected') notes.read(notesCount).catch((error: unknown) => console.debug('notes', error));
  }, [notes, notesCount, connection]);
  useEffect(() => () => notes.close(), [notes]);

  const keepCursor = () => {
    const { selectionStart = 0, selectionEnd = 0 } = area.current ?? {};
    cursor.current = [notes.keep(selectionStart), notes.keep(selectionEnd)];
  };
  const { text } = notes;
  useLayoutEffect(() => {
    const kept = cursor.current;
    if (kept && area.current && document.activeElement === area.current && area.current.value === text) {
      area.current.setSelectionRange(kept[0](), kept[1]());
    }
  }, [text]);

  return (
    <Panel title={t('hosts:notes.title')} onClose={onClose}>
      <div className="panel-body notes">
        <textarea
          ref={area}
          dir="auto"
          aria-label={t('hosts:notes.title')}
          placeholder={t('hosts:notes.empty')}
          readOnly={!self.grants.chat}
          value={text}
          data-first-focus
          onSelect={keepCursor}
          onChange={(event) => {
            const { value } = event.target;
            notes.change(value);
            keepCursor();
          }}
        />
        <p className="settings-hint" role="status">
          {notes.problem === null ? t('hosts:notes.hint') : describeError(notes.problem)?.title}
        </p>
      </div>
    </Panel>
  );
}
