import type { RoomHost } from '../../core/host/RoomHost.ts';
import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import type { RoomId } from '../../core/room/state.ts';

/** The room on this node. Without a wait when it is open, so that commands keep the order in which they came. */
export function withRoom<T>(
  { rooms }: { readonly rooms: RoomHosts },
  roomId: RoomId,
  run: (room: RoomHost) => T | Promise<T>,
): Promise<T> {
  const room = rooms.get(roomId);
  // `async`, so that a synchronous throw is a rejection too.
  return room ? (async () => run(room))() : rooms.open(roomId).then(run);
}
