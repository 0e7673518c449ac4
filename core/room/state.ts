/**
 * What a room *is*. `evolve` derives every value here from the journal; momentary things (levels, speakers, views) have
 * no place in it. States are immutable: `evolve` shares what did not change.
 */

export type RoomId = string;
/** Stable for one person or device in one room: it comes from the join token and survives every reconnect. */
export type ParticipantId = string;
/** Chosen by the publishing client; survives servers, producers and sessions. */
export type TrackId = string;
export type MessageId = string;
/** One boot of one server process. A restarted server is another node. */
export type NodeId = string;
/** The caller chooses it and repeats it on every retry of the same request. */
export type CommandId = string;

export type Role = 'host' | 'member' | 'guest';
export type TrackSource = 'camera' | 'microphone' | 'screen' | 'screenAudio';
export type TrackKind = 'audio' | 'video';

export interface Track {
  readonly id: TrackId;
  readonly source: TrackSource;
  readonly kind: TrackKind;
  readonly muted: boolean;
  /** The host's wish to have this track reencoded; null follows the room's policy. */
  readonly reencoding: boolean | null;
}

/** What a person may do. Hosts may do everything, whatever stands here. */
export interface Grants {
  /** What they may publish. */
  readonly sources: readonly TrackSource[];
  readonly chat: boolean;
  /** Without it, what is muted stays muted until a host gives it. Concerns sound. */
  readonly unmute: boolean;
}

export const ALL_GRANTS: Grants = {
  sources: ['camera', 'microphone', 'screen', 'screenAudio'],
  chat: true,
  unmute: true,
};

export interface Participant {
  readonly id: ParticipantId;
  readonly name: string;
  /** The name comes from whoever gave the token, and stays. */
  readonly nameFixed: boolean;
  readonly role: Role;
  /** Null follows the room's. */
  readonly grants: Grants | null;
  /** Fences every older connection of this participant. Comes from the room's counter, so it only ever grows. */
  readonly session: number;
  /** The command that opened this session: only a retry of that command may have the session too. */
  readonly sessionCommandId: CommandId;
  /** The node that holds the session's connection. */
  readonly nodeId: NodeId;
  readonly connected: boolean;
  /** When a disconnected participant expires (ms since the epoch); null while connected. */
  readonly expiresAt: number | null;
  readonly joinedAt: number;
  /** When the hand went up (ms since the epoch), null while it is down. */
  readonly handRaisedAt: number | null;
  /** At most one track per source. */
  readonly tracks: ReadonlyMap<TrackId, Track>;
  /** Keyed hashes of the browser's id and of the network address; null if unknown. Only servers have them. */
  readonly device: string | null;
  readonly address: string | null;
}

export interface ChatMessage {
  readonly id: MessageId;
  readonly participantId: ParticipantId;
  /** The author's name when the message was written: the author may be gone by now. */
  readonly name: string;
  /** Empty once deleted. */
  readonly text: string;
  readonly at: number;
  readonly editedAt: number | null;
  readonly deleted: boolean;
}

export interface LobbyEntry {
  readonly participantId: ParticipantId;
  readonly name: string;
  readonly knockedAt: number;
  readonly nodeId: NodeId;
  /** As in `Participant`. */
  readonly device: string | null;
  readonly address: string | null;
}

/** Somebody's tokens that were signed until then (ms since the epoch) are void. */
export interface VoidedTokens {
  readonly until: number;
  /** A host removed the person; otherwise the tokens were revoked. */
  readonly removed: boolean;
}

/** What a ban keeps out besides the participant. Hosts see whether there is a device or address, but not which. */
export interface Ban {
  readonly participantId: ParticipantId;
  /** Null for somebody who was not there. */
  readonly name: string | null;
  readonly device: string | null;
  readonly address: string | null;
  /** When the address may come again (ms since the epoch); null without an address. */
  readonly addressUntil: number | null;
}

/** off: never; on: every camera and screen; auto: tracks with more viewers than `viewers`, or a codec mismatch. */
export type ReencodingPolicy =
  | { readonly mode: 'off' }
  | { readonly mode: 'on' }
  | { readonly mode: 'auto'; readonly viewers: number };

