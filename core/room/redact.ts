import { breakoutEvents, breakoutOf, breakouts } from './breakoutFields.ts';
import { chatEvents, message } from './chatFields.ts';
import type { Commit } from './commit.ts';
import type { RoomEvent, RoomEventType } from './events.ts';
import {
  type Audience,
  added,
  type Field,
  type Fields,
  flag,
  forHosts,
  hidden,
  keyed,
  list,
  marked,
  number,
  object,
  once,
  oneOf,
  optional,
  orNull,
  setOf,
  text,
  toPlain,
  union,
  type Variants,
} from './fields.ts';
import { NO_NOTES } from './notes.ts';
import { poll, pollEvents } from './pollFields.ts';
import { isByOthers, isParty, mayHear, visibleTo } from './privacy.ts';
import {
  ALL_GRANTS,
  type Ban,
  type ChatMessage,
  type Grants,
  type HotStandby,
  type LobbyEntry,
  type MediaBounds,
  NO_MEDIA_BOUNDS,
  type Participant,
  type ParticipantId,
  type ReencodingPolicy,
  type Role,
  type RoomLayout,
  type RoomSettings,
  type RoomState,
  type Track,
  type TrackKind,
  type TrackSource,
} from './state.ts';

export type { Audience };

/**
 * A commit as an audience may see it: it lacks the events that are not for that audience, and hidden fields have
 * neutral values, so that `evolve` takes it unchanged. Versions have no gap: a commit without anything for this
 * audience has no events.
 */
export interface RedactedCommit {
  readonly version: number;
  /** Tells this commit from another one with the same number; '' from servers that do not send it yet. */
  readonly commitId: string;
  /** A host, the operator or a node made the commit, not the participant in its events. */
  readonly byOthers: boolean;
  readonly events: readonly RoomEvent[];
}

declare const redacted: unique symbol;
/** A state that went through `redactState`. Clients evolve it by redacted commits [J1]. */
export type RedactedRoom = RoomState & { readonly [redacted]: true };

/** Clients get this instead of a hash: they see only that there is one. */
const whether = marked('set');

const role = oneOf<Role>({ host: true, member: true, guest: true });
const source = oneOf<TrackSource>({ camera: true, microphone: true, screen: true, screenAudio: true });
const kind = oneOf<TrackKind>({ audio: true, video: true });
const nodeId = hidden('');
/** Hashes of a device, an address and an account, in an event and in the state. */
const nothing = hidden<string | undefined>(undefined);
const origin = { device: nothing, address: nothing, account: nothing };
const hiddenOrigin = { device: hidden<string | null>(null), address: hidden<string | null>(null), account: nothing };

const grants = object<Grants>({ sources: list(source), chat: flag, unmute: flag });
const policy = union<ReencodingPolicy, 'mode'>('mode', { off: {}, on: {}, auto: { viewers: number } });

const layout = oneOf<RoomLayout>({ tiles: true, speaker: true, presentation: true });
const hotStandby = oneOf<HotStandby>({ off: true, on: true, auto: true });

const bound = orNull(number);
const mediaBounds = object<MediaBounds>({ pageSize: bound, lastN: bound, loudestN: bound, lastScreens: bound });

const settings = object<RoomSettings>({
  name: text,
  capacity: number,
  graceMs: number,
  locked: flag,
  lobby: flag,
  passwordHash: orNull(whether),
  reencoding: policy,
  grants: added(grants, ALL_GRANTS),
  guests: added(flag, true),
  hotStandby: added(hotStandby, 'auto'),
  joinMuted: added(flag, false),
  privateChat: added(flag, false),
  recordingAllowed: added(flag, false),
  filesAllowed: added(flag, true),
  mediaBounds: added(mediaBounds, NO_MEDIA_BOUNDS),
  breakoutOf: optional(breakoutOf),
});

const ofTrack = { participantId: text, trackId: text };
const ofParticipant = { participantId: text };

