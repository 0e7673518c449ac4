import type { RoomHost } from '../../../core/host/RoomHost.ts';
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../../core/media/rtpTypes.ts';
import type { ParticipantId, TrackId } from '../../../core/room/state.ts';
import type { SignalingContext } from '../context.ts';
import { withRoom } from '../withRoom.ts';
import type { Handler } from './handler.ts';
import { toExpectedMedia, toWirePair } from './transports.ts';
import { toViewerView } from './view.ts';

const PUBLISHED_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 20;

// mediasoup checks these objects in depth and refuses what it cannot use (MEDIA_INVALID): they are cast, not parsed,
// here.

export const openMedia: Handler<'openMedia'> = ({ request, connection, context }) => {
  const { participantId, session, roomId } = connection.requireSeat();
  return withRoom(context, roomId, async ({ media }) => {
    if (request.view) media.setView(participantId, session, toViewerView(request.view));
    const rtpCapabilities = request.rtpCapabilities as RtpCapabilities;
    const expected = toExpectedMedia(request.expected);
    const { renews } = request;
    const transports = toWirePair(
      await media.openTransports(participantId, session, rtpCapabilities, expected, { renews }),
    );
    return { transports, iceServers: context.iceServers.for(participantId) };
  });
};

export const connectTransport: Handler<'connectTransport'> = ({ request, connection, context }) => {
  const { participantId, session, roomId } = connection.requireMedia();
  const dtlsParameters = request.dtlsParameters as unknown as DtlsParameters;
  return withRoom(context, roomId, async ({ media }) => {
    await media.connectTransport(participantId, session, request.transportId, dtlsParameters);
    return {};
  });
};

export const restartIce: Handler<'restartIce'> = ({ request, connection, context }) => {
  const { participantId, session, roomId } = connection.requireMedia();
  return withRoom(context, roomId, async ({ media }) => ({
    iceParameters: { ...(await media.restartIce(participantId, session, request.transportId)) },
    iceServers: context.iceServers.for(participantId),
  }));
};

/** Waits for the record commands before it: a client may send `publish` and `produce` together. */
export const produce: Handler<'produce'> = async ({ request, connection, context }) => {
  const { participantId, roomId } = connection.requireMedia();
  await connection.lastRecorded;
  return withRoom(context, roomId, async (room) => {
    // The record came to the node of the session first.
    if (connection.standsBy) await untilPublished(context, room, participantId, request.trackId);
    const rtpParameters = request.rtpParameters as unknown as RtpParameters;
    // What stood by may serve by now.
    const { session } = connection.requireMedia();
    return room.media.produce(participantId, session, request.trackId, rtpParameters);
  });
};

/** Resolves once the record here has the track, or after a moment in which it should have come. */
async function untilPublished(
  { clock }: SignalingContext,
  room: RoomHost,
  participantId: ParticipantId,
  trackId: TrackId,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < PUBLISHED_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
    if (room.state.participants.get(participantId)?.tracks.has(trackId)) return;
    await new Promise<void>((resolve) => clock.setTimer(LOOK_EVERY_MS, resolve));
  }
}

export const shown: Handler<'shown'> = ({ request, connection, context }) => {
  const { participantId, session, roomId } = connection.requireMedia();
  return withRoom(context, roomId, ({ media }) => {
    media.shown(participantId, session, request.consumerIds);
    return {};
  });
};

export const setView: Handler<'setView'> = ({ request, connection, context }) => {
  const { participantId, session, roomId } = connection.requireMedia();
  return withRoom(context, roomId, ({ media }) => {
    media.setView(participantId, session, toViewerView(request));
    return {};
  });
};
