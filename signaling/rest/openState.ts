import { Refusal } from '../../core/room/refusal.ts';
import type { RoomId, RoomState } from '../../core/room/state.ts';
import { WireRefusal } from '../requests/WireRefusal.ts';
import { withRoom } from '../requests/withRoom.ts';
import type { RestContext } from './Route.ts';

/**
 * Returns the state of a room that is open. A room that does not exist is not opened here. `stranger` is the address of
 * a caller without the API key: its guesses are counted.
 * @throws Refusal when there is no such room (ROOM_NOT_FOUND) or it was closed (ROOM_CLOSED)
 * @throws WireRefusal when this address has guessed too often (TOO_MANY_REQUESTS)
 */
export async function openState(context: RestContext, roomId: RoomId, stranger: string | null): Promise<RoomState> {
  if (!context.rooms.get(roomId)) await requireRoom(context, roomId, stranger);
  const state = await withRoom(context, roomId, (room) => room.state);
  if (state.status === 'open') return state;
  if (state.status === 'closed') throw new Refusal('ROOM_CLOSED', 'This meeting has ended.');
  throw noSuchRoom();
}

/**
 * The same for a room that may have been closed, for the operator.
 * @throws Refusal when there is no such room (ROOM_NOT_FOUND)
 */
export async function recordedState(context: RestContext, roomId: RoomId): Promise<RoomState> {
  if (!context.rooms.get(roomId)) await requireRoom(context, roomId, null);
  const state = await withRoom(context, roomId, (room) => room.state);
  if (state.status === 'absent') throw noSuchRoom();
  return state;
}

async function requireRoom(context: RestContext, roomId: RoomId, stranger: string | null): Promise<void> {
  const { absentRooms, missedRooms, rooms } = context;
  // Paid before the journal is asked, so that guesses side by side count too; whoever is right gets it back.
  if (stranger !== null && !missedRooms.take(stranger)) {
    throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many meetings that do not exist. Wait a minute.');
  }
  if (absentRooms.has(roomId)) throw noSuchRoom();
  let missed = false;
  try {
    missed = !(await rooms.exists(roomId));
  } finally {
    if (stranger !== null && !missed) missedRooms.charge(stranger, -1);
  }
  if (!missed) return;
  absentRooms.add(roomId);
  throw noSuchRoom();
}

function noSuchRoom(): Refusal {
  return new Refusal('ROOM_NOT_FOUND', 'There is no such room.');
}
