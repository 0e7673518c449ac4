import type { Participant, Track } from '../../core/room/state.ts';

export function aTrack(changes: Partial<Track> = {}): Track {
  return { id: 'camera-1', source: 'camera', kind: 'video', muted: false, reencoding: null, ...changes };
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
    nameFixed: false,
    grants: null,
    device: null,
    address: null,
    tracks: new Map(),
    ...changes,
  };
}
