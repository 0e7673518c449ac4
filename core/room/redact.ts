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
  oneOf,
  optional,
  orNull,
  setOf,
  text,
  toPlain,
  union,
  type Variants,
} from './fields.ts';
import {
  ALL_GRANTS,
  type Ban,
  type ChatMessage,
  type Grants,
  type HotStandby,
  type LobbyEntry,
  type Participant,
  type ReencodingPolicy,
  type Role,
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
/** Hashes of a device and an address, in an event and in the state. */
const origin = { device: hidden<string | undefined>(undefined), address: hidden<string | undefined>(undefined) };
const hiddenOrigin = { device: hidden<string | null>(null), address: hidden<string | null>(null) };

const grants = object<Grants>({ sources: list(source), chat: flag, unmute: flag });
const policy = union<ReencodingPolicy, 'mode'>('mode', { off: {}, on: {}, auto: { viewers: number } });

const hotStandby = oneOf<HotStandby>({ off: true, on: true, auto: true });

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
  TrackPublished: everybody({ ...ofTrack, source, kind, muted: flag }),
  TrackMuted: everybody(ofTrack),
  TrackUnmuted: everybody(ofTrack),
  TrackUnpublished: everybody(ofTrack),
  TrackReencodingWished: everybody({ ...ofTrack, wanted: orNull(flag) }),
  ChatPosted: everybody({ messageId: text, ...ofParticipant, name: text, text, at: number }),
  ChatEdited: everybody({ messageId: text, text, at: number }),
  ChatDeleted: everybody({ messageId: text, at: number }),
  ParticipantKnocked: hosts({ ...ofParticipant, name: text, nodeId, at: number, ...origin }),
  KnockWithdrawn: hosts(ofParticipant),
  ParticipantAdmitted: hosts(ofParticipant),
  ParticipantDenied: hosts(ofParticipant),
  ParticipantBanned: hosts({
    ...ofParticipant,
    name: optional(text),
    device: optional(whether),
    address: optional(whether),
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
  TokensRevoked: hosts({ participantId: orNull(text), at: number }),
  ParticipantErased: everybody({ ...ofParticipant, at: number }),
  SpotlightChanged: everybody({ participantId: orNull(text) }),
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

const track = object<Track>({ id: text, source, kind, muted: flag, reencoding: orNull(flag) });

const participant = object<Participant>({
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
  tracks: keyed(track, ({ id }) => id),
  ...hiddenOrigin,
});

const message = object<ChatMessage>({
  id: text,
  participantId: text,
  name: text,
  text,
  at: number,
  editedAt: orNull(number),
  deleted: flag,
});

const CHAT = list(message);

const lobbyEntry = object<LobbyEntry>({ participantId: text, name: text, knockedAt: number, nodeId, ...hiddenOrigin });

const ban = object<Ban>({
  participantId: text,
  name: orNull(text),
  device: orNull(whether),
  address: orNull(whether),
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
  spotlight: added(orNull(text), null),
  chat: CHAT,
  lastSession: number,
  commandIds: hidden([]),
});

export function redact(commit: Commit, audience: Audience): RedactedCommit {
  const events = commit.events.filter(({ type }) => audience === 'host' || !EVENTS[type].hostsOnly);
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

export function redactState(state: RoomState, audience: Audience): RedactedRoom {
  let known = REDACTED.get(state);
  if (!known) {
    known = new Map();
    REDACTED.set(state, known);
  }
  let redacted = known.get(audience);
  if (!redacted) {
    redacted = STATE.redact(state, audience) as RedactedRoom;
    known.set(audience, redacted);
  }
  return redacted;
}

/** Many people who come at one moment get the same state, which never changes. */
const REDACTED = new WeakMap<RoomState, Map<Audience, RedactedRoom>>();

/** A part of the chat, as `redactState` would have it. */
export function redactChat(messages: readonly ChatMessage[], audience: Audience): readonly ChatMessage[] {
  return CHAT.redact(messages, audience);
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
  return toPlain(state);
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

function hosts<F>(fields: F): { readonly hostsOnly: true; readonly fields: F } {
  return { hostsOnly: true, fields };
}

function isByOthers({ actor }: Commit, event: RoomEvent): boolean {
  if (!('participantId' in event)) return false;
  return actor.kind !== 'participant' || actor.participantId !== event.participantId;
}