/** Whether clients keep a second place ready; auto: as the server's own setting says. */
export type HotStandby = 'off' | 'on' | 'auto';

export interface RoomSettings {
  readonly name: string;
  /** The most participants, connected or not. */
  readonly capacity: number;
  /** How long a disconnected participant keeps its place. */
  readonly graceMs: number;
  readonly locked: boolean;
  readonly lobby: boolean;
  /** As `signaling` hashed it; the room never sees a password. */
  readonly passwordHash: string | null;
  readonly reencoding: ReencodingPolicy;
  /** What people may do who have no grants of their own. */
  readonly grants: Grants;
  /** Whether tokens that were given without the API key let people in. */
  readonly guests: boolean;
  readonly hotStandby: HotStandby;
}

export interface RoomState {
  readonly status: 'absent' | 'open' | 'closed';
  readonly createdAt: number;
  readonly settings: RoomSettings;
  readonly participants: ReadonlyMap<ParticipantId, Participant>;
  /** In the order in which they knocked. */
  readonly lobby: ReadonlyMap<ParticipantId, LobbyEntry>;
  /** People let in from the lobby, also for their next join: the newest `ADMITTED_KEPT`, oldest first. */
  readonly admitted: ReadonlySet<ParticipantId>;
  /** At most `MAX_BANNED`, or what an older journal has. */
  readonly banned: ReadonlySet<ParticipantId>;
  /** The same people, with what else each ban keeps out. */
  readonly bans: ReadonlyMap<ParticipantId, Ban>;
  /** The last role that somebody got from a host, for the newest `ROLES_KEPT`, oldest first. Only servers keep it. */
  readonly roles: ReadonlyMap<ParticipantId, Role>;
  /** Whose tokens are void, for the newest `VOIDED_KEPT`, oldest first. Only servers keep it. */
  readonly voided: ReadonlyMap<ParticipantId, VoidedTokens>;
  /** Tokens that were signed until then (ms since the epoch) are void, and let nobody in; 0 for none. */
  readonly tokensVoidUntil: number;
  /** The participant whom a host shows to everybody; null while everybody chooses for themselves. */
  readonly spotlight: ParticipantId | null;
  /** The newest `CHAT_KEPT` messages, oldest first. */
  readonly chat: readonly ChatMessage[];
  /** The last session number given out; every join and resume takes the next. */
  readonly lastSession: number;
  /** The newest `COMMANDS_KEPT` commands that took effect, oldest first: a retry of one of them changes nothing. */
  readonly commandIds: readonly CommandId[];
}

/** Messages that a room's state holds; older ones stay in the journal only. */
export const CHAT_KEPT = 1_000;
/** People whom a room lets in without another knock. */
export const ADMITTED_KEPT = 1_000;
/** A ban beyond these is refused: an old one is never forgotten for it. */
export const MAX_BANNED = 1_000;
/** People whose role a room remembers after they left. */
export const ROLES_KEPT = 1_000;
/** People whose tokens a room remembers to be void. */
export const VOIDED_KEPT = 1_000;
/** How long a ban keeps the network address out. */
export const ADDRESS_BAN_MS = 60 * 60 * 1_000;
/** How long somebody waits in the lobby. */
export const LOBBY_MS = 30 * 60 * 1_000;
/** Places beyond the capacity, for hosts only. */
export const HOST_PLACES = 10;
/** How many commands back a retry is recognised. */
export const COMMANDS_KEPT = 1_024;

export const EMPTY_ROOM: RoomState = {
  status: 'absent',
  createdAt: 0,
  settings: {
    name: '',
    capacity: 0,
    graceMs: 0,
    locked: false,
    lobby: false,
    passwordHash: null,
    reencoding: { mode: 'off' },
    grants: ALL_GRANTS,
    guests: true,
    hotStandby: 'auto',
  },
  participants: new Map(),
  lobby: new Map(),
  admitted: new Set(),
  banned: new Set(),
  bans: new Map(),
  roles: new Map(),
  voided: new Map(),
  tokensVoidUntil: 0,
  spotlight: null,
  chat: [],
  lastSession: 0,
  commandIds: [],
};
