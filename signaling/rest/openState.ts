import { Refusal } from '../../core/room/refusal.ts';
import type { RoomId, RoomState } from '../../core/room/state.ts';
import { withRoom } from '../requests/withRoom.ts';
import type { RestContext } from './Route.ts';

/**
 * Returns the state of a room that is open.
 * @throws Refusal when there is no such room (ROOM_NOT_FOUND) or it was closed (ROOM_CLOSED)
 */
export async function openState(context: RestContext, roomId: RoomId): Promise<RoomState> {
  const state = await withRoom(context, roomId, (room) => room.state);
  if (state.status === 'open') return state;
  if (state.status === 'closed') throw new Refusal('ROOM_CLOSED', 'This meeting has ended.');
  throw new Refusal('ROOM_NOT_FOUND', 'There is no such room.');
}
