/** The client of Everroom: framework-free, for browsers, and for Node with a WebRTC implementation. */
export { grantsOf } from '../core/room/queries.ts';
export { CHAT_LENGTH } from '../core/room/rules/input.ts';
export type {
  Ban,
  ChatMessage,
  Grants,
  LobbyEntry,
  Participant as ParticipantRecord,
  ReencodingPolicy,
  Role,
  RoomState,
  Track as TrackRecord,
  TrackKind,
  TrackSource,
} from '../core/room/state.ts';
export type { ErrorCode } from '../signaling/protocol/errors.ts';
export type { View } from '../signaling/protocol/shapes.ts';
export { CommandTimedOut, ConnectError, type ConnectFailure, ConnectionLost, RequestRefused } from './errors.ts';
export type { CaptureOptions, DeviceAccess } from './media/devices.ts';
export type { PublishOptions, VideoCodec } from './media/encodings.ts';
export type { LocalTrack } from './media/LocalTrack.ts';
export type { MediaBlocked } from './media/MediaPathWatch.ts';
export type { RemoteTrack } from './media/RemoteTrack.ts';
export type { HotStandbyState } from './media/standby/HotStandby.ts';
export { type ConnectOptions, Room, type RoomOptions } from './Room.ts';
export type { LocalParticipant, PublishTrackOptions } from './room/LocalParticipant.ts';
export { Participant, RemoteParticipant, TrackPublication } from './room/participants.ts';
export type {
  ChatEntry,
  Departure,
  DisconnectReason,
  ReencodingAvailability,
  RoomConnectionState,
  RoomEvents,
} from './room/RoomEvents.ts';
export { type KeyValueStorage, MemoryStorage } from './storage.ts';
