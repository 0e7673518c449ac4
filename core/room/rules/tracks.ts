import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { findTrack, grantsOf, kindOf, mayModerate } from '../queries.ts';
import { Refusal } from '../refusal.ts';
import type { ParticipantId, RoomState, Track, TrackId } from '../state.ts';
import { requireModerator, requireOwnerOrModerator, requireParticipant, requirePresent } from './actors.ts';
import { requireGrant } from './grants.ts';
import { requireId } from './input.ts';

/**
 * Publishing a track that is already there changes nothing, least of all its mute: after a fault a client publishes its
 * tracks again without knowing their state. A new track of the same source replaces the older one and takes over its
 * mute: only unmuting opens a microphone [M2]. Whoever may not unmute starts muted [R-GRANT-3], and so does everybody
 * in a room that says so [R-SOUND-1].
 */
export function publishTrack(command: CommandOf<'PublishTrack'>, state: RoomState): RoomEvent[] {
  const { trackId, source, muted } = command;
  const owner = requireParticipant(command.actor, state);
  const { id: participantId, tracks } = owner;
  requireId(trackId);

  const known = findTrack(state, trackId);
  if (known !== undefined) {
    if (known.participant.id === participantId && known.track.source === source) return [];
    throw new Refusal('TRACK_EXISTS', 'Another track has this id: choose a new one.');
  }

  const grants = grantsOf(owner, state.settings);
  requireGrant(grants.sources.includes(source));
  const kind = kindOf(source);
  const older = [...tracks.values()].find((track) => track.source === source);
  const joinsMuted = state.settings.joinMuted && source === 'microphone' && !mayModerate(owner.role);
  const starts = muted || (older?.muted ?? joinsMuted) || (kind === 'audio' && !grants.unmute);
  const publish: RoomEvent = { type: 'TrackPublished', participantId, trackId, source, kind, muted: starts };
  return older === undefined ? [publish] : [{ type: 'TrackUnpublished', participantId, trackId: older.id }, publish];
}

export function setTrackMuted(command: CommandOf<'SetTrackMuted'>, state: RoomState): RoomEvent[] {
  const { actor, participantId, trackId, muted } = command;
  requireOwnerOrModerator(actor, participantId, state);
  if (!muted && (actor.kind !== 'participant' || actor.participantId !== participantId)) {
    throw new Refusal('FORBIDDEN', 'Only the owner of a track can unmute it: ask them.');
  }
  const track = requireTrack(participantId, trackId, state);
  if (track.muted === muted) return [];
  if (!muted && track.kind === 'audio') {
    requireGrant(grantsOf(requirePresent(participantId, state), state.settings).unmute);
  }
  return [{ type: muted ? 'TrackMuted' : 'TrackUnmuted', participantId, trackId }];
}

/** Only the publisher's own client knows what its devices do. */
export function setTrackInterrupted(command: CommandOf<'SetTrackInterrupted'>, state: RoomState): RoomEvent[] {
  const { trackId, interrupted } = command;
  const { id: participantId } = requireParticipant(command.actor, state);
  const track = requireTrack(participantId, trackId, state);
  if (track.interrupted === interrupted) return [];
  return [{ type: 'TrackInterruptionChanged', participantId, trackId, interrupted }];
}

export function unpublishTrack(command: CommandOf<'UnpublishTrack'>, state: RoomState): RoomEvent[] {
  const { actor, participantId, trackId } = command;
  requireOwnerOrModerator(actor, participantId, state);
  if (!requirePresent(participantId, state).tracks.has(trackId)) return [];
  return [{ type: 'TrackUnpublished', participantId, trackId }];
}

export function setTrackReencoding(command: CommandOf<'SetTrackReencoding'>, state: RoomState): RoomEvent[] {
  const { participantId, trackId, wanted } = command;
  requireModerator(command.actor, state);
  const track = requireTrack(participantId, trackId, state);
  if (track.kind !== 'video') throw new Refusal('INVALID', 'Only video is reencoded.');
  if (track.reencoding === wanted) return [];
  return [{ type: 'TrackReencodingWished', participantId, trackId, wanted }];
}

function requireTrack(participantId: ParticipantId, trackId: TrackId, state: RoomState): Track {
  const track = requirePresent(participantId, state).tracks.get(trackId);
  if (track === undefined) throw new Refusal('TRACK_NOT_FOUND', 'This participant has no such track.');
  return track;
}
