import { randomInt } from 'node:crypto';

/** Letters that look alike are left out. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz';

/** `qpd-xwhk-tma`: short enough to read aloud, and 45 bits that nobody guesses. */
export function newRoomId(): string {
  return [3, 4, 3].map(letters).join('-');
}

export function newParticipantId(): string {
  return `p-${letters(16)}`;
}

function letters(count: number): string {
  return Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
