import type { MeetingSnapshot } from './Meeting.ts';

export type Input = 'camera' | 'microphone';

/** Whether the person's own device is on, or on its way into the room. */
export function isOn({ self, ownDevices }: Pick<MeetingSnapshot, 'self' | 'ownDevices'>, input: Input): boolean {
  return self[input]?.muted === false || ownDevices.coming.includes(input);
}
