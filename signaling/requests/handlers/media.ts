import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../../core/media/rtpTypes.ts';
import { withRoom } from '../withRoom.ts';
import type { Handler } from './handler.ts';
import { toExpectedMedia, toWirePair } from './transports.ts';
import { toViewerView } from './view.ts';

// mediasoup checks these objects in depth and refuses what it cannot use (MEDIA_INVALID): they are cast, not parsed,
// here.

export const openMedia: Handler<'openMedia'> = ({ request, connection, context }) => {
  const { participantId, session, roomId } = connection.requireSeat();
  return withRoom(context, roomId, async ({ media }) => {
    if (request.view) media.setView(participantId, session, toViewerView(request.view));
    const rtpCapabilities = request.rtpCapabilities as RtpCapabilities;
    const expected = toExpectedMedia(request.expected);
    const transports = toWirePair(await media.openTransports(participantId, session, rtpCapabilities, expected));
    return { transports, iceServers: context.iceServers.for(participantId) };
  });
};

export const connectTransport: Handler<'connectTransport'> = ({ request, connection, context }) => {
  const { participantId, session, roomId } = connection.requireSeat();
  const dtlsParameters = request.dtlsParameters as unknown as DtlsParameters;
  return withRoom(context, roomId, async ({ media }) => {
    await media.connectTransport(participantId, session, request.transportId, dtlsParameters);
    return {};
  });
};

export const restartIce: Handler<'restartIce'> = ({ request, connection, context }) => {
  const { participantId, session, roomId } = connection.requireSeat();
  return withRoom(context, roomId, async ({ media }) => ({
    iceParameters: { ...(await media.restartIce(participantId, session, request.transportId)) },
    iceServers: context.iceServers.for(participantId),
  }));
};

/** Waits for the record commands before it: a client may send `publish` and `produce` together. */
export const produce: Handler<'produce'> = async ({ request, connection, context }) => {
  const { participantId, session, roomId } = connection.requireSeat();
  await connection.lastRecorded;
  return withRoom(context, roomId, ({ media }) =>
    media.produce(participantId, session, request.trackId, request.rtpParameters as unknown as RtpParameters),
  );
};

export const setView: Handler<'setView'> = ({ request, connection, context }) => {
  const { participantId, session, roomId } = connection.requireSeat();
  return withRoom(context, roomId, ({ media }) => {
    media.setView(participantId, session, toViewerView(request));
    return {};
  });
};
