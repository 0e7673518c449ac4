import { useT } from '../../i18n/i18n.ts';
import type { DeviceKind, MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectField } from '../../ui/fields.tsx';
import { EffectSwitches } from '../devices/EffectSwitches.tsx';
import { canChooseSpeaker, type DeviceChoice } from '../devices/useDeviceChoice.ts';
import { useTestSound } from '../devices/useTestSound.ts';
import { LevelMeter } from '../media/LevelMeter.tsx';
import type { Device } from '../media/useDevices.ts';

interface DeviceSettingsProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  choice: DeviceChoice;
}

export function DeviceSettings({ snapshot: { ownDevices: own, effects }, actions, choice }: DeviceSettingsProps) {
  const t = useT();
  const { microphones, cameras, speakers } = choice.lists;
  const [playing, play] = useTestSound(choice.inUse('speaker'));

  const picker = (kind: DeviceKind, label: string, devices: readonly Device[]) => {
    const value = choice.inUse(kind);
    if (value === null) return null;
    return (
      <SelectField
        label={label}
        value={value}
        options={devices.map((device) => ({ value: device.deviceId, label: device.label }))}
        onChange={(deviceId) => choice.choose(kind, deviceId)}
      />
    );
  };

  const none = microphones.length + cameras.length + speakers.length === 0;
  return (
    <section className="panel-section">
      <h3>{t('settings:devices')}</h3>
      {none && <p className="settings-hint">{t('settings:noDevices')}</p>}
      {picker('microphone', t('devices:microphone'), microphones)}
      {own.microphone && <LevelMeter track={own.microphone} />}
      {picker('camera', t('devices:camera'), cameras)}
      <EffectSwitches states={effects} onWant={actions.setEffect} />
      {canChooseSpeaker() && picker('speaker', t('devices:speaker'), speakers)}
      <Button onClick={play}>{t(playing ? 'devices:testPlaying' : 'devices:testSound')}</Button>
    </section>
  );
}
