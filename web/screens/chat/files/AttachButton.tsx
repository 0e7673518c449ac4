import { Paperclip } from 'lucide-react';
import { useRef } from 'react';
import { locale, useT } from '../../../i18n/i18n.ts';
import type { FileLimits, MeetingActions } from '../../../model/Meeting.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { useNotices } from '../../../ui/notices.tsx';
import { acceptOf, namesOfTypes } from './fileTypes.ts';
import { formatBytes } from './formatBytes.ts';

interface AttachButtonProps {
  limits: FileLimits;
  /** Whether the room's hosts allow files. */
  allowed: boolean;
  actions: MeetingActions;
}

export function AttachButton({ limits, allowed, actions }: AttachButtonProps) {
  const t = useT();
  const { attempt } = useNotices();
  const input = useRef<HTMLInputElement>(null);
  const size = formatBytes(limits.maxBytes, locale());
  const types = namesOfTypes(limits.types);
  const taken = types === null ? t('files:shareUpTo', { size }) : t('files:shareOnly', { size, types });
  return (
    <>
      <IconButton
        icon={Paperclip}
        label={allowed ? taken : t('files:off')}
        aria-disabled={!allowed}
        onClick={() => allowed && input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={acceptOf(limits.types)}
        aria-label={t('files:share')}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same file may be chosen again.
          event.target.value = '';
          if (files.length > 0) void attempt(actions.sendFiles(files));
        }}
      />
    </>
  );
}
