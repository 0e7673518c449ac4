import fc from 'fast-check';
import type { Change } from '../../signaling/protocol/notifications.ts';
import type { ParticipantView, RoomView, TrackView } from '../../signaling/protocol/shapes.ts';

export function aTrack(changes: Partial<TrackView> = {}): TrackView {
  return { id: 'camera-1', source: 'camera', kind: 'video', muted: false, reencoding: null, ...changes };
}

export function aParticipant(id: string, changes: Partial<ParticipantView> = {}): ParticipantView {
  return { id, name: id, role: 'member', connected: true, joinedAt: 1, handRaisedAt: null, tracks: [], ...changes };
}

export function aRoom(changes: Partial<RoomView> = {}): RoomView {
  return {
    roomId: 'room',
    name: 'Room',
    createdAt: 1,
    capacity: 10,
    graceMs: 20_000,
    locked: false,
    lobbyEnabled: false,
    passwordProtected: false,
    reencoding: { mode: 'off' },
    recording: false,
    participants: [],
    lobby: [],
    banned: [],
    chat: [],
    ...changes,
  };
}

const participantId = fc.constantFrom('a', 'b', 'c');
/** Nobody knocks who is in the room, or banned. */
const knockerId = fc.constantFrom('x', 'y');
const bannedId = fc.constantFrom('p', 'q');
const source = fc.constantFrom('camera' as const, 'microphone' as const);
const at = fc.integer({ min: 1, max: 9 });

/** Any change about a few people with a track or two; also such that make no sense at the time. */
export const anyChange: fc.Arbitrary<Change> = fc.oneof(
  participantId.map((id): Change => ({ type: 'participantJoined', participant: aParticipant(id) })),
  participantId.map((id): Change => ({ type: 'participantGone', participantId: id, departure: 'left' })),
  participantId.map((id): Change => ({ type: 'participantDisconnected', participantId: id })),
  participantId.map((id): Change => ({ type: 'participantResumed', participantId: id })),
  fc.record({ participantId, at }).map((hand): Change => ({ type: 'handRaised', ...hand })),
  participantId.map((id): Change => ({ type: 'handLowered', participantId: id })),
  fc.tuple(participantId, source, fc.boolean()).map(
    ([id, source, muted]): Change => ({
      type: 'trackPublished',
      participantId: id,
      track: aTrack({ id: `${id}-${source}`, source, kind: source === 'camera' ? 'video' : 'audio', muted }),
    }),
  ),
  fc
    .tuple(participantId, source, fc.constantFrom('trackMuted' as const, 'trackUnpublished' as const))
    .map(([id, source, type]): Change => ({ type, participantId: id, trackId: `${id}-${source}`, byHost: false })),
  fc
    .tuple(participantId, source)
    .map(([id, source]): Change => ({ type: 'trackUnmuted', participantId: id, trackId: `${id}-${source}` })),
  fc.boolean().map((locked): Change => ({ type: 'lockChanged', locked })),
  fc.constantFrom('x', 'y').map((name): Change => ({ type: 'roomRenamed', name })),
  bannedId.map((id): Change => ({ type: 'participantBanned', participantId: id })),
  bannedId.map((id): Change => ({ type: 'participantUnbanned', participantId: id })),
  knockerId.map((id): Change => ({ type: 'participantKnocked', knock: { participantId: id, name: id, knockedAt: 1 } })),
  knockerId.map((id): Change => ({ type: 'knockWithdrawn', participantId: id })),
);