/** The fields of every event that clients see, and whether only hosts see the event [R-REDACT-1]. */
const EVENTS: { readonly [Type in RoomEventType]: Rule<Type> } = {
  RoomCreated: everybody({ settings, at: number }),
  RoomClosed: everybody({ at: number }),
  ParticipantJoined: everybody({
    ...ofParticipant,
    name: text,
    role,
    session: number,
    nodeId,
    at: number,
    nameFixed: optional(flag),
    grants: optional(grants),
    ...origin,
  }),
  ParticipantResumed: everybody({ ...ofParticipant, session: number, nodeId, at: number, ...origin }),
  ParticipantDisconnected: everybody({ ...ofParticipant, session: number, expiresAt: number }),
  ParticipantGone: everybody({
    ...ofParticipant,
    departure: oneOf({ left: true, expired: true, removed: true, banned: true }),
    at: number,
  }),
  ParticipantRenamed: everybody({ ...ofParticipant, name: text }),
  RoleChanged: everybody({ ...ofParticipant, role }),
  HandRaised: everybody({ ...ofParticipant, at: number }),
  HandLowered: everybody(ofParticipant),
  RecordingBegun: everybody({ ...ofParticipant, at: number }),
  RecordingEnded: everybody(ofParticipant),
  FilesAllowedChanged: everybody({ filesAllowed: flag }),
  RecordingAllowedChanged: everybody({ recordingAllowed: flag }),
  TrackPublished: everybody({ ...ofTrack, source, kind, muted: flag }),
  TrackMuted: everybody(ofTrack),
  TrackUnmuted: everybody(ofTrack),
  TrackInterruptionChanged: everybody({ ...ofTrack, interrupted: flag }),
  TrackUnpublished: everybody(ofTrack),
  TrackReencodingWished: everybody({ ...ofTrack, wanted: orNull(flag) }),
  // `mayHear` says who gets what is private.
  ...eachForEverybody(chatEvents),
  ParticipantKnocked: hosts({ ...ofParticipant, name: text, nodeId, at: number, ...origin }),
  KnockWithdrawn: hosts(ofParticipant),
  ParticipantAdmitted: hosts(ofParticipant),
  ParticipantDenied: hosts(ofParticipant),
  ParticipantBanned: hosts({
    ...ofParticipant,
    name: optional(text),
    device: optional(whether),
    address: optional(whether),
    account: optional(whether),
    addressUntil: optional(number),
  }),
  ParticipantUnbanned: hosts(ofParticipant),
  RoomRenamed: everybody({ name: text }),
  LockChanged: everybody({ locked: flag }),
  LobbyChanged: everybody({ lobby: flag }),
  PasswordChanged: everybody({ passwordHash: orNull(whether) }),
  CapacityChanged: everybody({ capacity: number }),
  ReencodingPolicyChanged: everybody({ policy }),
  GrantsChanged: everybody({ ...ofParticipant, grants: orNull(grants) }),
  RoomGrantsChanged: everybody({ grants }),
  GuestsChanged: everybody({ guests: flag }),
  HotStandbyChanged: everybody({ hotStandby }),
  MediaBoundsChanged: everybody({ bounds: mediaBounds }),
  TokensRevoked: hosts({ participantId: orNull(text), at: number }),
  ParticipantErased: everybody({ ...ofParticipant, at: number }),
  SpotlightChanged: everybody({ participantId: orNull(text), others: optional(list(text)) }),
  LayoutChanged: everybody({ layout: orNull(layout), at: number }),
  JoinMutedChanged: everybody({ joinMuted: flag }),
  PrivateChatChanged: everybody({ privateChat: flag }),
  ...eachForEverybody(pollEvents),
  ...eachForEverybody(breakoutEvents),
  NotesEdited: everybody({ ...ofParticipant, update: hidden('') }),
  NotesCompacted: everybody({ base: hidden(''), upTo: number }),
  UnmuteAsked: everybody({ ...ofParticipant, at: number }),
  UnmuteDeclined: everybody(ofParticipant),
};

const EVENT: Field<RoomEvent> = union<RoomEvent, 'type'>(
  'type',
  Object.fromEntries(Object.entries(EVENTS).map(([type, { fields }]) => [type, fields])) as Variants<RoomEvent, 'type'>,
);

const COMMIT = object<RedactedCommit>({
  version: number,
  commitId: added(text, ''),
  byOthers: flag,
  events: list(EVENT),
});

const track = object<Track>({
  id: text,
  source,
  kind,
  muted: flag,
  interrupted: added(flag, false),
  reencoding: orNull(flag),
});

/** In a large room all but one of them are as they were when the last newcomer came. */
const participant = once(
  object<Participant>({
    id: text,
    name: text,
    nameFixed: added(flag, false),
    role,
    grants: added(orNull(grants), null),
    session: number,
    sessionCommandId: hidden(''),
    nodeId,
    connected: flag,
    expiresAt: orNull(number),
    joinedAt: number,
    handRaisedAt: orNull(number),
    unmuteAskedAt: added(orNull(number), null),
    recordingSince: added(orNull(number), null),
    tracks: keyed(track, ({ id }) => id),
    ...hiddenOrigin,
  }),
);

const CHAT = list(once(message));

const lobbyEntry = object<LobbyEntry>({ participantId: text, name: text, knockedAt: number, nodeId, ...hiddenOrigin });

const ban = object<Ban>({
  participantId: text,
  name: orNull(text),
  device: orNull(whether),
  address: orNull(whether),
  account: optional(whether),
  addressUntil: orNull(number),
});

