import { useT } from '../../i18n/i18n.ts';
import type { Preferences } from '../../lib/preferences.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import type { RoomView } from '../../model/roomView.ts';
import { Panel } from '../../ui/Panel.tsx';
import type { DeviceChoice } from '../devices/useDeviceChoice.ts';
import { RecordingSettings } from '../recording/RecordingSettings.tsx';
import type { ChangeRoomView } from '../stage/useRoomView.ts';
import { AlertSettings } from './AlertSettings.tsx';
import { DeviceSettings } from './DeviceSettings.tsx';
import { HostSettings } from './HostSettings.tsx';
import { KeySettings } from './KeySettings.tsx';
import { PageSettings } from './PageSettings.tsx';
import { ViewSettings } from './ViewSettings.tsx';
import { YouSettings } from './YouSettings.tsx';
import './SettingsPanel.css';

interface SettingsPanelProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  view: RoomView;
  onView: ChangeRoomView;
  choice: DeviceChoice;
  preferences: Preferences;
  onPreferences: (change: Partial<Preferences>) => void;
  onClose: () => void;
}

export function SettingsPanel(props: SettingsPanelProps) {
  const t = useT();
  const { snapshot, actions, view, onView, choice, preferences, onPreferences, onClose } = props;
  return (
    <Panel title={t('settings:title')} onClose={onClose}>
      <div className="panel-body">
        <ViewSettings view={view} onView={onView} forAll={snapshot.forAll.layout} />
        <DeviceSettings snapshot={snapshot} actions={actions} choice={choice} />
        <RecordingSettings snapshot={snapshot} actions={actions} />
        <PageSettings />
        <AlertSettings preferences={preferences} onPreferences={onPreferences} isHost={snapshot.self.role === 'host'} />
        <YouSettings self={snapshot.self} actions={actions} onPreferences={onPreferences} />
        {snapshot.self.role === 'host' && <HostSettings snapshot={snapshot} actions={actions} />}
        <KeySettings singleKeys={preferences.singleKeys} onChange={(singleKeys) => onPreferences({ singleKeys })} />
      </div>
    </Panel>
  );
}
