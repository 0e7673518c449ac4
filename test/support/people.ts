import type { Participant, Track } from '../../core/room/state.ts';

/** Builders of what a record holds. A new field of `state.ts` gets its plain value here, for all tests. */

export function aTrack(changes: Partial<Track> = {}): Track {
  const camera = { id: 'camera-1', source: 'camera', kind: 'video' } as const;
  return { ...camera, muted: false, interrupted: false, reencoding: null, ...changes };
}

export function aParticipant(id: string, changes: Partial<Participant> = {}): Participant {
  return {
    id,
    name: id,
    role: 'member',
    session: 1,
    sessionCommandId: '',
    nodeId: '',
    connected: true,
    expiresAt: null,
    joinedAt: 1,
    handRaisedAt: null,
    unmuteAskedAt: null,
    recordingSince: null,
    nameFixed: false,
    grants: null,
    device: null,
    address: null,
    tracks: new Map(),
    ...changes,
  };
}
