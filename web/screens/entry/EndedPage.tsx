import { DoorOpen, Lock } from 'lucide-react';
import { useEffect } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { showDesktopNotice } from '../../lib/desktopNotices.ts';
import { readPreferences } from '../../lib/preferences.ts';
import type { EndReason } from '../../model/Meeting.ts';
import { MessagePage } from '../../ui/MessagePage.tsx';
import { RecordingOffers } from '../recording/RecordingOffers.tsx';

interface EndedPageProps {
  reason: EndReason;
  onAgain: () => void;
  onHome: () => void;
}

export function EndedPage({ reason, onAgain, onHome }: EndedPageProps) {
  const t = useT();
  useEffect(() => {
    const isWanted = reason !== 'left' && document.hidden && readPreferences().desktopNotices;
    if (isWanted) showDesktopNotice(t(`entry:${reason}.title`), t(`entry:${reason}.text`));
  }, [reason, t]);
  const home = { label: t('common:home'), onClick: onHome };
  const final = reason === 'banned' || reason === 'roomClosed';
  return (
    <MessagePage
      title={t(`entry:${reason}.title`)}
      text={t(`entry:${reason}.text`)}
      icon={final ? Lock : DoorOpen}
      actions={final ? [home] : [{ label: t(`entry:${reason}.again`), onClick: onAgain }, home]}
    >
      <RecordingOffers />
    </MessagePage>
  );
}
