import { useState } from 'react';
import { readPreferences, savePreferences } from '../../lib/preferences.ts';
import { useStore } from '../../lib/useStore.ts';
import type { InputKind, PreviewDevices } from '../../model/PreviewDevices.ts';
import { SelectField } from '../../ui/fields.tsx';
import { useDevices } from '../media/useDevices.ts';

/** Chooses camera and microphone. Shown once the browser tells their names, which is once one of them is allowed. */
export function DevicePickers({ preview }: { preview: PreviewDevices }) {
  const { camera, microphone } = useStore(preview);
  const { cameras, microphones } = useDevices(`${camera.track?.id} ${microphone.track?.id}`);
  const [saved, setSaved] = useState(readPreferences);

  const choose = (kind: InputKind, deviceId: string) => {
    savePreferences(kind === 'camera' ? { cameraId: deviceId } : { microphoneId: deviceId });
    setSaved(readPreferences());
    preview.choose(kind, deviceId);
  };

  const picker = (kind: InputKind, label: string, devices: readonly MediaDeviceInfo[]) => {
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
      {picker('microphone', 'Microphone', microphones)}
      {picker('camera', 'Camera', cameras)}
    </>
  );
}
