import { assertNever } from './assertNever.ts';
import type { Commit } from './commit.ts';
import type { RoomEvent } from './events.ts';
import { evolveBreakouts, leaveBreakouts } from './evolveBreakouts.ts';
import { evolveChat } from './evolveChat.ts';
import { evolvePoll } from './evolvePoll.ts';
import { RoomDraft } from './RoomDraft.ts';
import type { RedactedCommit, RedactedRoom } from './redact.ts';
import {
  type CommandId,
  EMPTY_ROOM,
  type Participant,
  type ParticipantId,
  type RoomSettings,
  type RoomState,
  type Track,
  type TrackId,
} from './state.ts';

/**
 * Returns the state after these commits, in order. The caller checks that they follow each other; the same commits give
 * the same state, however they are cut into pages [J1].
 */
export function evolveCommits(state: RoomState, commits: readonly Commit[]): RoomState {
  const draft = new RoomDraft(state);
  for (const commit of commits) evolveDraft(draft, commit);
  return draft.room;
}

/** Adds a commit to a draft, whose collections are not copied again. */
export function evolveDraft(draft: RoomDraft, { commandId, events }: Pick<Commit, 'commandId' | 'events'>): void {
  for (const event of events) evolve(draft, event, commandId);
  draft.rememberCommand(commandId);
}

export function evolveCommit(state: RoomState, commit: Commit): RoomState {
  return evolveCommits(state, [commit]);
}

/** The same for a client's copy, which holds no command ids [R-REDACT-2]. */
export function evolveRedacted(state: RedactedRoom, commits: readonly RedactedCommit[]): RedactedRoom {
  const draft = new RoomDraft(state, true);
  for (const commit of commits) for (const event of commit.events) evolve(draft, event, '');
  return draft.room as RoomState as RedactedRoom;
}

/**
 * Adds one fact to the draft. A journal lasts forever: an event that does not fit the state (a track of somebody who is
 * gone, an older session) changes nothing and is no error, whatever wrote it [R-FACT-1].
 */
