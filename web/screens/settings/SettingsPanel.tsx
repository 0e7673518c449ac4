import type { Preferences } from '../../lib/preferences.ts';
import type { MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Panel } from '../../ui/Panel.tsx';
import type { Layout } from '../stage/tiles.ts';
import { DeviceSettings } from './DeviceSettings.tsx';
import { HostSettings } from './HostSettings.tsx';
import { KeySettings } from './KeySettings.tsx';
import { ViewSettings } from './ViewSettings.tsx';
import { YouSettings } from './YouSettings.tsx';
import './SettingsPanel.css';

interface SettingsPanelProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  layout: Layout;
  onLayout: (layout: Layout) => void;
  preferences: Preferences;
  onPreferences: (change: Partial<Preferences>) => void;
  onClose: () => void;
}

export function SettingsPanel(props: SettingsPanelProps) {
  const { snapshot, actions, layout, onLayout, preferences, onPreferences, onClose } = props;
  return (
    <Panel title="Settings" onClose={onClose}>
      <div className="panel-body">
        <ViewSettings layout={layout} onLayout={onLayout} />
        <DeviceSettings actions={actions} preferences={preferences} onPreferences={onPreferences} />
        <YouSettings self={snapshot.self} actions={actions} onPreferences={onPreferences} />
        {snapshot.self.role === 'host' && <HostSettings snapshot={snapshot} actions={actions} />}
        <KeySettings singleKeys={preferences.singleKeys} onChange={(singleKeys) => onPreferences({ singleKeys })} />
      </div>
    </Panel>
  );
}
