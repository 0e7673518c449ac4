import { STANDBY_SESSION } from '../../../core/media/RoomMedia.ts';
import type { RtpCapabilities } from '../../../core/media/rtpTypes.ts';
import { requireInside } from '../../../core/room/rules/door.ts';
import { endStandby } from '../../standby/endStandby.ts';
import { WireRefusal } from '../WireRefusal.ts';
import { withRoom } from '../withRoom.ts';
import type { Handler } from './handler.ts';
import { toEntrant } from './toEntrant.ts';
import { toExpectedMedia, toWirePair } from './transports.ts';
import { toViewerView } from './view.ts';

export const standBy: Handler<'standBy'> = ({ request, connection, context }) => {
  const { claims, participantId, roomId, seat, standby } = connection;
  if (claims.kind !== 'resume') throw new WireRefusal('TOKEN_INVALID', 'Standing by needs a resume token.');
  if (seat || !standby) throw new WireRefusal('INVALID', 'Standing by needs a connection that came for it.');
  const entrant = toEntrant(context, connection, undefined);
  return withRoom(context, roomId, async (room) => {
    requireInside(participantId, entrant, room.state);
    if (!context.standbyPlaces.isWanted(room.state.settings)) {
      throw new WireRefusal('FORBIDDEN', 'This room wants no hot standby.');
    }
    const { media } = room;
    const before = context.connectedPeople.addStanding(connection);
    room.holders.add(connection);
    connection.setStandsBy(true);
    before?.end(null);
    try {
      const rtpCapabilities = request.rtpCapabilities as RtpCapabilities;
      const expected = toExpectedMedia(request.expected);
      const opening = media.openTransports(participantId, STANDBY_SESSION, rtpCapabilities, expected);
      if (request.view) media.setView(participantId, STANDBY_SESSION, toViewerView(request.view));
      const transports = toWirePair(await opening);
      if (!connection.isOpen || !connection.standsBy) {
        throw new WireRefusal('NOT_IN_ROOM', 'This connection stands by no more.');
      }
      return { transports, iceServers: context.iceServers.for(participantId) };
    } catch (error) {
      endStandby(context, connection);
      throw error;
    }
  });
};