function evolve(draft: RoomDraft, event: RoomEvent, commandId: CommandId): void {
  if (event.type === 'RoomCreated') {
    open(draft, event.settings, event.at);
    return;
  }
  if (event.type === 'ParticipantErased') draft.erase(event.participantId);
  if (draft.room.status !== 'open') return;

  switch (event.type) {
    case 'RoomClosed':
      for (const id of draft.room.participants.keys()) draft.depart(id, event.at, 'closed');
      draft.empty();
      draft.room.status = 'closed';
      return;

    case 'ParticipantJoined':
      join(draft, event, commandId);
      return;
    case 'ParticipantResumed':
      resume(draft, event, commandId);
      return;
    case 'ParticipantDisconnected': {
      const participant = draft.room.participants.get(event.participantId);
      if (participant?.session !== event.session) return;
      draft.setParticipant({ ...participant, connected: false, expiresAt: event.expiresAt });
      draft.depart(participant.id, event.expiresAt - draft.room.settings.graceMs, 'away');
      return;
    }
    case 'ParticipantGone':
      draft.depart(event.participantId, event.at, event.departure);
      draft.deleteParticipant(event.participantId);
      leaveBreakouts(draft, event.participantId);
      // An old admission must not let a removed person straight back in [R-LOBBY-7].
      if (event.departure === 'removed' || event.departure === 'banned') draft.revokeAdmission(event.participantId);
      if (event.departure === 'removed') draft.voidTokens(event.participantId, { until: event.at, removed: true });
      return;
    case 'ParticipantRenamed':
      changeParticipant(draft, event.participantId, { name: event.name });
      draft.describeAttendance(event.participantId, { name: event.name });
      return;
    case 'RoleChanged':
      changeParticipant(draft, event.participantId, { role: event.role });
      draft.describeAttendance(event.participantId, { role: event.role });
      draft.rememberRole(event.participantId, event.role);
      return;
    case 'HandRaised':
      changeParticipant(draft, event.participantId, { handRaisedAt: event.at });
      return;
    case 'HandLowered':
      changeParticipant(draft, event.participantId, { handRaisedAt: null });
      return;

    case 'RecordingBegun':
      changeParticipant(draft, event.participantId, { recordingSince: event.at });
      return;
    case 'RecordingEnded':
      changeParticipant(draft, event.participantId, { recordingSince: null });
      return;
    case 'FilesAllowedChanged':
      changeSettings(draft, { filesAllowed: event.filesAllowed });
      break;
    case 'RecordingAllowedChanged':
      changeSettings(draft, { recordingAllowed: event.recordingAllowed });
      return;

    case 'TrackPublished':
      publish(draft, event);
      return;
    case 'TrackMuted':
      changeTrack(draft, event, { muted: true });
      return;
    case 'TrackUnmuted': {
      changeTrack(draft, event, { muted: false });
      const track = draft.room.participants.get(event.participantId)?.tracks.get(event.trackId);
      if (track?.source === 'microphone') answerUnmute(draft, event.participantId);
      return;
    }
    case 'TrackInterruptionChanged':
      changeTrack(draft, event, { interrupted: event.interrupted });
      return;
    case 'TrackReencodingWished':
      changeTrack(draft, event, { reencoding: event.wanted });
      return;
    case 'TrackUnpublished': {
      const participant = draft.room.participants.get(event.participantId);
      if (!participant?.tracks.has(event.trackId)) return;
      const tracks = new Map(participant.tracks);
      tracks.delete(event.trackId);
      draft.setParticipant({ ...participant, tracks });
      return;
    }

    case 'ChatPosted':
    case 'PrivateMessagePosted':
    case 'FileShared':
    case 'ChatEdited':
    case 'PrivateMessageEdited':
    case 'ChatDeleted':
    case 'PrivateMessageDeleted':
    case 'MessageReacted':
    case 'PrivateMessageReacted':
      evolveChat(draft, event);
      return;

    case 'ParticipantKnocked': {
      const { participantId, name, nodeId } = event;
      const knockedAt = draft.room.lobby.get(participantId)?.knockedAt ?? event.at;
      draft.setLobbyEntry({ participantId, name, knockedAt, nodeId, ...originOf(event) });
      return;
    }
    case 'KnockWithdrawn':
    case 'ParticipantDenied':
      draft.deleteLobbyEntry(event.participantId);
      return;
    case 'ParticipantAdmitted':
      draft.deleteLobbyEntry(event.participantId);
      draft.admit(event.participantId);
      return;
    case 'ParticipantBanned':
      draft.deleteLobbyEntry(event.participantId);
      draft.revokeAdmission(event.participantId);
      draft.ban({
        participantId: event.participantId,
        name: event.name ?? null,
        ...originOf(event),
        addressUntil: event.addressUntil ?? null,
      });
      return;
    case 'ParticipantUnbanned':
      draft.unban(event.participantId);
      return;

    case 'RoomRenamed':
      changeSettings(draft, { name: event.name });
      return;
    case 'LockChanged':
      changeSettings(draft, { locked: event.locked });
      return;
    case 'LobbyChanged':
      changeSettings(draft, { lobby: event.lobby });
      return;
    case 'PasswordChanged':
      changeSettings(draft, { passwordHash: event.passwordHash });
      return;
    case 'CapacityChanged':
      changeSettings(draft, { capacity: event.capacity });
      return;
    case 'ReencodingPolicyChanged':
      changeSettings(draft, { reencoding: event.policy });
      return;
    case 'GrantsChanged':
      changeParticipant(draft, event.participantId, { grants: event.grants });
      return;
    case 'RoomGrantsChanged':
      changeSettings(draft, { grants: event.grants });
      return;
    case 'GuestsChanged':
      changeSettings(draft, { guests: event.guests });
      return;
    case 'HotStandbyChanged':
      changeSettings(draft, { hotStandby: event.hotStandby });
      return;
    case 'MediaBoundsChanged':
      changeSettings(draft, { mediaBounds: event.bounds });
      return;
    case 'TokensRevoked':
      if (event.participantId === null) draft.voidAllTokens(event.at);
      else draft.voidTokens(event.participantId, { until: event.at, removed: false });
      return;
    case 'ParticipantErased':
      return;
    case 'SpotlightChanged': {
      const { participantId, others = [] } = event;
      const { participants } = draft.room;
      if (participantId === null) draft.showLarge([]);
      else if (participants.has(participantId)) {
        draft.showLarge([participantId, ...others.filter((id) => participants.has(id))]);
      }
      return;
    }
    case 'LayoutChanged':
      draft.room.layout = event.layout && { layout: event.layout, at: event.at };
      return;
    case 'PrivateChatChanged':
      changeSettings(draft, { privateChat: event.privateChat });
      return;
    case 'JoinMutedChanged':
      changeSettings(draft, { joinMuted: event.joinMuted });
      return;
    case 'NotesEdited':
      draft.editNotes(event.update);
      return;
    case 'NotesCompacted':
      draft.compactNotes(event.base, event.upTo);
      return;
    case 'PollOpened':
    case 'VoteCast':
    case 'BallotCast':
    case 'PollClosed':
    case 'PollRemoved':
      evolvePoll(draft, event);
      return;
    case 'BreakoutsOpened':
    case 'BreakoutsChanged':
    case 'BreakoutsEnded':
    case 'BreakoutAssigned':
    case 'BreakoutEntered':
    case 'BreakoutLeft':
      evolveBreakouts(draft, event);
      return;
    case 'UnmuteAsked':
      changeParticipant(draft, event.participantId, { unmuteAskedAt: event.at });
      return;
    case 'UnmuteDeclined':
      answerUnmute(draft, event.participantId);
      return;
    default:
      assertNever(event);
  }
}

