/** Why a room says no. Closed: programs switch on it, so a code is never renamed. */
export const REFUSAL_CODES = [
  'ROOM_NOT_FOUND',
  'ROOM_EXISTS',
  'ROOM_CLOSED',
  'ROOM_FULL',
  'ROOM_LOCKED',
  'PASSWORD_REQUIRED',
  'PASSWORD_WRONG',
  'LOBBY',
  'BANNED',
  'REMOVED',
  'TOKEN_USED',
  'ADDRESS_FULL',
  'TOKEN_REVOKED',
  'GUESTS_REFUSED',
  'STALE_SESSION',
  'NOT_IN_ROOM',
  'FORBIDDEN',
  'NAME_FIXED',
  'NOT_GRANTED',
  'PARTICIPANT_NOT_FOUND',
  'TRACK_NOT_FOUND',
  'TRACK_EXISTS',
  'MESSAGE_NOT_FOUND',
  'TOO_MANY_BANS',
  'TOO_LATE',
  'FILE_NOT_FOUND',
  'FILE_REFUSED',
  'FILES_FULL',
  'INVALID',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** The room says no: not an error of the program. Thrown by `decide`, answered by signaling with code and message. */
export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}
