import type { RoomEvent } from '../../../core/room/events.ts';
import { evolveCommits } from '../../../core/room/evolve.ts';
import { EMPTY_ROOM, type RoomSettings, type RoomState } from '../../../core/room/state.ts';
import type { Topology } from './SfuUnderTest.ts';

/** The record of a room where the topology's people are and publish. */
export function recordOf({ publications, viewerIds }: Topology, settings: Partial<RoomSettings> = {}): RoomState {
  const people = [...new Set([...publications.map(({ publisherId }) => publisherId), ...viewerIds])];
  const events: RoomEvent[] = [
    {
      type: 'RoomCreated',
      settings: { ...EMPTY_ROOM.settings, name: 'bench', capacity: people.length, graceMs: 20_000, ...settings },
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
