import { randomInt } from 'node:crypto';

/** Letters that look alike are left out. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz';

/** `qpd-xwhk-tma`: short enough to read aloud, and 45 bits that nobody guesses. */
export function newRoomId(): string {
  return [3, 4, 3].map(letters).join('-');
}

/** Returns the same id for the same hash (128 bits as base64url), in the form of `newRoomId`. */
export function roomIdOf(hash: string): string {
  let bits = BigInt(`0x${Buffer.from(hash, 'base64url').toString('hex')}`);
  const base = BigInt(LETTERS.length);
  const take = () => {
    const letter = LETTERS[Number(bits % base)];
    bits /= base;
    return letter;
  };
  return [3, 4, 3].map((count) => Array.from({ length: count }, take).join('')).join('-');
}

export function newParticipantId(): string {
  return `p-${letters(16)}`;
}

function letters(count: number): string {
  return Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