/** The same for the state that the events lead to [R-REDACT-2]. */
const STATE = object<RoomState>({
  status: oneOf({ absent: true, open: true, closed: true }),
  createdAt: number,
  settings,
  participants: keyed(participant, ({ id }) => id),
  lobby: forHosts(
    keyed(lobbyEntry, ({ participantId }) => participantId),
    new Map(),
  ),
  admitted: forHosts(setOf(text), new Set()),
  banned: forHosts(setOf(text), new Set()),
  bans: added(
    forHosts(
      keyed(ban, ({ participantId }) => participantId),
      new Map(),
    ),
    new Map(),
  ),
  roles: hidden(new Map()),
  voided: hidden(new Map()),
  tokensVoidUntil: hidden(0),
  notes: added(object({ count: number, base: hidden(''), updates: hidden([]) }), NO_NOTES),
  polls: added(
    keyed(poll, ({ id }) => id),
    new Map(),
  ),
  breakouts: added(orNull(breakouts), null),
  attendance: hidden(new Map()),
  attendanceForgotten: hidden(0),
  spotlight: added(orNull(text), null),
  alsoSpotlit: added(list(text), []),
  layout: added(orNull(object({ layout, at: number })), null),
  chat: CHAT,
  chatForgottenAt: hidden(0),
  privateForgottenAt: hidden(0),
  lastSession: number,
  commandIds: hidden([]),
});

/** `viewerId`: who it is for; without one, nobody's private messages are in it [S2]. */
export function redact(commit: Commit, audience: Audience, viewerId: ParticipantId | null = null): RedactedCommit {
  const events = commit.events.filter((event) => {
    return (audience === 'host' || !EVENTS[event.type].hostsOnly) && mayHear(event, viewerId);
  });
  return {
    version: commit.version,
    commitId: commit.commitId,
    byOthers: events.some((event) => isByOthers(commit, event)),
    events: events.map((event) => EVENT.redact(event, audience)),
  };
}

/** Returns whether hosts see more of this commit than others do. */
export function concernsHostsOnly(commit: Commit): boolean {
  return commit.events.some(({ type }) => EVENTS[type].hostsOnly);
}

/** `viewerId` as for `redact`. */
export function redactState(state: RoomState, audience: Audience, viewerId: ParticipantId | null = null): RedactedRoom {
  const shared = sharedState(state, audience);
  if (viewerId === null || !isParty(state.chat, viewerId)) return shared;
  return { ...shared, chat: redactChat(state.chat, audience, viewerId) };
}

function sharedState(state: RoomState, audience: Audience): RedactedRoom {
  let known = REDACTED.get(state);
  if (!known) {
    known = new Map();
    REDACTED.set(state, known);
  }
  let redacted = known.get(audience);
  if (!redacted) {
    redacted = STATE.redact({ ...state, chat: visibleTo(state.chat, null) }, audience) as RedactedRoom;
    known.set(audience, redacted);
  }
  return redacted;
}

/** Many people who come at one moment get the same state, which never changes. */
const REDACTED = new WeakMap<RoomState, Map<Audience, RedactedRoom>>();

/** A part of the chat, as `redactState` would have it. */
export function redactChat(
  messages: readonly ChatMessage[],
  audience: Audience,
  viewerId: ParticipantId,
): readonly ChatMessage[] {
  return CHAT.redact(visibleTo(messages, viewerId), audience);
}

/**
 * Reads messages on arrival.
 * @throws Unreadable when this version does not know them
 */
export function readChat(value: unknown): readonly ChatMessage[] {
  return CHAT.read(value, 'chat');
}

/** A state as JSON carries it. */
export function writeState(state: RedactedRoom): unknown {
  const { participants, ...rest } = state;
  return { ...(toPlain(rest) as object), participants: [...participants.values()].map(writtenOnce) };
}

const WRITTEN = new WeakMap<Participant, unknown>();

function writtenOnce(of: Participant): unknown {
  const written = WRITTEN.get(of) ?? toPlain(of);
  WRITTEN.set(of, written);
  return written;
}

/**
 * Reads the output of `writeState` on the other side.
 * @throws Unreadable when this version does not know it
 */
export function readState(value: unknown): RedactedRoom {
  return STATE.read(value, 'room') as RedactedRoom;
}

/**
 * Reads a redacted commit on arrival.
 * @throws Unreadable when this version does not know it
 */
export function readCommit(value: unknown): RedactedCommit {
  return COMMIT.read(value, 'commit');
}

interface Rule<Type extends RoomEventType> {
  readonly hostsOnly: boolean;
  readonly fields: Fields<Omit<Extract<RoomEvent, { readonly type: Type }>, 'type'>>;
}

function everybody<F>(fields: F): { readonly hostsOnly: false; readonly fields: F } {
  return { hostsOnly: false, fields };
}

type ForEverybody<Events> = {
  readonly [Type in keyof Events]: { readonly hostsOnly: false; readonly fields: Events[Type] };
};

function eachForEverybody<Events extends object>(events: Events): ForEverybody<Events> {
  return Object.fromEntries(
    Object.entries(events).map(([type, fields]) => [type, everybody(fields)]),
  ) as ForEverybody<Events>;
}

function hosts<F>(fields: F): { readonly hostsOnly: true; readonly fields: F } {
  return { hostsOnly: true, fields };
}
