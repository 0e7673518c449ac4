import { ConnectError, RequestRefused } from '../errors.ts';
import type { SessionEnd } from './ConnectionOwner.ts';

/** Returns why a stay is over that a server refuses to go on with. */
export function endOf(error: Error): SessionEnd | 'refused' {
  const code = error instanceof RequestRefused || error instanceof ConnectError ? error.code : undefined;
  if (code === 'TOKEN_EXPIRED' || code === 'NOT_IN_ROOM') return 'expired';
  if (code === 'ROOM_CLOSED' || code === 'ROOM_NOT_FOUND') return 'roomClosed';
  if (code === 'BANNED') return 'banned';
  if (code === 'REMOVED') return 'removed';
  if (code === 'STALE_SESSION') return 'replaced';
  return 'refused';
}
