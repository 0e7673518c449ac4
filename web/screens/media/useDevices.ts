import { useEffect, useState } from 'react';

export type Device = Pick<MediaDeviceInfo, 'deviceId' | 'groupId' | 'label'>;
type Named = 'cameras' | 'microphones' | 'speakers';

export interface DeviceLists extends Readonly<Record<Named, readonly Device[]>> {
  /** The lists that may lack devices, since the browser does not name them. */
  readonly hidden: readonly Named[];
}

const LIST_OF = { videoinput: 'cameras', audioinput: 'microphones', audiooutput: 'speakers' } as const;
const NONE: DeviceLists = { cameras: [], microphones: [], speakers: [], hidden: Object.values(LIST_OF) };

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
    const all = await media.enumerateDevices();
    // Without permission there is one nameless entry of each kind: nothing to choose from.
    const isNamed = ({ deviceId, label }: Device) => deviceId !== '' && label !== '';
    const ofKind = (kind: MediaDeviceKind) => all.filter((device) => device.kind === kind && isNamed(device));
    const hidden = new Set(all.filter((device) => !isNamed(device)).map(({ kind }) => LIST_OF[kind]));
    return {
      cameras: ofKind('videoinput'),
      microphones: ofKind('audioinput'),
      speakers: ofKind('audiooutput'),
      hidden: [...hidden],
    };
  } catch {
    return NONE; // Embedded without permission: the browser's own choice of devices still works.
  }
}
