/** The client of Everroom: framework-free, for browsers, and for Node with a WebRTC implementation. */
export type { AttendanceReport } from '../core/room/attendance.ts';
export { type AttendanceWords, toAttendanceCsv } from '../core/room/attendanceCsv.ts';
export { type BreakoutPlace, type BreakoutRoom, type Breakouts, MAX_BREAKOUTS } from '../core/room/breakouts.ts';
export { MAX_POLL_OPTIONS } from '../core/room/polls.ts';
export { areSameGrants, grantsOf } from '../core/room/queries.ts';
export { CHAT_LENGTH } from '../core/room/rules/input.ts';
export type {
  Ban,
  ChatMessage,
  Grants,
  LobbyEntry,
  MediaBounds,
  Participant as ParticipantRecord,
  Poll,
  ReencodingPolicy,
  Role,
  RoomLayout,
  RoomState,
  SharedFile,
  Track as TrackRecord,
  TrackKind,
  TrackSource,
  Vote,
} from '../core/room/state.ts';
export { MAX_SPOTLIT } from '../core/room/state.ts';
export type { ErrorCode } from '../signaling/protocol/errors.ts';
export type { FileLimits, View } from '../signaling/protocol/shapes.ts';
export { canResume } from './canResume.ts';
export type { ChatOptions } from './chat/RoomChat.ts';
export type { GetJoinToken, JoinTokenWanted } from './connection/JoinTokens.ts';
export type { Recovery } from './connection/RecoveryLog.ts';
export { CommandTimedOut, ConnectError, type ConnectFailure, ConnectionLost, RequestRefused } from './errors.ts';
export type { FileContent } from './files/FileUpload.ts';
export type { FileUpload, SendOptions } from './files/RoomFiles.ts';
export type { ConnectionReport } from './media/connectionReport.ts';
export type { CaptureOptions, DeviceAccess } from './media/devices.ts';
export type { PublishOptions, ScreenContent, VideoCodec } from './media/encodings.ts';
export { type Facing, facingOf, facingOfLabel, oppositeOf } from './media/facing.ts';
export type { LocalTrack } from './media/LocalTrack.ts';
export type { MediaBlocked } from './media/MediaPathWatch.ts';
export type { RemoteTrack } from './media/RemoteTrack.ts';
export type { HotStandbyState } from './media/standby/HotStandby.ts';
export type { TrackProcessor } from './media/TrackProcessor.ts';
export type { Through } from './media/through.ts';
export { Room } from './Room.ts';
export type { ConnectOptions, RoomOptions } from './RoomOptions.ts';
export type { LocalParticipant, PublishTrackOptions } from './room/LocalParticipant.ts';
export { Participant, RemoteParticipant, type SoundSource, TrackPublication } from './room/participants.ts';
export { assignedAtRandom, type NewBreakouts } from './room/RoomBreakouts.ts';
export type {
  ChatEntry,
  Departure,
  DisconnectReason,
  ReencodingAvailability,
  RoomConnectionState,
  RoomEvents,
} from './room/RoomEvents.ts';
export type { NewPoll } from './room/RoomPolls.ts';
export { type KeyValueStorage, MemoryStorage } from './storage.ts';
