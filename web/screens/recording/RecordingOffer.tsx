import { Download, Film } from 'lucide-react';
import { useCallback, useState } from 'react';
import { locale, useT } from '../../i18n/i18n.ts';
import { Cancelled } from '../../lib/describeError.ts';
import { onDemand } from '../../model/onDemand.ts';
import { type KeptRecording, listKept, removeKept } from '../../model/recording/keptRecordings.ts';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { formatBytes } from '../chat/files/formatBytes.ts';
import { formatLength, formatWhen } from './formatLength.ts';
import './recording.css';

export function RecordingOffer({ recording }: { recording: KeptRecording }) {
  const t = useT();
  const save = useSaving();
  const { attempt } = useNotices();
  const { begunAt, room, durationMs, bytes, name } = recording;
  const what = t('recording:kept', { when: formatWhen(begunAt, Date.now()) });
  return (
    <li className="recording-offer">
      <Film size={20} />
      <p>
        <strong>{what}</strong>
        <span dir="auto">{room}</span>
        <span>{t('recording:keptOf', { length: formatLength(durationMs), size: formatBytes(bytes, locale()) })}</span>
      </p>
      <span className="recording-offer-actions">
        <Button variant="primary" icon={Download} disabled={save.busy} onClick={() => void save.start(name)}>
          {save.busy ? t('recording:saving') : t('recording:save')}
        </Button>
        <ConfirmDialog
          title={t('recording:deleteTitle')}
          text={t('recording:deleteText')}
          confirm={t('recording:delete')}
          cancel={t('recording:keep')}
          onConfirm={() => void attempt(removeKept(name))}
        >
          <Button variant="quiet">{t('recording:delete')}</Button>
        </ConfirmDialog>
      </span>
    </li>
  );
}

/** Saves one of them; the picker of the browser wants to be opened by a click. */
export function useSaving(): { readonly busy: boolean; start(name: string): Promise<boolean> } {
  const t = useT();
  const { attempt, show } = useNotices();
  const [busy, setBusy] = useState(false);
  const start = useCallback(
    async (name: string) => {
      setBusy(true);
      const saved = await attempt(
        saveByName(name).then((complete) => {
          if (!complete) show(t('recording:downloaded.title'), t('recording:downloaded.advice'));
        }),
      );
      setBusy(false);
      return saved;
    },
    [attempt, show, t],
  );
  return { busy, start };
}

async function saveByName(name: string): Promise<boolean> {
  const { saveKept } = await onDemand(() => import('../../model/recording/saveKept.ts'));
  const recording = (await listKept()).find((each) => each.name === name);
  if (!recording) throw Object.assign(new Error('the recording is gone'), { code: 'FILE_NOT_FOUND' });
  try {
    return await saveKept(recording);
  } catch (error) {
    throw error instanceof DOMException && error.name === 'AbortError' ? new Cancelled() : error;
  }
}
