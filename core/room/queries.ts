import type { Audience } from './fields.ts';
import type { Participant, Role, RoomState, Track, TrackId, TrackKind, TrackSource } from './state.ts';

/** When the room needs its next look, in ms since the epoch: the first expiry. Null if nobody is disconnected. */
export function nextDeadline(state: RoomState): number | null {
  let deadline: number | null = null;
  for (const { expiresAt } of state.participants.values()) {
    if (expiresAt !== null && (deadline === null || expiresAt < deadline)) deadline = expiresAt;
  }
  return deadline;
}

/** Track ids are unique in a room. */
export function findTrack(
  state: RoomState,
  trackId: TrackId,
): { readonly participant: Participant; readonly track: Track } | undefined {
  for (const participant of state.participants.values()) {
    const track = participant.tracks.get(trackId);
    if (track !== undefined) return { participant, track };
  }
  return undefined;
}

/** The audience that this role belongs to. */
export function audienceOf(role: Role): Audience {
  return mayModerate(role) ? 'host' : 'participant';
}

export function mayModerate(role: Role): boolean {
  return role === 'host';
}

const KIND_OF_SOURCE: Readonly<Record<TrackSource, TrackKind>> = {
  camera: 'video',
  microphone: 'audio',
  screen: 'video',
  screenAudio: 'audio',
};

export function kindOf(source: TrackSource): TrackKind {
  return KIND_OF_SOURCE[source];
}
