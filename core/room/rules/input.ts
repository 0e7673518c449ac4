import { Refusal } from '../refusal.ts';
import type { MediaBounds, ReencodingPolicy } from '../state.ts';

export const NAME_LENGTH = 64;
/** In characters (code points). */
export const CHAT_LENGTH = 4_000;
/** In characters (code points). */
const FILE_NAME_LENGTH = 128;
const MAX_CAPACITY = 10_000;
/** The most tiles on a page. */
const MAX_PAGE_SIZE = 49;
const MAX_GRACE_MS = 24 * 60 * 60 * 1_000;

const ID = /^[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u;
const PASSWORD_HASH = /^[\x21-\x7e]{1,1024}$/;
// Control characters, line separators, and marks that turn the direction of the text beside a name.
const NOT_IN_A_NAME = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
// The same, and everything else that is not seen.
const NOT_IN_A_FILE_NAME = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Names of devices on Windows, with any ending. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const VISIBLE = /[^\p{C}\p{Z}]/u;

/** [R-INPUT-1] */
export function requireId(id: string): void {
  if (!ID.test(id)) throw new Refusal('INVALID', 'An id has 1 to 128 printable characters.');
}

/** The name as the room keeps it [R-INPUT-2]. */
export function toName(name: string): string {
  const trimmed = name.trim();
  if (!isText(trimmed, NAME_LENGTH) || NOT_IN_A_NAME.test(trimmed)) {
    throw new Refusal('INVALID', `A name has 1 to ${NAME_LENGTH} characters on one line, at least one visible.`);
  }
  return trimmed;
}

/** The text of a message as the room keeps it [R-INPUT-3]. */
export function toChatText(text: string): string {
  if (!isChatText(text)) throw new Refusal('INVALID', `A message has 1 to ${CHAT_LENGTH} characters.`);
  return text.trim();
}

/** Returns whether a room takes the text as a message [R-INPUT-3]. */
export function isChatText(text: string): boolean {
  return isText(text.trim(), CHAT_LENGTH);
}

/**
 * Returns a name under which everybody can save the file [R-INPUT-6]: without a path, without characters that some
 * system refuses, hides or gives a meaning, and with its ending.
 */
export function toFileName(name: string): string {
  const last = name.toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const plain = last
    .normalize('NFC')
    .replace(NOT_IN_A_FILE_NAME, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/gu, ' ');
  const trimmed = plain.replace(/^[\s.]+|[\s.]+$/g, '');
  const [stem = '', ending = ''] = /^(.*?)(\.[^.]{1,16})?$/su.exec(trimmed)?.slice(1) ?? [];
  const safe = RESERVED.test(stem) ? `_${stem}` : stem;
  const short = [...safe].slice(0, FILE_NAME_LENGTH - [...ending].length).join('');
  return isFileName(`${short}${ending}`) ? `${short}${ending}` : 'file';
}

/** Returns whether a room takes it as the name of a file [R-INPUT-6]. */
export function isFileName(name: string): boolean {
  return isText(name, FILE_NAME_LENGTH) && !/[/\\]|^[\s.]|[\s.]$/u.test(name) && name.search(NOT_IN_A_FILE_NAME) < 0;
}

/** A question or an option of a poll, on one line [R-POLL-1]. */
export function toPollText(text: string, maxLength: number): string {
  const trimmed = text.trim();
  if (!isText(trimmed, maxLength) || NOT_IN_A_NAME.test(trimmed)) {
    throw new Refusal('INVALID', `A question or an option has at most ${maxLength} characters, on one line.`);
  }
  return trimmed;
}

/** [R-INPUT-4] */
export function requireCapacity(capacity: number): void {
  if (!isWithin(capacity, 1, MAX_CAPACITY)) {
    throw new Refusal('INVALID', `The capacity is a whole number from 1 to ${MAX_CAPACITY}.`);
  }
}

/** [R-INPUT-4] */
export function requireGrace(graceMs: number): void {
  if (!isWithin(graceMs, 0, MAX_GRACE_MS)) {
    throw new Refusal('INVALID', 'The time to come back is at most a day, in whole milliseconds.');
  }
}

/** [R-INPUT-4] */
export function requirePolicy(policy: ReencodingPolicy): void {
  if (policy.mode === 'auto' && !isWithin(policy.viewers, 1, MAX_CAPACITY)) {
    throw new Refusal('INVALID', `The number of viewers is a whole number from 1 to ${MAX_CAPACITY}.`);
  }
}

/** [R-INPUT-4] */
export function requireMediaBounds({ pageSize, lastN, loudestN, lastScreens }: MediaBounds): void {
  if (pageSize !== null && !isWithin(pageSize, 1, MAX_PAGE_SIZE)) {
    throw new Refusal('INVALID', `A page has 1 to ${MAX_PAGE_SIZE} tiles.`);
  }
  if ([lastN, loudestN, lastScreens].some((most) => most !== null && !isWithin(most, 1, MAX_CAPACITY))) {
    throw new Refusal(
      'INVALID',
      `A bound on cameras, microphones or screens is a whole number from 1 to ${MAX_CAPACITY}.`,
    );
  }
}

/** [R-INPUT-5] */
export function requirePasswordHash(passwordHash: string | null): void {
  if (passwordHash !== null && !PASSWORD_HASH.test(passwordHash)) {
    throw new Refusal('INVALID', 'A password hash has 1 to 1024 printable ASCII characters.');
  }
}

function isText(text: string, maxLength: number): boolean {
  // A character takes at most two UTF-16 units: a longer text needs no count.
  if (text.length > 2 * maxLength || !text.isWellFormed() || !VISIBLE.test(text)) return false;
  return text.length <= maxLength || [...text].length <= maxLength;
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
