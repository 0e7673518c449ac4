import { toPlain } from '../../core/room/fields.ts';
import type { RedactedCommit } from '../../core/room/redact.ts';
import type { ChatMessage, Departure, Participant, RoomState, Track } from '../../core/room/state.ts';

/**
 * What applications hear about a change of the room. A new fact about a participant or a setting needs no line here.
 */
export type RoomChange =
  | { readonly type: 'joined'; readonly participantId: string }
  | { readonly type: 'gone'; readonly participantId: string; readonly departure: Departure }
  | { readonly type: 'participant'; readonly participantId: string }
  | { readonly type: 'published'; readonly participantId: string; readonly trackId: string }
  | { readonly type: 'unpublished'; readonly trackId: string; readonly byHost: boolean }
  | { readonly type: 'muted'; readonly participantId: string; readonly trackId: string; readonly byHost: boolean }
  | { readonly type: 'unmuted'; readonly participantId: string; readonly trackId: string }
  | { readonly type: 'posted' | 'edited' | 'deleted' | 'reacted'; readonly message: ChatMessage }
  | { readonly type: 'lobby' }
  | { readonly type: 'room' };

type By = RedactedCommit | undefined;

/** Keys that have their own changes, or that `evolve` alone needs. An application knows all others as the room. */
const NOT_THE_ROOM: ReadonlySet<keyof RoomState> = new Set([
  ...(['participants', 'lobby', 'admitted', 'chat', 'lastSession', 'commandIds'] as const),
  ...(['roles', 'voided', 'tokensVoidUntil', 'attendance', 'attendanceForgotten'] as const),
]);
const NOT_THE_PARTICIPANT: ReadonlySet<keyof Participant> = new Set([
  ...(['tracks', 'session', 'sessionCommandId', 'nodeId', 'expiresAt', 'device', 'address'] as const),
]);
const REPORTED_AS_MUTES: ReadonlySet<keyof Track> = new Set(['muted'] as const);

/**
 * Returns what happened between two states of a room. `commit` is the one between them, if it was exactly one: it knows
 * why somebody is gone and whether a host muted. Someone who left and came back in between does not show. Objects that
 * both states share are skipped.
 */
export function changesBetween(before: RoomState, after: RoomState, commit?: RedactedCommit): RoomChange[] {
  const changes: RoomChange[] = [];
  if (before.participants !== after.participants) changes.push(...participantChanges(before, after, commit));
  if (!isEqual(before.lobby, after.lobby)) changes.push({ type: 'lobby' });
  if (differ(before, after, NOT_THE_ROOM)) changes.push({ type: 'room' });
  if (before.chat !== after.chat) changes.push(...chatChanges(before.chat, after.chat));
  return changes;
}

function participantChanges(before: RoomState, after: RoomState, commit: By): RoomChange[] {
  const changes: RoomChange[] = [];
  for (const participantId of before.participants.keys()) {
    if (after.participants.has(participantId)) continue;
    changes.push({ type: 'gone', participantId, departure: departureOf(participantId, commit) });
  }
  for (const participant of after.participants.values()) {
    const old = before.participants.get(participant.id);
    if (old === undefined) changes.push({ type: 'joined', participantId: participant.id });
    else if (old !== participant) changes.push(...changesOf(old, participant, commit));
  }
  return changes;
}

function changesOf(before: Participant, after: Participant, commit: By): RoomChange[] {
  const changes: RoomChange[] = [];
  const participantId = after.id;
  const byHost = commit?.byOthers ?? false;
  let changed = differ(before, after, NOT_THE_PARTICIPANT);
  for (const trackId of before.tracks.keys()) {
    if (!after.tracks.has(trackId)) changes.push({ type: 'unpublished', trackId, byHost });
  }
  for (const track of after.tracks.values()) {
    const known = before.tracks.get(track.id);
    if (known === undefined) changes.push({ type: 'published', participantId, trackId: track.id });
    else if (known !== track) {
      changes.push(...muteOf(known, track, participantId, byHost));
      changed ||= differ(known, track, REPORTED_AS_MUTES);
    }
  }
  return changed ? [{ type: 'participant', participantId }, ...changes] : changes;
}

function muteOf(before: Track, { id: trackId, muted }: Track, participantId: string, byHost: boolean): RoomChange[] {
  if (before.muted === muted) return [];
  return muted ? [{ type: 'muted', participantId, trackId, byHost }] : [{ type: 'unmuted', participantId, trackId }];
}

function chatChanges(before: readonly ChatMessage[], after: readonly ChatMessage[]): RoomChange[] {
  const changes: RoomChange[] = [];
  const known = new Map(before.map((message) => [message.id, message]));
  // What stands before a known message is earlier than this copy went back, not new.
  const knownFrom = after.findIndex(({ id }) => known.has(id));
  for (const [index, message] of after.entries()) {
    const old = known.get(message.id);
    if (old === message || index < knownFrom) continue;
    if (old === undefined) changes.push({ type: 'posted', message });
    else if (message.deleted && !old.deleted) changes.push({ type: 'deleted', message });
    else if (message.editedAt !== old.editedAt) changes.push({ type: 'edited', message });
    else if (!isEqual(message.reactions, old.reactions)) changes.push({ type: 'reacted', message });
  }
  return changes;
}

function departureOf(participantId: string, commit: By): Departure {
  for (const event of commit?.events ?? []) {
    if (event.type === 'ParticipantGone' && event.participantId === participantId) return event.departure;
  }
  return 'left';
}

function differ<T extends object>(before: T, after: T, except: ReadonlySet<keyof T>): boolean {
  return (Object.keys(after) as (keyof T)[]).some((key) => !except.has(key) && !isEqual(before[key], after[key]));
}

/** Compares values of a room, whose properties always come in the same order. */
function isEqual(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(toPlain(a)) === JSON.stringify(toPlain(b));
}
