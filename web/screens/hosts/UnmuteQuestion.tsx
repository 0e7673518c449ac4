import { Mic } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, Person } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';

/** A host asks for this person's microphone. Only the person's own answer turns it on. */
export function UnmuteQuestion({ self, actions }: { self: Person; actions: MeetingActions }) {
  const t = useT();
  const { attempt } = useNotices();
  if (self.unmuteAskedAt === null) return null;
  return (
    <div className="banner" role="alert">
      <Mic size={18} />
      <span>{t('hosts:unmute.asked')}</span>
      <Button variant="quiet" onClick={() => void attempt(actions.hosting.declineUnmute(self.id))}>
        {t('hosts:unmute.stayMuted')}
      </Button>
      <Button variant="primary" onClick={() => void attempt(actions.setMicrophone(true))}>
        {t('hosts:unmute.unmute')}
      </Button>
    </div>
  );
}
