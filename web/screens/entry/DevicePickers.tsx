import { AudioLines, Volume2 } from 'lucide-react';
import { useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { readPreferences, savePreferences } from '../../lib/preferences.ts';
import { useStore } from '../../lib/useStore.ts';
import type { InputKind } from '../../model/inputAccess.ts';
import type { PreviewDevices } from '../../model/PreviewDevices.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectField } from '../../ui/fields.tsx';
import { EffectSwitches } from '../devices/EffectSwitches.tsx';
import { canPlayBack } from '../devices/recordAndPlay.ts';
import { canChooseSpeaker } from '../devices/useDeviceChoice.ts';
import { useEcho } from '../devices/useEcho.ts';
import { useTestSound } from '../devices/useTestSound.ts';
import { type Device, useDevices } from '../media/useDevices.ts';

/**
 * Chooses camera, microphone and speaker. Shown once the browser tells their names, which is once one of them is
 * allowed.
 */
export function DevicePickers({ preview }: { preview: PreviewDevices }) {
  const t = useT();
  const { camera, microphone, effects } = useStore(preview);
  const { cameras, microphones, speakers } = useDevices(`${camera.track?.id} ${microphone.track?.id}`);
  const [saved, setSaved] = useState(readPreferences);

  const speakerId = (speakers.find(({ deviceId }) => deviceId === saved.speakerId) ?? speakers[0])?.deviceId ?? null;
  const [playing, play] = useTestSound(speakerId);
  const [echo, toggleEcho] = useEcho(microphone.sent, speakerId);

  const choose = (kind: InputKind, deviceId: string) => {
    savePreferences(kind === 'camera' ? { cameraId: deviceId } : { microphoneId: deviceId });
    setSaved(readPreferences());
    preview.choose(kind, deviceId);
  };

  const picker = (kind: InputKind, label: string, devices: readonly Device[]) => {
    if (devices.length === 0) return null;
    const used = (kind === 'camera' ? camera : microphone).track?.getSettings().deviceId;
    const wished = kind === 'camera' ? saved.cameraId : saved.microphoneId;
    return (
      <SelectField
        label={label}
        value={used ?? wished ?? devices[0]?.deviceId ?? ''}
        options={devices.map((device) => ({ value: device.deviceId, label: device.label }))}
        onChange={(deviceId) => choose(kind, deviceId)}
      />
    );
  };

  return (
    <>
      {picker('microphone', t('devices:microphone'), microphones)}
      {picker('camera', t('devices:camera'), cameras)}
      {canChooseSpeaker() && speakers.length > 0 && (
        <SelectField
          label={t('devices:speaker')}
          value={speakerId ?? ''}
          options={speakers.map((device) => ({ value: device.deviceId, label: device.label }))}
          onChange={(deviceId) => {
            savePreferences({ speakerId: deviceId });
            setSaved(readPreferences());
          }}
        />
      )}
      {cameras.length + microphones.length > 0 && (
        <EffectSwitches states={effects} onWant={(name, wanted) => preview.effects.want(name, wanted)} />
      )}
      <div className="prejoin-tests">
        <Button variant="quiet" icon={Volume2} onClick={play}>
          {t(playing ? 'devices:testPlaying' : 'devices:testSound')}
        </Button>
        {canPlayBack() && (
          <Button variant="quiet" icon={AudioLines} disabled={microphone.sent === null} onClick={toggleEcho}>
            {t(`devices:echo.${echo}`)}
          </Button>
        )}
      </div>
    </>
  );
}
