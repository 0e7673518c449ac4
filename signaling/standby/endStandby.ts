import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import { STANDBY_SESSION } from '../../core/media/RoomMedia.ts';
import type { Attendance } from '../connections/Attendance.ts';
import type { ClientConnection } from '../connections/ClientConnection.ts';

/** Closes what stands by on this connection, if anything does. */
export function endStandby(
  { attendance, rooms }: { readonly attendance: Attendance; readonly rooms: Pick<RoomHosts, 'get'> },
  connection: ClientConnection,
): void {
  if (!connection.standsBy) return;
  connection.setStandsBy(false);
  const room = rooms.get(connection.roomId);
  room?.holders.delete(connection);
  // If another connection of the participant has the place, the media is that one's.
  if (attendance.removeStanding(connection)) room?.media.closeParticipant(connection.participantId, STANDBY_SESSION);
}
