import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import { STANDBY_SESSION } from '../../core/media/RoomMedia.ts';
import type { ClientConnection } from '../connections/ClientConnection.ts';
import type { ConnectedPeople } from '../connections/ConnectedPeople.ts';

/** Closes what stands by on this connection, if anything does. */
export function endStandby(
  { connectedPeople, rooms }: { readonly connectedPeople: ConnectedPeople; readonly rooms: Pick<RoomHosts, 'get'> },
  connection: ClientConnection,
): void {
  if (!connection.standsBy) return;
  connection.setStandsBy(false);
  const room = rooms.get(connection.roomId);
  room?.holders.delete(connection);
  // If another connection of the participant has the place, the media is that one's.
  if (connectedPeople.removeStanding(connection))
    room?.media.closeParticipant(connection.participantId, STANDBY_SESSION);
}
