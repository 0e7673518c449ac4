import { RotateCw, X } from 'lucide-react';
import { locale, useT } from '../../../i18n/i18n.ts';
import { describeError } from '../../../lib/describeError.ts';
import type { FileUpload, MeetingActions } from '../../../model/Meeting.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { formatBytes } from './formatBytes.ts';
import './files.css';

interface UploadsProps {
  uploads: readonly FileUpload[];
  actions: MeetingActions;
}

/** The files that this person sends now. */
export function Uploads({ uploads, actions }: UploadsProps) {
  const t = useT();
  if (uploads.length === 0) return null;
  return (
    <ul className="uploads" aria-label={t('files:uploads')}>
      {uploads.map((upload) => (
        <Row key={upload.id} upload={upload} actions={actions} />
      ))}
    </ul>
  );
}

function Row({ upload, actions }: { upload: FileUpload; actions: MeetingActions }) {
  const t = useT();
  const { id, name, state } = upload;
  const progress = useProgressText(upload);
  return (
    <li className={`upload ${state}`}>
      <div className="file-about">
        <bdi className="file-name">{name}</bdi>
        {state !== 'failed' && (
          <progress
            max={upload.bytes || 1}
            value={upload.sentBytes}
            aria-label={t('files:progress', { name })}
            aria-valuetext={progress}
          />
        )}
        <span className="file-size" role={state === 'failed' ? 'alert' : undefined}>
          {progress}
        </span>
      </div>
      {state === 'failed' && (
        <IconButton icon={RotateCw} size={18} label={t('files:retry')} onClick={() => actions.retryUpload(id)} />
      )}
      <IconButton
        icon={X}
        size={18}
        label={state === 'failed' ? t('files:discard') : t('files:cancel', { name })}
        onClick={() => actions.cancelUpload(id)}
      />
    </li>
  );
}

function useProgressText({ bytes, error, sentBytes, state }: FileUpload): string {
  const t = useT();
  if (state === 'failed') return t('files:failed', { reason: describeError(error)?.title ?? '' });
  if (state === 'waiting') return t('files:waiting');
  const percent = new Intl.NumberFormat(locale(), { style: 'percent' }).format(bytes === 0 ? 1 : sentBytes / bytes);
  return t('files:sending', { percent, size: formatBytes(bytes, locale()) });
}
