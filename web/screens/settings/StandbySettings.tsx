import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { RoomSwitch } from '../../ui/RoomSwitch.tsx';
import { isStandbyOn, standbyState } from './standbyState.ts';

export function StandbySettings({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
  const t = useT();
  const { text, isProblem } = standbyState(snapshot.hotStandby);
  return (
    <section className="panel-section">
      <h3>{t('settings:failures')}</h3>
      <RoomSwitch
        label={t('settings:standby')}
        hint={t('settings:standbyHint')}
        checked={isStandbyOn(snapshot.hotStandby)}
        onChange={actions.setHotStandby}
      />
      <p className={isProblem ? 'settings-hint problem' : 'settings-hint'} role="status">
        {text}
      </p>
    </section>
  );
}
