import type { BreakoutOf, Breakouts } from './breakouts.ts';
import { NO_NOTES, type Notes } from './notes.ts';
import type { MessageReaction } from './reactions.ts';

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

/** The store of files chose it. */
export type FileId = string;

export type Role = 'host' | 'member' | 'guest';
export type TrackSource = 'camera' | 'microphone' | 'screen' | 'screenAudio';
export type TrackKind = 'audio' | 'video';

export interface Track {
  readonly id: TrackId;
  readonly source: TrackSource;
  readonly kind: TrackKind;
  readonly muted: boolean;
  /** Its device gives nothing for the moment: a call came in, or the phone shows something else. */
  readonly interrupted: boolean;
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
  /** When a host asked for the microphone (ms since the epoch); null once that is answered. */
  readonly unmuteAskedAt: number | null;
  /** Since when this person's page records the meeting (ms since the epoch); null while it does not. */
  readonly recordingSince: number | null;
  /** At most one track per source. */
  readonly tracks: ReadonlyMap<TrackId, Track>;
  /** Keyed hashes of the browser's id and of the network address; null if unknown. Only servers have them. */
  readonly device: string | null;
  readonly address: string | null;
  /** The same of the account with which they signed in; left out if they did not. */
  readonly account?: string;
}

/** A file that somebody shared. Its content is in the store of files for as long as its message is in the state. */
export interface SharedFile {
  readonly id: FileId;
  readonly name: string;
  readonly bytes: number;
  /** By the content, not by the name. */
  readonly mediaType: string;
  /** A small JPEG of a picture, as base64. */
  readonly preview?: string;
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
  /** A private message: only its author and this participant see it. */
  readonly to?: ParticipantId;
  /** The message that this one answers; it may be gone by now. */
  readonly replyTo?: MessageId;
  /** Its name is the text of the message; gone once deleted. */
  readonly file?: SharedFile;
  /** A host said it to everybody, in breakout rooms too. */
  readonly announcement?: boolean;
  /** Left out while there are none. */
  readonly reactions?: readonly MessageReaction[];
}

export interface LobbyEntry {
  readonly participantId: ParticipantId;
  readonly name: string;
  readonly knockedAt: number;
  readonly nodeId: NodeId;
  /** As in `Participant`. */
  readonly device: string | null;
  readonly address: string | null;
  readonly account?: string;
}

/** Somebody's tokens that were signed until then (ms since the epoch) are void. */
export interface VoidedTokens {
  readonly until: number;
  /** A host removed the person; otherwise the tokens were revoked. */
  readonly removed: boolean;
}

/** What a ban keeps out besides the participant. Hosts see whether there is a device, address or account, not which. */
export interface Ban {
  readonly participantId: ParticipantId;
  /** Null for somebody who was not there. */
  readonly name: string | null;
  readonly account?: string;
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

/** How a host shows the meeting to everybody: all alike, the speaker large, or the shared screen large. */
export type RoomLayout = 'tiles' | 'speaker' | 'presentation';

/** Whether clients keep a second place ready; auto: as the server's own setting says. */
export type HotStandby = 'off' | 'on' | 'auto';

/**
 * Bounds on what each viewer of a room receives. Null sets none: the server's own then hold, and always the lower
 * one.
 */
export interface MediaBounds {
  /** How many tiles a page shows at most; null: as many as the server says. */
  readonly pageSize: number | null;
  /** Most cameras: pinned ones and those of the last speakers. */
  readonly lastN: number | null;
  /** Most microphones: those of the last speakers. */
  readonly loudestN: number | null;
  /** Most screens, and their sound: pinned ones and those of the last speakers. */
  readonly lastScreens: number | null;
}

/** New bounds; what is left out stays. */
export type MediaBoundsChange = { readonly [Bound in keyof MediaBounds]?: MediaBounds[Bound] | undefined };

export const NO_MEDIA_BOUNDS: MediaBounds = { pageSize: null, lastN: null, loudestN: null, lastScreens: null };

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
  /** Whether the microphones of people who are no hosts start muted. */
  readonly joinMuted: boolean;
  /** Whether people may write to one another alone. */
  readonly privateChat: boolean;
  /** Whether people's pages may record the meeting. */
  readonly recordingAllowed: boolean;
  /** Whether people may share files; those shared before stay. */
  readonly filesAllowed: boolean;
  readonly mediaBounds: MediaBounds;
  /** Only a breakout room has it. */
  readonly breakoutOf?: BreakoutOf;
}

/** In these a breakout room is as its main room. */
export type FollowedSettings = Pick<
  RoomSettings,
  'reencoding' | 'hotStandby' | 'joinMuted' | 'privateChat' | 'recordingAllowed' | 'filesAllowed' | 'mediaBounds'
>;

export type PollId = string;

