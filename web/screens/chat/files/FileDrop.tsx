import { Upload } from 'lucide-react';
import { useEffect, useState } from 'react';
import { locale, useT } from '../../../i18n/i18n.ts';
import type { FileLimits } from '../../../model/Meeting.ts';
import { namesOfTypes } from './fileTypes.ts';
import { formatBytes } from './formatBytes.ts';
import './files.css';

interface FileDropProps {
  /** Null where there are no files at all. */
  limits: FileLimits | null;
  /** Whether this person may send files. */
  allowed: boolean;
  onFiles: (files: readonly File[]) => void;
}

/** Takes files that are dropped anywhere onto the meeting, and says so while they hover over it. */
export function FileDrop({ limits, allowed, onFiles }: FileDropProps) {
  const t = useT();
  const hovers = useDrop(limits && allowed ? onFiles : ignore);
  if (!hovers || !limits) return null;
  const types = namesOfTypes(limits.types);
  return (
    <div className="file-drop" role="status">
      <div>
        <Upload size={36} aria-hidden="true" />
        <strong>{allowed ? t('files:dropTitle') : t('files:off')}</strong>
        {allowed && <span>{t('files:dropAdvice', { size: formatBytes(limits.maxBytes, locale()) })}</span>}
        {allowed && types !== null && <span>{t('files:onlyTypes', { types })}</span>}
      </div>
    </div>
  );
}

const ignore = () => undefined;

/** Returns whether files are over the page. What is dropped never replaces the page. */
function useDrop(onFiles: (files: readonly File[]) => void): boolean {
  const [hovers, setHovers] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setHovers(true);
    };
    const leave = (event: DragEvent) => {
      // Null: it left the window.
      if (event.relatedTarget === null) setHovers(false);
    };
    const drop = (event: DragEvent) => {
      setHovers(false);
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      const files = [...event.dataTransfer.items].flatMap((item) => {
        // A folder has no content of its own.
        return item.webkitGetAsEntry()?.isDirectory ? [] : (item.getAsFile() ?? []);
      });
      if (files.length > 0) onFiles(files);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [onFiles]);
  return hovers;
}
