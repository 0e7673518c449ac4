import type {
  Ban,
  Grants,
  HotStandbyState,
  LobbyEntry,
  MediaBlocked,
  ReencodingPolicy,
  Role,
} from '../../client/index.ts';

export { CHAT_LENGTH } from '../../client/index.ts';

export type { Grants, MediaBlocked, ReencodingPolicy };

/**
 * A meeting as the page shows it. Components read snapshots and call actions; `RoomMeeting` is the one that speaks to
 * the server. Snapshots are immutable, and parts that did not change keep their identity.
 */
export interface Meeting {
  subscribe(listener: () => void): () => void;
  getSnapshot(): MeetingSnapshot;
  /** Actions reject with what went wrong; the page explains it (`describeError`). */
  readonly actions: MeetingActions;
}

export interface MeetingSnapshot {
  readonly roomId: string;
  readonly name: string;
  readonly connection: 'connected' | 'reconnecting';
  /** The ways to the server that media do not get through; null while they do. */
  readonly mediaBlocked: MediaBlocked | null;
  readonly locked: boolean;
  readonly lobbyEnabled: boolean;
  readonly passwordProtected: boolean;
  readonly reencoding: Reencoding;
  readonly hotStandby: HotStandby;
  readonly self: Person;
  /** Everybody else, in the order of joining. */
  readonly others: readonly Person[];
  /** Those who wait to be let in; empty for everybody but hosts. */
  readonly lobby: readonly Pick<LobbyEntry, 'participantId' | 'name' | 'knockedAt'>[];
  /** Who is kept out; empty for everybody but hosts. */
  readonly bans: readonly Ban[];
  /** What people may do who have no grants of their own. */
  readonly grants: Grants;
  /** The participant whom a host shows to everybody. */
  readonly spotlightId: string | null;
  readonly chat: readonly ChatLine[];
  /** Whether there are messages before these. */
  readonly earlierChat: boolean;
  /** Participant ids, loudest first. */
  readonly speakers: readonly string[];
  /** When each participant was last heard (ms since the epoch). */
  readonly lastSpokeAt: ReadonlyMap<string, number>;
  /** Names of those who are writing. */
  readonly typing: readonly string[];
  /** The last message for this person; a new object each time. */
  readonly notice: Notice | null;
  /** Not null once the meeting is over for this person. */
  readonly ended: EndReason | null;
}

export interface Reencoding {
  /** The hosts' choice for the room. */
  readonly policy: ReencodingPolicy;
  /** Null until the server has said so. */
  readonly available: boolean | null;
  /** What is missing, or why videos may have to wait; null when all is well. */
  readonly reason: string | null;
}

export interface HotStandby {
  /** The hosts' choice; `auto` follows the server. */
  readonly choice: 'off' | 'on' | 'auto';
  /** What comes of it for this person. */
  readonly state: HotStandbyState;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  /** The name comes from whoever invited this person, and stays. */
  readonly nameFixed: boolean;
  readonly role: Role;
  /** What this person may do now. */
  readonly grants: Grants;
  readonly isSelf: boolean;
  /** False while the server waits for this participant to come back. */
  readonly connected: boolean;
  readonly handRaisedAt: number | null;
  /** 0: no usable connection … 3: as good as it gets; null while nobody has measured. */
  readonly quality: number | null;
  readonly camera: PublishedMedia | null;
  readonly microphone: PublishedMedia | null;
  readonly screen: PublishedMedia | null;
  readonly screenAudio: PublishedMedia | null;
}

export interface PublishedMedia {
  readonly trackId: string;
  readonly muted: boolean;
  /** The hosts' choice for this video; null follows the room. */
  readonly reencodingWish: boolean | null;
  readonly reencoded: boolean;
  /** Whether its media came here. Whoever is not among the loudest is not heard. */
  readonly received: boolean;
  /** Shows or plays the track in the element, through every recovery, until the returned function is called. */
  attach(element: HTMLMediaElement): () => void;
}

export interface ChatLine {
  readonly id: string;
  readonly authorId: string;
  readonly name: string;
  readonly text: string;
  readonly at: number;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly own: boolean;
  readonly state: 'sent' | 'pending' | 'failed';
}

export interface Notice {
  readonly title: string;
  /** What to do, or that nothing needs doing. */
  readonly advice: string;
}

export type EndReason = 'left' | 'removed' | 'banned' | 'replaced' | 'expired' | 'roomClosed';

export type VideoSource = 'camera' | 'screen';

export type DeviceKind = 'microphone' | 'camera' | 'speaker';

export interface MeetingActions {
  setMicrophone(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  setScreenShare(on: boolean): Promise<void>;
  switchDevice(kind: DeviceKind, deviceId: string): Promise<void>;
  raiseHand(): Promise<void>;
  lowerHand(participantId: string): Promise<void>;
  rename(name: string): Promise<void>;

  /** Resolves when the message is in the outbox; the snapshot shows what becomes of it. */
  postChat(text: string): Promise<void>;
  retryChat(messageId: string): Promise<void>;
  discardChat(messageId: string): Promise<void>;
  editChat(messageId: string, text: string): Promise<void>;
  deleteChat(messageId: string): Promise<void>;
  loadEarlierChat(): Promise<void>;
  setTyping(typing: boolean): void;

  muteParticipant(participantId: string): Promise<void>;
  stopScreen(participantId: string): Promise<void>;
  setRole(participantId: string, role: Role): Promise<void>;
  /** Null ends it. */
  setSpotlight(participantId: string | null): Promise<void>;
  remove(participantId: string): Promise<void>;
  ban(participantId: string): Promise<void>;
  admit(participantId: string): Promise<void>;
  deny(participantId: string): Promise<void>;
  denyAll(): Promise<void>;
  unban(participantId: string): Promise<void>;
  /** Null makes the person follow the room. */
  setGrants(participantId: string, grants: Grants | null): Promise<void>;
  setRoomGrants(grants: Grants): Promise<void>;
  setLocked(locked: boolean): Promise<void>;
  setLobby(enabled: boolean): Promise<void>;
  setPassword(password: string | null): Promise<void>;
  setHotStandby(on: boolean): Promise<void>;
  setReencodingPolicy(policy: ReencodingPolicy): Promise<void>;
  /** Null follows the room. */
  setVideoReencoding(participantId: string, video: VideoSource, wanted: boolean | null): Promise<void>;
  closeRoom(): Promise<void>;

  /** Tells the server which tracks matter most to this person. */
  setPinned(trackId: string, pinned: boolean): void;
  /** Videos that may be shown next. */
  setNear(trackIds: readonly string[]): void;

  leave(): Promise<void>;
}
