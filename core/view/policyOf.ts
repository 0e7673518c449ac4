import type { MediaBounds } from '../room/state.ts';
import type { MediaPolicy } from './mediaSteps.ts';

/** The policy of a room: what it says of itself, within the server's own bounds. The page is the room's choice. */
export function policyOf(room: MediaBounds, server: MediaPolicy): MediaPolicy {
  return {
    lastN: lower(room.lastN, server.lastN),
    loudestN: lower(room.loudestN, server.loudestN),
    lastScreens: lower(room.lastScreens, server.lastScreens),
    pageSize: room.pageSize ?? server.pageSize,
  };
}

function lower(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
