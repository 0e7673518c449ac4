import type { Preferences } from '../../lib/preferences.ts';
import type { DeviceKind, MeetingActions, OwnDevices } from '../../model/Meeting.ts';
import { useNotices } from '../../ui/notices.tsx';
import { type DeviceLists, useDevices } from '../media/useDevices.ts';

const SAVED_AS = { microphone: 'microphoneId', camera: 'cameraId', speaker: 'speakerId' } as const;

export interface DeviceChoice {
  readonly lists: DeviceLists;
  /** Returns the device that is really in use, or will be used next; null if there is none. */
  inUse(kind: DeviceKind): string | null;
  choose(kind: DeviceKind, deviceId: string): void;
}

/** The person's choice of devices during the meeting. */
export function useDeviceChoice(
  own: OwnDevices,
  actions: MeetingActions,
  preferences: Preferences,
  onPreferences: (change: Partial<Preferences>) => void,
): DeviceChoice {
  const lists = useDevices(`${own.cameraId} ${own.microphoneId}`);
  const { attempt } = useNotices();
  const listOf = { microphone: lists.microphones, camera: lists.cameras, speaker: lists.speakers };
  const open = { microphone: own.microphoneId, camera: own.cameraId, speaker: null };
  return {
    lists,
    inUse: (kind) => {
      const wished = open[kind] ?? preferences[SAVED_AS[kind]];
      const devices = listOf[kind];
      return (devices.find(({ deviceId }) => deviceId === wished) ?? devices[0])?.deviceId ?? null;
    },
    choose: async (kind, deviceId) => {
      // One that does not open is not remembered.
      if (kind === 'speaker' || (await attempt(actions.switchDevice(kind, deviceId)))) {
        onPreferences({ [SAVED_AS[kind]]: deviceId });
      }
    },
  };
}

export function canChooseSpeaker(): boolean {
  return 'setSinkId' in HTMLMediaElement.prototype;
}
