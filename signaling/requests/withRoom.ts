import type { RoomHost } from '../../core/host/RoomHost.ts';
import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import type { RoomId } from '../../core/room/state.ts';

/** Runs with the room on this node. Does not wait if it is open, so that commands keep the order in which they came. */
export function withRoom<T>(
  { rooms }: { readonly rooms: RoomHosts },
  roomId: RoomId,
  run: (room: RoomHost) => T | Promise<T>,
): Promise<T> {
  const room = rooms.get(roomId);
  // `async`, so that a synchronous throw is a rejection too.
  return room ? (async () => run(room))() : rooms.open(roomId).then(run);
}
