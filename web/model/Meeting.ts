import type {
  Ban,
  ChatOptions,
  ConnectionReport,
  FileLimits,
  FileUpload,
  Grants,
  HotStandbyState,
  LobbyEntry,
  MediaBlocked,
  MediaBounds,
  Recovery,
  ReencodingAvailability,
  ReencodingPolicy,
  Role,
  ScreenContent,
  SharedFile,
  SoundSource,
} from '../../client/index.ts';
import type { Invited } from '../lib/invitation.ts';
import type { BreakoutActions, BreakoutsView } from './breakouts/breakouts.ts';
import type { EffectName, EffectStates } from './effects/Effects.ts';
import type { GrantChange } from './GrantChanges.ts';
import type { ForAll, HostingActions } from './hosting.ts';
import type { MicrophoneHint } from './MicrophoneJudge.ts';
import type { NotesActions } from './notes.ts';
import type { OwnRecordingState, RecordingActions } from './ownRecordings.ts';
import type { Poll, PollActions } from './polls.ts';
import type { Reaction } from './Reactions.ts';
import type { Absence } from './recovery.ts';

export { CHAT_LENGTH } from '../../client/index.ts';

export type {
  Absence,
  FileLimits,
  FileUpload,
  Grants,
  MediaBlocked,
  MediaBounds,
  Reaction,
  ReencodingPolicy,
  ScreenContent,
  SharedFile,
  SoundSource,
};

/**
 * A meeting as the page shows it. Components read snapshots and call actions; `RoomMeeting` is the one that speaks to
 * the server. Snapshots are immutable, and parts that did not change keep their identity.
 */
export interface Meeting {
  subscribe(listener: () => void): () => void;
  getSnapshot(): MeetingSnapshot;
  /** Actions reject with what went wrong; the page explains it (`describeError`). */
  readonly actions: MeetingActions;
  readonly connection: MeetingConnection;
}

/** What one room knows and does: not where else the person may be. */
export type OneRoom<T> = Omit<T, 'breakouts'>;

export interface MeetingConnection {
  /** Measures the connection; rates and losses are those since the last call. */
  measure(): Promise<ConnectionDetails>;
}

export interface ConnectionDetails extends ConnectionReport {
  /** The address of the server. */
  readonly node: string | null;
  readonly session: number | null;
  /** Of the room's journal. */
  readonly version: number;
}

export interface MeetingSnapshot {
  /** Of the meeting: its main room, wherever the person is. */
  readonly roomId: string;
  /** The room where the person is: the main room, or a breakout room. */
  readonly placeId: string;
  readonly name: string;
  readonly connection: 'connected' | 'reconnecting';
  /** While this person is cut off. */
  readonly absence: Absence | null;
  /** The ways to the server that media do not get through; null while they do. */
  readonly mediaBlocked: MediaBlocked | null;
  readonly locked: boolean;
  readonly lobbyEnabled: boolean;
  readonly passwordProtected: boolean;
  readonly invitation: Invited;
  readonly reencoding: Reencoding;
  readonly hotStandby: HotStandby;
  readonly forAll: ForAll;
  /** What the connection has got over in this stay, oldest first. */
  readonly recoveries: readonly Recovery[];
  readonly ownDevices: OwnDevices;
  /** What is done to the person's own picture and sound. */
  readonly effects: EffectStates;
  /** What is odd about the person's own microphone now. */
  readonly microphoneHint: MicrophoneHint | null;
  readonly mediaBounds: MediaBounds;
  /** The most tiles on a page. */
  readonly pageSize: number;
  /** The newest first. */
  readonly polls: readonly Poll[];
  /** How many updates the shared notes have. */
  readonly notesCount: number;
  /** Null while none are open. */
  readonly breakouts: BreakoutsView | null;
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
  /** Whether people may write to one another alone. */
  readonly privateChat: boolean;
  readonly recordingAllowed: boolean;
  readonly ownRecording: OwnRecordingState;
  /** Files that this person sends, the oldest first. */
  readonly uploads: readonly FileUpload[];
  /** What may be shared; null where nothing may. */
  readonly fileLimits: FileLimits | null;
  /** Participant ids, loudest first. */
  readonly speakers: readonly string[];
  /** When each participant was last heard (ms since the epoch). */
  readonly lastSpokeAt: ReadonlyMap<string, number>;
  /** Names of those who are writing. */
  readonly typing: readonly string[];
  /** Of the last moments, oldest first. */
  readonly reactions: readonly Reaction[];
  /** The last message for this person; a new object each time. */
  readonly notice: Notice | null;
  /** Not null once the meeting is over for this person. */
  readonly ended: EndReason | null;
}

/** The devices that are really in use; null for what is not open. */
export interface OwnDevices {
  readonly cameraId: string | null;
  readonly microphoneId: string | null;
  readonly microphone: MediaStreamTrack | null;
  /** On, though the room does not have them yet. */
  readonly coming: readonly ('camera' | 'microphone')[];
}

