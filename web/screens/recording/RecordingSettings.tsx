import { CircleDot, Square } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { RoomSwitch } from '../../ui/RoomSwitch.tsx';
import { RecordingOffers } from './RecordingOffers.tsx';

export function RecordingSettings({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
  const t = useT();
  const { attempt } = useNotices();
  const { ownRecording: own, recordingAllowed, self } = snapshot;
  const busy = own.step === 'beginning' ? t('recording:beginning') : own.step === 'ending' ? t('recording:ending') : '';
  return (
    <section className="panel-section">
      <h3>{t('recording:title')}</h3>
      {own.step === 'running' ? (
        <Button icon={Square} onClick={() => void attempt(actions.recording.end())}>
          {t('recording:end')}
        </Button>
      ) : (
        <Button
          icon={CircleDot}
          disabled={!recordingAllowed || busy !== ''}
          onClick={() => void attempt(actions.recording.begin())}
        >
          {t('recording:begin')}
        </Button>
      )}
      <p className="settings-hint" role="status">
        {busy || t(recordingAllowed ? 'recording:hint' : 'recording:forbidden')}
      </p>
      {self.role === 'host' && (
        <RoomSwitch
          label={t('recording:allow')}
          hint={t('recording:allowHint')}
          checked={recordingAllowed}
          onChange={actions.recording.setAllowed}
        />
      )}
      <RecordingOffers />
    </section>
  );
}