/** One person's choice. `choices` are indices of options. */
export interface Vote {
  /** A participant; in an anonymous poll a keyed hash, by which a person's own vote is found again. */
  readonly voter: ParticipantId | string;
  /** The voter's name at that time; '' in an anonymous poll. */
  readonly name: string;
  readonly choices: readonly number[];
}

export interface Poll {
  readonly id: PollId;
  readonly question: string;
  readonly options: readonly string[];
  /** Whether a person may choose several options. */
  readonly multiple: boolean;
  /** Nobody ever learns who voted what. */
  readonly anonymous: boolean;
  /** Whether results show while people vote; else once the poll is closed. */
  readonly live: boolean;
  readonly openedAt: number;
  /** ms since the epoch; null while people vote. */
  readonly closedAt: number | null;
  /** How many chose each option; null while that is hidden. */
  readonly counts: readonly number[] | null;
  /** How many have voted. */
  readonly voters: number;
  /** Who voted what, as far as people may see it, by voter. */
  readonly votes: ReadonlyMap<ParticipantId, Vote>;
  /** Votes that nobody may see, by voter, while people vote. Only servers keep them. */
  readonly ballots: ReadonlyMap<string, Vote>;
}

/** Why a participant is no longer in the room. */
export type Departure = 'left' | 'expired' | 'removed' | 'banned';

/** A time without interruption in which somebody was there. Times are ms since the epoch. */
export interface Presence {
  readonly from: number;
  /** Null while it lasts. */
  readonly to: number | null;
  /** `away`: the connection was lost; if the person never came back, how they are gone. `closed`: with the room. */
  readonly end: 'away' | Departure | 'closed' | null;
}

/** The oldest times of presence, once they are more than are kept. */
export interface EarlierPresence {
  readonly times: number;
  readonly from: number;
  readonly to: number;
  readonly presentMs: number;
  readonly awayMs: number;
}

/** When somebody was there, over all their stays. */
export interface Attendance {
  readonly participantId: ParticipantId;
  readonly name: string;
  readonly nameFixed: boolean;
  readonly role: Role;
  readonly earlier: EarlierPresence | null;
  /** Oldest first. */
  readonly presences: readonly Presence[];
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
  /** Whom they show beside that one; nobody without a spotlight. */
  readonly alsoSpotlit: readonly ParticipantId[];
  /** The hosts' layout for everybody, and when they chose it (ms since the epoch). */
  readonly layout: { readonly layout: RoomLayout; readonly at: number } | null;
  /** At most `MAX_POLLS`, in the order in which they were opened. */
  readonly polls: ReadonlyMap<PollId, Poll>;
  readonly notes: Notes;
  /** Null while none are open. */
  readonly breakouts: Breakouts | null;
  /**
   * When each was there, for the newest `ATTENDANCE_KEPT`, in the order in which they first came. Only servers keep
   * it.
   */
  readonly attendance: ReadonlyMap<ParticipantId, Attendance>;
  /** How many people it knows no more. */
  readonly attendanceForgotten: number;
  /** The newest `CHAT_KEPT` messages for everybody, and as many private ones as have their bytes, oldest first. */
  readonly chat: readonly ChatMessage[];
  /** The newest time (ms since the epoch) of a message for everybody that is not kept any more; 0 if there is none. */
  readonly chatForgottenAt: number;
  /** The same of private messages. Only servers keep both. */
  readonly privateForgottenAt: number;
  /** The last session number given out; every join and resume takes the next. */
  readonly lastSession: number;
  /** The newest `COMMANDS_KEPT` commands that took effect, oldest first: a retry of one of them changes nothing. */
  readonly commandIds: readonly CommandId[];
}

/** Messages for everybody that a room's state holds; older ones stay in the journal only. */
export const CHAT_KEPT = 1_000;
/** The same for the private messages of two people, and of all, in bytes: two for a UTF-16 unit. */
export const PRIVATE_BYTES_OF_PAIR = 128 << 10;
export const PRIVATE_BYTES = 1 << 20;
/** People whom a room lets in without another knock. */
export const ADMITTED_KEPT = 1_000;
/** A ban beyond these is refused: an old one is never forgotten for it. */
export const MAX_BANNED = 1_000;
/** People whose role a room remembers after they left. */
export const ROLES_KEPT = 1_000;
/** People whose tokens a room remembers to be void. */
export const VOIDED_KEPT = 1_000;
/** People whom hosts show large at once. */
export const MAX_SPOTLIT = 6;
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
    joinMuted: false,
    privateChat: false,
    recordingAllowed: true,
    filesAllowed: true,
    mediaBounds: NO_MEDIA_BOUNDS,
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
  alsoSpotlit: [],
  layout: null,
  polls: new Map(),
  notes: NO_NOTES,
  breakouts: null,
  attendance: new Map(),
  attendanceForgotten: 0,
  chat: [],
  chatForgottenAt: 0,
  privateForgottenAt: 0,
  lastSession: 0,
  commandIds: [],
};
