import type { Device, DeviceLists } from '../media/useDevices.ts';

const LISTS = ['cameras', 'microphones', 'speakers'] as const;

/**
 * Returns the names of devices that were plugged in: one for each, though a headset is a microphone and a speaker.
 * Those that the browser only hid before are not new.
 */
export function newDevices(before: DeviceLists, after: DeviceLists): string[] {
  const added = LISTS.flatMap((list) => {
    // Some browsers tell of speakers only once a microphone is allowed, not even that there are any.
    if (before.hidden.includes(list) || (list === 'speakers' && before.speakers.length === 0)) return [];
    const known = new Set(before[list].map(({ deviceId }) => deviceId));
    return after[list].filter((device) => isReal(device) && !known.has(device.deviceId));
  });
  const groups = new Map(added.map((device) => [device.groupId || device.deviceId, device.label]));
  return [...groups.values()];
}

/** The others stand for whichever device the system uses at the time. */
function isReal({ deviceId }: Device): boolean {
  return deviceId !== 'default' && deviceId !== 'communications';
}
