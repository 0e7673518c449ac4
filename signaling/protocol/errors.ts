import { z } from 'zod';

/** Everything a server answers instead of a result. Programs switch on the code; people read the message. */
export const ErrorCode = z.enum([
  // The room says no (core/room/refusal.ts).
  'ROOM_NOT_FOUND',
  'ROOM_EXISTS',
  'ROOM_CLOSED',
  'ROOM_FULL',
  'ROOM_LOCKED',
  'PASSWORD_REQUIRED',
  'PASSWORD_WRONG',
  'LOBBY',
  'BANNED',
  'STALE_SESSION',
  'NOT_IN_ROOM',
  'FORBIDDEN',
  'PARTICIPANT_NOT_FOUND',
  'TRACK_NOT_FOUND',
  'TRACK_EXISTS',
  'MESSAGE_NOT_FOUND',
  'INVALID',
  // The connection says no.
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'PROTOCOL_UNSUPPORTED',
  'TOO_MANY_REQUESTS',
  'TOO_LARGE',
  'NOT_FOUND',
  // The world says no; asking again later, or on another node, may work.
  'JOURNAL_UNAVAILABLE',
  'TRANSPORT_NOT_FOUND',
  'MEDIA_INVALID',
  'MEDIA_UNAVAILABLE',
  'DRAINING',
  'INTERNAL',
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** `protocol`: with PROTOCOL_UNSUPPORTED, the newest version that the server speaks. */
export const WireError = z.object({ code: ErrorCode, message: z.string(), protocol: z.number().int().optional() });
export type WireError = z.infer<typeof WireError>;
