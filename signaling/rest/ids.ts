import { randomInt } from 'node:crypto';

/** Without letters that look like others. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz';

/** `qpd-xwhk-tma`: short enough to be read out, and 45 bits that nobody guesses. */
export function newRoomId(): string {
  return [3, 4, 3].map(letters).join('-');
}

export function newParticipantId(): string {
  return `p-${letters(16)}`;
}

function letters(count: number): string {
  return Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
