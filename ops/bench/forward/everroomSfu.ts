import { createMediaPlane } from '../../../core/media/createMediaPlane.ts';
import type { RoomMediaListener } from '../../../core/media/RoomMedia.ts';
import type { ParticipantId } from '../../../core/room/state.ts';
import { freePort } from '../../kit/freePort.ts';
import { quietLogger } from '../../kit/quietLogger.ts';
import { systemClock } from '../../kit/systemClock.ts';
import { silentListener } from '../silentListener.ts';
import { recordOf } from './recordOf.ts';
import type { Offer, SfuUnderTest, Topology } from './SfuUnderTest.ts';

/** A tile that wants the highest layer. */
const LARGE_TILE = { width: 1_280, height: 720, pinned: false };

/** Our media plane as the server runs it, with a room whose record holds the topology. */
export async function everroomSfu({ publications, viewerIds }: Topology, offer: Offer): Promise<SfuUnderTest> {
  const plane = await createMediaPlane({
    nodeId: 'bench',
    workers: 1,
    listen: [{ ip: '127.0.0.1' }],
    basePort: await freePort(),
    clock: systemClock,
    logger: quietLogger,
  });
  await plane.listen();
  const listener: RoomMediaListener = {
    ...silentListener,
    async consumersOpened(viewerId, _session, offers) {
      await offer(viewerId, offers);
      return { tellsShown: false };
    },
  };
  const room = plane.openRoom('bench', listener);
  const record = recordOf({ publications, viewerIds });
  room.update(record);
  const sessionOf = (participantId: ParticipantId): number => record.participants.get(participantId)?.session ?? 0;
  const tiles = new Map(
    publications.filter(({ kind }) => kind === 'video').map(({ trackId }) => [trackId, LARGE_TILE]),
  );
  const [workerPid] = plane.workerPids();
  if (workerPid === undefined) throw new Error('the media plane has no worker');
  return {
    rtpCapabilities: plane.rtpCapabilities,
    workerPid,
    async openTransports(participantId, rtpCapabilities) {
      const transports = await room.openTransports(participantId, sessionOf(participantId), rtpCapabilities);
      room.setView(participantId, sessionOf(participantId), {
        tiles: viewerIds.includes(participantId) ? tiles : new Map(),
        near: [],
      });
      return transports;
    },
    connect: (participantId, transportId, dtlsParameters) =>
      room.connectTransport(participantId, sessionOf(participantId), transportId, dtlsParameters),
    async produce({ publisherId, trackId }, rtpParameters) {
      const { producerId } = await room.produce(publisherId, sessionOf(publisherId), trackId, rtpParameters);
      return producerId;
    },
    // The plan has offered every track after each step.
    everybodyIsThere: () => Promise.resolve(),
    close: () => plane.close(),
  };
}