export interface Reencoding {
  /** The hosts' choice for the room. */
  readonly policy: ReencodingPolicy;
  /** Null until the server has said so. */
  readonly available: boolean | null;
  /** What is missing, or why videos may have to wait; null when all is well. */
  readonly hindrance: ReencodingAvailability['hindrance'];
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
  /** False while this person is cut off: what is shown of them is not live. */
  readonly connected: boolean;
  /** Null while connected. */
  readonly absence: Absence | null;
  readonly handRaisedAt: number | null;
  /** When a host asked this person to unmute; null once that is answered. */
  readonly unmuteAskedAt: number | null;
  /** Since when this person records the meeting; null while they do not. */
  readonly recordingSince: number | null;
  /** 0: no usable connection … 3: as good as it gets; null while nobody has measured. */
  readonly quality: number | null;
  readonly camera: PublishedMedia | null;
  readonly microphone: PublishedMedia | null;
  readonly screen: PublishedMedia | null;
  readonly screenAudio: PublishedMedia | null;
  /** How loud this person, and the sound of their screen, is played here: 0 to 1. */
  readonly volume: number;
  readonly screenVolume: number;
  /** This page's person does not watch their screen, and does not hear it. */
  readonly screenDeclined: boolean;
}

export interface PublishedMedia {
  readonly trackId: string;
  readonly muted: boolean;
  /** Its device gives nothing for the moment. */
  readonly interrupted: boolean;
  /** One's own camera that looks away from oneself: its picture is not mirrored. */
  readonly rear?: boolean;
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
  /** The text is its name. */
  readonly file?: SharedFile;
  /** Whom a private message is for; without a name if that person left and nobody knows it any more. */
  readonly to?: { readonly id: string; readonly name: string };
  readonly reactions?: readonly { readonly emoji: string; readonly names: readonly string[]; readonly own: boolean }[];
  /** What it answers; without a name and text if that is not here. */
  readonly quote?: { readonly id: string; readonly name: string; readonly text: string };
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
  /** From the front camera to the rear one, or back. */
  flipCamera(): Promise<void>;
  /** Turns it on or off; the snapshot shows what becomes of it. */
  setEffect(name: EffectName, wanted: boolean): void;
  raiseHand(): Promise<void>;
  lowerHand(participantId: string): Promise<void>;
  rename(name: string): Promise<void>;

  /** Resolves when the message is in the outbox; the snapshot shows what becomes of it. */
  postChat(text: string, options?: ChatOptions): Promise<void>;
  retryChat(messageId: string): Promise<void>;
  discardChat(messageId: string): Promise<void>;
  editChat(messageId: string, text: string): Promise<void>;
  deleteChat(messageId: string): Promise<void>;
  reactToMessage(messageId: string, emoji: string, on: boolean): Promise<void>;
  loadEarlierChat(): Promise<void>;
  /** Begins to send them; the snapshot shows what becomes of them. Rejects if one would not be taken. */
  sendFiles(files: readonly File[]): Promise<void>;
  retryUpload(id: string): void;
  cancelUpload(id: string): void;
  /** Resolves with an address that is good for a minute. */
  linkToFile(fileId: string): Promise<string>;
  setTyping(typing: boolean): void;

  muteParticipant(participantId: string): Promise<void>;
  stopScreen(participantId: string): Promise<void>;
  setRole(participantId: string, role: Role): Promise<void>;
  remove(participantId: string): Promise<void>;
  ban(participantId: string): Promise<void>;
  admit(participantId: string): Promise<void>;
  deny(participantId: string): Promise<void>;
  denyAll(): Promise<void>;
  unban(participantId: string): Promise<void>;
  /** Whoever may do what the room says follows the room from then on. */
  setGrants(participantId: string, change: GrantChange): Promise<void>;
  setRoomGrants(change: GrantChange): Promise<void>;
  setLocked(locked: boolean): Promise<void>;
  setLobby(enabled: boolean): Promise<void>;
  setPassword(password: string | null): Promise<void>;
  setPrivateChat(allowed: boolean): Promise<void>;
  setHotStandby(on: boolean): Promise<void>;
  setReencodingPolicy(policy: ReencodingPolicy): Promise<void>;
  setMediaBounds(bounds: Partial<MediaBounds>): Promise<void>;
  /** Null follows the room. */
  setVideoReencoding(participantId: string, video: VideoSource, wanted: boolean | null): Promise<void>;
  closeRoom(): Promise<void>;
  readonly hosting: HostingActions;
  readonly polls: PollActions;
  readonly notes: NotesActions;
  readonly breakouts: BreakoutActions;
  readonly recording: RecordingActions;

  /** Tells the server which tracks matter most to this person. */
  setPinned(trackId: string, pinned: boolean): void;
  /** Videos that may be shown next. */
  setNear(trackIds: readonly string[]): void;

  react(emoji: string): Promise<void>;
  /** Sets how loud this page plays a person or the sound of their screen, and remembers it. */
  setVolume(participantId: string, source: SoundSource, volume: number): void;
  /** Ends or resumes watching somebody's screen. */
  declineScreen(participantId: string, declined: boolean): void;
  /** Device pixels that pictures of others have at most: 0 for none, null for what fits. */
  limitPictures(maxHeight: number | null): void;
  /** What the shared screen shows: text that stays sharp, or moving pictures that stay fluent. */
  setScreenContent(content: ScreenContent): Promise<void>;

  leave(): Promise<void>;
}
