import { Download, File, FileArchive, FileAudio, FileImage, FileText, FileVideo, type LucideIcon } from 'lucide-react';
import { locale, useT } from '../../../i18n/i18n.ts';
import type { MeetingActions, SharedFile } from '../../../model/Meeting.ts';
import { useNotices } from '../../../ui/notices.tsx';
import { formatBytes } from './formatBytes.ts';
import './files.css';

interface FileCardProps {
  file: SharedFile;
  actions: MeetingActions;
}

/** A shared file: what it is, and a button that saves it. */
export function FileCard({ file, actions }: FileCardProps) {
  const t = useT();
  const { attempt } = useNotices();
  const Icon = iconOf(file.mediaType);
  const save = async () => saveAs(await actions.linkToFile(file.id), file.name);
  const size = formatBytes(file.bytes, locale());
  return (
    <button
      type="button"
      className={`file-card${file.preview === undefined ? '' : ' with-preview'}`}
      aria-label={t('files:download', { name: `${file.name} ${size}` })}
      onClick={() => void attempt(save())}
    >
      {file.preview === undefined ? (
        <span className="file-icon">
          <Icon size={22} aria-hidden="true" />
        </span>
      ) : (
        <img src={`data:image/jpeg;base64,${file.preview}`} alt={t('files:preview', { name: file.name })} />
      )}
      <span className="file-about">
        <bdi className="file-name">{file.name}</bdi> <span className="file-size">{size}</span>
      </span>
      <Download className="file-save" size={18} aria-hidden="true" />
    </button>
  );
}

/** The server sends it as an attachment: the page stays. */
function saveAs(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.rel = 'noopener noreferrer';
  document.body.append(link);
  link.click();
  link.remove();
}

const ICONS: Readonly<Record<string, LucideIcon>> = {
  image: FileImage,
  audio: FileAudio,
  video: FileVideo,
  text: FileText,
};

function iconOf(mediaType: string): LucideIcon {
  const [family = '', kind = ''] = mediaType.split('/');
  if (/^(pdf|msword|rtf)$|document|opendocument/.test(kind)) return FileText;
  if (/zip|tar|compressed|rar|7z/.test(kind)) return FileArchive;
  return ICONS[family] ?? File;
}
