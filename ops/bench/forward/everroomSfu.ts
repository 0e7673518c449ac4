import { createMediaPlane } from '../../../core/media/createMediaPlane.ts';
import type { RoomMediaListener } from '../../../core/media/MediaPlane.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import { evolveCommits } from '../../../core/room/evolve.ts';
import { EMPTY_ROOM, type ParticipantId, type RoomState } from '../../../core/room/state.ts';
import { freePort } from '../freePort.ts';
import { quietLogger } from '../quietLogger.ts';
import { systemClock } from '../systemClock.ts';
import type { Offer, SfuUnderTest, Topology } from './SfuUnderTest.ts';

/** A tile that wants the highest layer. */
const LARGE_TILE = { width: 1_280, height: 720, pinned: false };

/** Our media plane as the server runs it, with a room whose record names the topology. */
export async function everroomSfu({ publications, viewerIds }: Topology, offer: Offer): Promise<SfuUnderTest> {
  const plane = await createMediaPlane({
    workers: 1,
    listen: [{ ip: '127.0.0.1' }],
    basePort: await freePort(),
    clock: systemClock,
    logger: quietLogger,
  });
  await plane.listen();
  const listener: RoomMediaListener = {
    consumersOpened: (viewerId, _session, offers) => offer(viewerId, offers),
    consumersClosed: () => undefined,
    consumersPaused: () => undefined,
    layersWanted: () => undefined,
    activeSpeakersChanged: () => undefined,
    connectionQualityChanged: () => undefined,
    mediaLost: () => undefined,
  };
  const room = plane.openRoom('bench', listener);
  const record = recordOf({ publications, viewerIds });
  room.update(record);
  const sessionOf = (participantId: ParticipantId): number => record.participants.get(participantId)?.session ?? 0;
  const tiles = new Map(
    publications.filter(({ kind }) => kind === 'video').map(({ trackId }) => [trackId, LARGE_TILE]),
  );
  const [workerPid] = plane.workerPids();
  if (workerPid === undefined) throw new Error('The media plane has no worker');
  return {
    rtpCapabilities: plane.rtpCapabilities,
    workerPid,
    async openTransports(participantId, rtpCapabilities) {
      const transports = await room.openTransports(participantId, sessionOf(participantId), rtpCapabilities);
      room.setView(participantId, sessionOf(participantId), viewerIds.includes(participantId) ? tiles : new Map());
      return transports;
    },
    connect: (participantId, transportId, dtlsParameters) =>
      room.connectTransport(participantId, sessionOf(participantId), transportId, dtlsParameters),
    async produce({ publisherId, trackId }, rtpParameters) {
      const { producerId } = await room.produce(publisherId, sessionOf(publisherId), trackId, rtpParameters);
      return producerId;
    },
    // The plan has offered what there is with every step before.
    everybodyIsThere: () => Promise.resolve(),
    close: () => plane.close(),
  };
}

function recordOf({ publications, viewerIds }: Topology): RoomState {
  const people = [...new Set([...publications.map(({ publisherId }) => publisherId), ...viewerIds])];
  const events: RoomEvent[] = [
    {
      type: 'RoomCreated',
      settings: { ...EMPTY_ROOM.settings, name: 'bench', capacity: people.length, graceMs: 20_000 },
      at: 0,
    },
    ...people.map(
      (participantId, index): RoomEvent => ({
        type: 'ParticipantJoined',
        participantId,
        name: participantId,
        role: 'member',
        session: index + 1,
        nodeId: 'bench',
        at: 0,
      }),
    ),
    ...publications.map(
      ({ publisherId, trackId, kind }): RoomEvent => ({
        type: 'TrackPublished',
        participantId: publisherId,
        trackId,
        source: kind === 'video' ? 'camera' : 'microphone',
        kind,
        muted: false,
      }),
    ),
  ];
  const commit = { version: 1, commitId: '1', prev: '', commandId: '1', actor: { kind: 'operator' }, at: 0 } as const;
  return evolveCommits(EMPTY_ROOM, [{ ...commit, events }]);
}
