import type { InputKind } from './inputAccess.ts';
import type { MeetingSnapshot } from './Meeting.ts';

/** Whether the person's own device is on, or on its way into the room. */
export function isOn({ self, ownDevices }: Pick<MeetingSnapshot, 'self' | 'ownDevices'>, input: InputKind): boolean {
  return self[input]?.muted === false || ownDevices.coming.includes(input);
}