type EventOf<T extends RoomEvent['type']> = Extract<RoomEvent, { readonly type: T }>;

/**
 * A closed room that is created again starts empty; its session numbers continue, so old sessions stay stale
 * [R-ROOM-3].
 */
function open(draft: RoomDraft, settings: RoomSettings, at: number): void {
  if (draft.room.status === 'open') return;
  draft.forget();
  draft.room.status = 'open';
  draft.room.createdAt = at;
  // Rooms of older journals lack the newer settings.
  draft.room.settings = { ...EMPTY_ROOM.settings, ...settings };
}

function join(draft: RoomDraft, event: EventOf<'ParticipantJoined'>, commandId: CommandId): void {
  if (draft.room.participants.has(event.participantId) || event.session <= draft.room.lastSession) return;
  draft.room.lastSession = event.session;
  draft.deleteLobbyEntry(event.participantId);
  draft.setParticipant({
    id: event.participantId,
    name: event.name,
    nameFixed: event.nameFixed ?? false,
    role: event.role,
    grants: event.grants ?? null,
    session: event.session,
    sessionCommandId: commandId,
    nodeId: event.nodeId,
    connected: true,
    expiresAt: null,
    joinedAt: event.at,
    handRaisedAt: null,
    unmuteAskedAt: null,
    recordingSince: null,
    tracks: new Map(),
    ...originOf(event),
  });
  draft.attend(event.participantId, event.at);
}

/** Events that are older than these fields lack them. */
function originOf({ device, address, account }: Pick<EventOf<'ParticipantJoined'>, 'device' | 'address' | 'account'>) {
  return { device: device ?? null, address: address ?? null, ...(account !== undefined && { account }) };
}

function resume(draft: RoomDraft, event: EventOf<'ParticipantResumed'>, commandId: CommandId): void {
  const participant = draft.room.participants.get(event.participantId);
  if (participant === undefined || event.session <= draft.room.lastSession) return;
  draft.room.lastSession = event.session;
  draft.setParticipant({
    ...participant,
    session: event.session,
    sessionCommandId: commandId,
    nodeId: event.nodeId,
    connected: true,
    expiresAt: null,
    device: event.device ?? participant.device,
    address: event.address ?? participant.address,
    ...(event.account !== undefined && { account: event.account }),
  });
  draft.attend(event.participantId, event.at);
}

/** A track that is already there stays as it is: publishing it again can never unmute it [M2]. */
function publish(draft: RoomDraft, event: EventOf<'TrackPublished'>): void {
  const participant = draft.room.participants.get(event.participantId);
  if (participant === undefined) return;
  for (const track of participant.tracks.values()) {
    if (track.id === event.trackId || track.source === event.source) return;
  }
  const { trackId: id, source, kind, muted } = event;
  const track = { id, source, kind, muted, interrupted: false, reencoding: null };
  const tracks = new Map(participant.tracks).set(id, track);
  const answered = source === 'microphone' && !muted;
  draft.setParticipant({ ...participant, tracks, ...(answered && { unmuteAskedAt: null }) });
}

/** A host's question is answered: the microphone is on, or stays off. */
function answerUnmute(draft: RoomDraft, participantId: ParticipantId): void {
  if (draft.room.participants.get(participantId)?.unmuteAskedAt == null) return;
  changeParticipant(draft, participantId, { unmuteAskedAt: null });
}

function changeParticipant(draft: RoomDraft, participantId: ParticipantId, change: Partial<Participant>): void {
  const participant = draft.room.participants.get(participantId);
  if (participant !== undefined) draft.setParticipant({ ...participant, ...change });
}

function changeTrack(
  draft: RoomDraft,
  { participantId, trackId }: { readonly participantId: ParticipantId; readonly trackId: TrackId },
  change: Partial<Track>,
): void {
  const participant = draft.room.participants.get(participantId);
  const track = participant?.tracks.get(trackId);
  if (participant === undefined || track === undefined) return;
  const tracks = new Map(participant.tracks).set(trackId, { ...track, ...change });
  draft.setParticipant({ ...participant, tracks });
}

function changeSettings(draft: RoomDraft, change: Partial<RoomSettings>): void {
  draft.room.settings = { ...draft.room.settings, ...change };
}
