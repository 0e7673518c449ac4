import type { Preferences } from '../../lib/preferences.ts';
import type { DeviceKind, MeetingActions } from '../../model/Meeting.ts';
import { SelectField } from '../../ui/fields.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { useDevices } from '../media/useDevices.ts';

interface DeviceSettingsProps {
  actions: MeetingActions;
  preferences: Preferences;
  onPreferences: (change: Partial<Preferences>) => void;
}

const SAVED_AS = { microphone: 'microphoneId', camera: 'cameraId', speaker: 'speakerId' } as const;

export function DeviceSettings({ actions, preferences, onPreferences }: DeviceSettingsProps) {
  const { microphones, cameras, speakers } = useDevices(null);
  const { attempt } = useNotices();

  const choose = async (kind: DeviceKind, deviceId: string) => {
    const before = preferences[SAVED_AS[kind]];
    onPreferences({ [SAVED_AS[kind]]: deviceId });
    const worked = kind === 'speaker' || (await attempt(actions.switchDevice(kind, deviceId)));
    if (!worked) onPreferences({ [SAVED_AS[kind]]: before });
  };

  const picker = (kind: DeviceKind, label: string, devices: readonly MediaDeviceInfo[]) => {
    const saved = preferences[SAVED_AS[kind]];
    const value = devices.some((device) => device.deviceId === saved) ? saved : devices[0]?.deviceId;
    if (value === undefined || value === null) return null;
    return (
      <SelectField
        label={label}
        value={value}
        options={devices.map((device) => ({ value: device.deviceId, label: device.label }))}
        onChange={(deviceId) => void choose(kind, deviceId)}
      />
    );
  };

  const none = microphones.length + cameras.length + speakers.length === 0;
  return (
    <section className="panel-section">
      <h3>Devices</h3>
      {none && <p className="settings-hint">Turn your microphone or camera on once to choose between devices.</p>}
      {picker('microphone', 'Microphone', microphones)}
      {picker('camera', 'Camera', cameras)}
      {canChooseSpeaker() && picker('speaker', 'Speaker', speakers)}
    </section>
  );
}

function canChooseSpeaker(): boolean {
  return 'setSinkId' in HTMLMediaElement.prototype;
}
