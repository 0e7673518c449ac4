import { z } from 'zod';
import { REFUSAL_CODES } from '../../core/room/refusal.ts';

/** Everything a server answers instead of a result. Programs switch on the code; people read the message. */
export const ErrorCode = z.enum([
  ...REFUSAL_CODES,
  // The connection says no.
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'PROTOCOL_UNSUPPORTED',
  'TOO_MANY_REQUESTS',
  'TOO_MUCH_WRITTEN',
  'TOO_MANY_ROOMS',
  'TOO_LARGE',
  'NOT_FOUND',
  // The world says no; asking again later, or on another node, may work.
  'JOURNAL_UNAVAILABLE',
  'JOURNAL_FULL',
  'FILES_UNAVAILABLE',
  'ROOM_RECORD_FULL',
  'TRANSPORT_NOT_FOUND',
  'MEDIA_INVALID',
  'MEDIA_UNAVAILABLE',
  'DRAINING',
  'GO_TO',
  'FULL',
  'BUSY',
  'ROOM_PARKED',
  'ROOM_READ_ONLY',
  'INTERNAL',
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/**
 * `protocol`: with PROTOCOL_UNSUPPORTED, the newest version that the server speaks. `exactCode`: a code that the first
 * clients of this protocol do not know; `code` is then the nearest one that they do. `retryAfterMs`: until then asking
 * this server again gives the same answer. `nodes`: with GO_TO and DRAINING, the base URLs of the nodes to turn to, the
 * best one first.
 */
export const WireError = z.object({
  code: ErrorCode,
  message: z.string(),
  protocol: z.number().int().optional(),
  exactCode: z.string().optional(),
  retryAfterMs: z.number().int().nonnegative().optional(),
  nodes: z.array(z.string()).optional(),
});
export type WireError = z.infer<typeof WireError>;

/** Codes that were added later, with what older clients of this protocol get instead. */
const OLDER_CODES: { readonly [code in ErrorCode]?: ErrorCode } = {
  TOO_MANY_BANS: 'INVALID',
  TOO_LATE: 'INVALID',
  FILE_NOT_FOUND: 'MESSAGE_NOT_FOUND',
  FILE_REFUSED: 'INVALID',
  FILES_FULL: 'INVALID',
  JOURNAL_FULL: 'JOURNAL_UNAVAILABLE',
  FILES_UNAVAILABLE: 'JOURNAL_UNAVAILABLE',
  ROOM_RECORD_FULL: 'JOURNAL_UNAVAILABLE',
  ROOM_PARKED: 'INTERNAL',
  ROOM_READ_ONLY: 'JOURNAL_UNAVAILABLE',
  TOO_MUCH_WRITTEN: 'TOO_MANY_REQUESTS',
  TOO_MANY_ROOMS: 'TOO_MANY_REQUESTS',
  BUSY: 'TOO_MANY_REQUESTS',
  FULL: 'TOO_MANY_REQUESTS',
  // They try the next node that they know.
  GO_TO: 'DRAINING',
  REMOVED: 'BANNED',
  // The page then asks for a new token, and comes in as a newcomer.
  TOKEN_USED: 'TOKEN_INVALID',
  ADDRESS_FULL: 'ROOM_FULL',
  TOKEN_REVOKED: 'TOKEN_INVALID',
  GUESTS_REFUSED: 'TOKEN_INVALID',
  NAME_FIXED: 'FORBIDDEN',
  NOT_GRANTED: 'FORBIDDEN',
};

/** Returns the error as sockets carry it, so that clients that do not know its code can read it too. */
export function toSocketError(error: WireError): WireError {
  const code = OLDER_CODES[error.code];
  return code ? { ...error, code, exactCode: error.code } : error;
}

/**
 * Reads the output of `toSocketError`.
 * @throws ZodError when it is no error of a server
 */
export function readSocketError(value: unknown): WireError {
  const { exactCode, ...error } = WireError.parse(value);
  const exact = ErrorCode.safeParse(exactCode);
  return exact.success ? { ...error, code: exact.data } : error;
}
