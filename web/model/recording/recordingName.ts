/** What the name of a kept recording says of it. */
export interface RecordingTitle {
  /** ms since the epoch. */
  readonly begunAt: number;
  /** The name of the meeting. */
  readonly room: string;
  readonly container: Container;
}

export type Container = 'webm' | 'mp4';

/** File systems allow 255 bytes. */
const MAX_ROOM_BYTES = 180;

/** Returns the name of a file: all that is known of a recording stands in it, so that no index can be torn. */
export function toRecordingName({ begunAt, room, container }: RecordingTitle): string {
  let escaped = '';
  for (const character of room.toWellFormed()) {
    const next = escaped + encodeURIComponent(character);
    if (next.length > MAX_ROOM_BYTES) break;
    escaped = next;
  }
  return `${begunAt}~${escaped}.${container}`;
}

/** Returns null for a file that is no recording. */
export function parseRecordingName(name: string): RecordingTitle | null {
  const [, begunAt, escaped, container] = /^(\d{1,15})~(.*)\.(webm|mp4)$/u.exec(name) ?? [];
  if (begunAt === undefined || escaped === undefined) return null;
  try {
    const room = decodeURIComponent(escaped);
    return { begunAt: Number(begunAt), room, container: container === 'mp4' ? 'mp4' : 'webm' };
  } catch {
    return null;
  }
}

/** Returns the name under which a person finds it among their files. */
export function toSavedName({ begunAt, room, container }: RecordingTitle): string {
  const at = new Date(begunAt);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const title = room
    .replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  return `${[title, day, `${two(at.getHours())}.${two(at.getMinutes())}`].filter(Boolean).join(' ')}.${container}`;
}
