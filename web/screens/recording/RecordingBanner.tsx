import { Film } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions } from '../../model/Meeting.ts';
import type { OwnRecordingState } from '../../model/ownRecordings.ts';
import { Button } from '../../ui/Button.tsx';
import { useSaving } from './RecordingOffer.tsx';

/** Says that the person's recording has ended, until they have saved it or do not want to now. */
export function RecordingBanner({ own, actions }: { own: OwnRecordingState; actions: MeetingActions }) {
  const t = useT();
  const { busy, start } = useSaving();
  if (own.step !== 'kept') return null;
  const { dismiss } = actions.recording;
  const save = async () => {
    if (await start(own.name)) dismiss();
  };
  return (
    <div className="banner" role="status">
      <Film size={18} />
      <span>{t('recording:ready')}</span>
      <Button variant="quiet" onClick={dismiss}>
        {t('recording:later')}
      </Button>
      <Button variant="primary" disabled={busy} onClick={() => void save()}>
        {busy ? t('recording:saving') : t('recording:save')}
      </Button>
    </div>
  );
}
