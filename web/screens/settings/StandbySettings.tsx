import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { RoomSwitch } from './RoomSwitch.tsx';
import { isStandbyOn, standbyState } from './standbyState.ts';

export function StandbySettings({ snapshot, actions }: { snapshot: MeetingSnapshot; actions: MeetingActions }) {
  const { text, isProblem } = standbyState(snapshot.hotStandby);
  return (
    <section className="panel-section">
      <h3>Failures</h3>
      <RoomSwitch
        label="Keep a second server ready"
        hint="Sound goes on if a server fails. Everybody sends and receives sound twice."
        checked={isStandbyOn(snapshot.hotStandby)}
        onChange={actions.setHotStandby}
      />
      <p className={isProblem ? 'settings-hint problem' : 'settings-hint'} role="status">
        {text}
      </p>
    </section>
  );
}
