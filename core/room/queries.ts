import type { Audience } from './fields.ts';
import {
  ALL_GRANTS,
  type Grants,
  LOBBY_MS,
  type Participant,
  type Role,
  type RoomSettings,
  type RoomState,
  type Track,
  type TrackId,
  type TrackKind,
  type TrackSource,
} from './state.ts';

/** When the next participant expires, in ms since the epoch. Null if nobody's time runs out. */
export function nextExpiry({ participants }: RoomState): number | null {
  let next: number | null = null;
  for (const { expiresAt } of participants.values()) {
    if (expiresAt !== null && (next === null || expiresAt < next)) next = expiresAt;
  }
  return next;
}

/** When the room needs its next look, in ms since the epoch: somebody expires, or has waited in the lobby for long. */
export function nextDeadline(state: RoomState): number | null {
  let deadline = nextExpiry(state);
  for (const { knockedAt } of state.lobby.values()) {
    const endsAt = knockedAt + LOBBY_MS;
    if (deadline === null || endsAt < deadline) deadline = endsAt;
  }
  return deadline;
}

/** Returns whether nobody is inside, connected or not, and nobody waits in the lobby. */
export function isEmpty({ participants, lobby }: RoomState): boolean {
  return participants.size === 0 && lobby.size === 0;
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

/** What somebody may do here and now. */
export function grantsOf({ role, grants }: Pick<Participant, 'role' | 'grants'>, settings: RoomSettings): Grants {
  return mayModerate(role) ? ALL_GRANTS : (grants ?? settings.grants);
}

/** Whether both allow the same; null follows the room. */
export function areSameGrants(a: Grants | null, b: Grants | null): boolean {
  if (a === null || b === null) return a === b;
  const sources = new Set(a.sources);
  return (
    a.chat === b.chat &&
    a.unmute === b.unmute &&
    sources.size === new Set(b.sources).size &&
    b.sources.every((source) => sources.has(source))
  );
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
