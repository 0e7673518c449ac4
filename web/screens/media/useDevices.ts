import { useEffect, useState } from 'react';

export interface DeviceLists {
  readonly cameras: readonly MediaDeviceInfo[];
  readonly microphones: readonly MediaDeviceInfo[];
  readonly speakers: readonly MediaDeviceInfo[];
}

const NONE: DeviceLists = { cameras: [], microphones: [], speakers: [] };

/**
 * Returns the devices to choose from, kept up to date. Browsers name them only once the person allowed one:
 * `refreshKey` changes when it is worth asking again.
 */
export function useDevices(refreshKey: unknown): DeviceLists {
  const [lists, setLists] = useState(NONE);
  // biome-ignore lint/correctness/useExhaustiveDependencies: refreshKey says when to ask again.
  useEffect(() => {
    const media = navigator.mediaDevices;
    if (!media) return;
    let live = true;
    const refresh = async () => {
      const found = await listDevices(media);
      if (live) setLists(found);
    };
    void refresh();
    media.addEventListener('devicechange', refresh);
    return () => {
      live = false;
      media.removeEventListener('devicechange', refresh);
    };
  }, [refreshKey]);
  return lists;
}

async function listDevices(media: MediaDevices): Promise<DeviceLists> {
  try {
    // Without permission there is one nameless entry of each kind: nothing to choose from.
    const devices = (await media.enumerateDevices()).filter((device) => device.deviceId !== '' && device.label !== '');
    const ofKind = (kind: MediaDeviceKind) => devices.filter((device) => device.kind === kind);
    return { cameras: ofKind('videoinput'), microphones: ofKind('audioinput'), speakers: ofKind('audiooutput') };
  } catch {
    return NONE; // Embedded without permission: the browser's own choice of devices still works.
  }
}
