type Device = Pick<MediaDeviceInfo, 'deviceId' | 'groupId' | 'label'>;

/**
 * Returns the names of devices that were plugged in: one for each, though a headset is a microphone and a speaker.
 * Browsers name devices only once one is allowed: lists that were empty before tell nothing.
 */
export function newDevices(before: readonly Device[], after: readonly Device[]): string[] {
  if (before.length === 0) return [];
  const known = new Set(before.map(({ deviceId }) => deviceId));
  const isReal = ({ deviceId }: Device) => deviceId !== 'default' && deviceId !== 'communications';
  const added = after.filter((device) => isReal(device) && !known.has(device.deviceId));
  const groups = new Map(added.map((device) => [device.groupId || device.deviceId, device.label]));
  return [...groups.values()];
}
