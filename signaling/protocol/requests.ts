import { z } from 'zod';
import { MAX_BREAKOUTS } from '../../core/room/breakouts.ts';
import { NOTES_UPDATE_LENGTH } from '../../core/room/notes.ts';
import { MAX_POLL_OPTIONS } from '../../core/room/polls.ts';
import { PREVIEW_LENGTH } from '../../core/room/rules/files.ts';
import { CHAT_LENGTH } from '../../core/room/rules/input.ts';
import { AttendanceReport } from './attendance.ts';
import type { WireError } from './errors.ts';
import { Chat, Commit, Room } from './record.ts';
import {
  Device,
  DtlsParameters,
  ExpectedMedia,
  FileLimits,
  Grants,
  HotStandby,
  IceParameters,
  IceServer,
  Id,
  MediaBounds,
  ReencodingPolicy,
  Role,
  RoomLayout,
  RtpCapabilities,
  RtpParameters,
  TrackSource,
  TransportPair,
  View,
} from './shapes.ts';

/**
 * A client's requests, each answered once by `Answer`. A request that changes the record carries a `commandId` that the
 * client chose: repeating it with the same id, on any node, changes nothing more. Socket.io event name = key.
 */

/**
 * `auth` of the socket.io connection. The token is a join token or a resume token. A refused connection gets
 * `connect_error` with a `WireError` in `error.data` (TOKEN_INVALID, TOKEN_EXPIRED, PROTOCOL_UNSUPPORTED, DRAINING, …).
 */
export const ConnectAuth = z.object({
  protocol: z.number().int(),
  token: z.string().max(4_096),
  /** Whether the client turns to the nodes that GO_TO names; to others this node is as good as any. */
  follows: z.boolean().optional(),
  /** The node that the client could not stay with, or not get into, and how it noticed. */
  left: z.object({ url: z.string().max(2_048), why: z.string().max(256) }).optional(),
  /** The client's session is elsewhere and stays there: it comes for `standBy`. */
  standby: z.boolean().optional(),
});
export type ConnectAuth = z.infer<typeof ConnectAuth>;

const command = { commandId: Id };
const none = z.object({});
const expected = z.array(ExpectedMedia).max(16);

/** The client takes the `renewed` transports of `mediaLost`. */
const renews = z.boolean().optional();
const name = z.string().max(256);
/** Room for what is trimmed: the room counts the characters that are left. */
const text = z.string().max(4 * CHAT_LENGTH);
const firstSent = z.object({ room: z.number(), newest: Id.nullable() });

/** `session` in a request: the newest session that this client had, so that the next one gets a higher number. */
const seen = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** The answer to joining or resuming. */
export const EntryAnswer = z.object({
  roomId: Id,
  participantId: Id,
  session: z.number().int(),
  /** Lets its holder resume as this participant on any node. */
  resumeToken: z.string(),
  /** The room as of `version` with the last messages of its chat; null when `missed` brings the copy up to date. */
  room: Room.nullable(),
  /** Whether the chat has messages before those in `room`: `chatBefore` brings them. */
  earlierChat: z.boolean().default(false),
  missed: z.array(Commit).nullable(),
  version: z.number().int(),
  /** The id of commit `version`; older servers do not send it. */
  commitId: z.string().optional(),
  serverTime: z.number(),
  /** The router's capabilities; the same on every node. */
  rtpCapabilities: RtpCapabilities,
  /** Present if the request had `rtpCapabilities`; otherwise `openMedia` returns them. */
  transports: TransportPair.nullable(),
  /** True if the transports of `standBy` are now those of this session, with all their producers and consumers. */
  promoted: z.boolean().optional(),
  iceServers: z.array(IceServer),
  /** Left out or null where no files are shared. */
  files: FileLimits.nullish(),
  /** How many tiles a page shows where the room does not say; older servers do not send it. */
  pageSize: z.number().int().optional(),
  /** Base URLs of the nodes to try when this one falls silent, best first; they include this node's own. */
  nodes: z.array(z.string()),
});
export type EntryAnswer = z.infer<typeof EntryAnswer>;

/** The ICE servers of the entry, with new credentials; older servers do not send them again. */
const iceServers = z.array(IceServer).optional();

export const requests = {
  /** The first entry of a join token's holder, or a takeover from another tab. */
  join: {
    request: z.object({
      ...command,
      name,
      password: z.string().max(256).optional(),
      session: seen.optional(),
      device: Device.optional(),
      rtpCapabilities: RtpCapabilities.optional(),
      view: View.optional(),
      renews,
    }),
    response: EntryAnswer,
  },
  /**
   * Comes back after a lost connection with a resume token, or on the same connection after `outOfDate`. `version`: the
   * last commit that the client has seen, 0 for none; `commitId`: its id. The answer brings the whole room if that
   * commit was lost; without the id, such a loss may go unnoticed.
   */
  resume: {
    request: z.object({
      ...command,
      version: z.number().int().min(0),
      commitId: z.string().max(256).optional(),
      session: seen.optional(),
      device: Device.optional(),
      rtpCapabilities: RtpCapabilities.optional(),
      view: View.optional(),
      expected: expected.optional(),
      renews,
      promote: z.boolean().optional(),
    }),
    response: EntryAnswer,
  },
  /**
   * On a connection with a resume token and `standby`: transports, and soon consumers, for the participant whose
   * session is on another node. The requests of a session's media work on it; pictures are paused both ways, and
   * nothing of the room is told. `resume` with `promote` on the same connection makes them those of the next session.
   * Again: new ones.
   */
  standBy: {
    request: z.object({
      rtpCapabilities: RtpCapabilities,
      view: View.optional(),
      expected: expected.optional(),
    }),
    response: z.object({ transports: TransportPair, iceServers }),
  },
  /** Follows a `join` that was refused with LOBBY, on the same connection. */
  knock: { request: z.object({ ...command, name, device: Device.optional() }), response: none },
  leave: { request: z.object({ ...command }), response: none },

  /** Opens new transports, which replace those of this session. */
  openMedia: {
    request: z.object({
      rtpCapabilities: RtpCapabilities,
      view: View.optional(),
      expected: expected.optional(),
      renews,
    }),
    response: z.object({ transports: TransportPair, iceServers }),
  },
  connectTransport: { request: z.object({ transportId: Id, dtlsParameters: DtlsParameters }), response: none },
  restartIce: {
    request: z.object({ transportId: Id }),
    response: z.object({ iceParameters: IceParameters, iceServers }),
  },
  /** Starts the media on this node of a track that is in the record (`publish`). */
  produce: {
    request: z.object({ trackId: Id, rtpParameters: RtpParameters }),
    response: z.object({ producerId: Id }),
  },
  setView: { request: View, response: none },
  /** The client shows these consumers in place of others of their tracks, which may end: see `ConsumersTaken`. */
  shown: { request: z.object({ consumerIds: z.array(Id).max(1_000) }), response: none },

  publish: {
    request: z.object({ ...command, trackId: Id, source: TrackSource, muted: z.boolean() }),
    response: none,
  },
  unpublish: { request: z.object({ ...command, participantId: Id, trackId: Id }), response: none },
  setTrackMuted: {
    request: z.object({ ...command, participantId: Id, trackId: Id, muted: z.boolean() }),
    response: none,
  },
  /** Whether the device behind a track of one's own gives nothing for the moment. */
  setTrackInterrupted: { request: z.object({ ...command, trackId: Id, interrupted: z.boolean() }), response: none },

  /**
   * `to`: only this participant and the sender see it; `replyTo`: the message that it answers; `announcement`: a host
   * says it to everybody, in breakout rooms too.
   * With the same `firstSent` in every attempt, the room refuses a message if it cannot tell whether it has it. */
  postChat: {
    request: z.object({
      ...command,
      messageId: Id,
      text,
      firstSent: firstSent.optional(),
      to: Id.optional(),
      replyTo: Id.optional(),
      announcement: z.boolean().optional(),
    }),
    response: none,
  },
  /**
   * Posts a file that was sent to `/files` (tus protocol; `Authorization: Bearer` with the resume token). `preview`: a
   * small JPEG as base64.
   */
  shareFile: {
    request: z.object({ ...command, messageId: Id, fileId: Id, preview: z.string().max(PREVIEW_LENGTH).optional() }),
    response: none,
  },
  /** An address, relative to this node's, at which the file can be read for a minute. */
  fileLink: { request: z.object({ fileId: Id }), response: z.object({ url: z.string() }) },
  editChat: { request: z.object({ ...command, messageId: Id, text }), response: none },
  /** The messages before this one, oldest first; `more` if there are earlier ones still. */
  chatBefore: { request: z.object({ messageId: Id }), response: z.object({ messages: Chat, more: z.boolean() }) },
  /** Puts an emoji on a message that the room keeps, or takes it back. */
  reactToMessage: {
    request: z.object({ ...command, messageId: Id, emoji: z.string().min(1).max(64), on: z.boolean() }),
    response: none,
  },
  deleteChat: { request: z.object({ ...command, messageId: Id }), response: none },

  raiseHand: { request: z.object({ ...command }), response: none },
  lowerHand: { request: z.object({ ...command, participantId: Id }), response: none },
  rename: { request: z.object({ ...command, name }), response: none },
  /** The participant's page records from the answer on; everybody sees it in the record. */
  beginRecording: { request: z.object({ ...command }), response: none },
  endRecording: { request: z.object({ ...command, participantId: Id }), response: none },

  setRole: { request: z.object({ ...command, participantId: Id, role: Role }), response: none },
  /** `others`: shown large beside that person. */
  setSpotlight: {
    request: z.object({ ...command, participantId: Id.nullable(), others: z.array(Id).max(16).optional() }),
    response: none,
  },
  setLayout: { request: z.object({ ...command, layout: RoomLayout.nullable() }), response: none },
  setPrivateChat: { request: z.object({ ...command, privateChat: z.boolean() }), response: none },
  /** Forbidding recordings ends those that run. */
  setRecordingAllowed: { request: z.object({ ...command, recordingAllowed: z.boolean() }), response: none },
  setFilesAllowed: { request: z.object({ ...command, filesAllowed: z.boolean() }), response: none },
  setGuests: { request: z.object({ ...command, guests: z.boolean() }), response: none },
  setJoinMuted: { request: z.object({ ...command, joinMuted: z.boolean() }), response: none },
  muteAll: { request: z.object({ ...command }), response: none },
  openPoll: {
    request: z.object({
      ...command,
      pollId: Id,
      question: z.string().max(1_200),
      options: z.array(z.string().max(400)).max(MAX_POLL_OPTIONS),
      multiple: z.boolean(),
      anonymous: z.boolean(),
      live: z.boolean(),
    }),
    response: none,
  },
  /** In place of the former vote; no choice takes that back. */
  castVote: {
    request: z.object({ ...command, pollId: Id, choices: z.array(z.number().int()).max(MAX_POLL_OPTIONS) }),
    response: none,
  },
  /** `update`: of Yjs, in base64. Everybody hears only that there is one more. */
  editNotes: { request: z.object({ ...command, update: z.string().min(1).max(NOTES_UPDATE_LENGTH) }), response: none },
  /**
   * The updates after the first `seen`, or more than these, in the order in which they came; `count` of them there
   * are.
   */
  notesAfter: {
    request: z.object({ seen: z.number().int().min(0) }),
    response: z.object({ count: z.number(), updates: z.array(z.string()).readonly() }),
  },
  closePoll: { request: z.object({ ...command, pollId: Id }), response: none },
  removePoll: { request: z.object({ ...command, pollId: Id }), response: none },
  /** What the participant voted in polls that are open: the record does not show every vote. */
  ownVotes: {
    request: none,
    response: z.object({
      votes: z.array(z.object({ pollId: Id, choices: z.array(z.number()).readonly() })),
    }),
  },
  /** The participant answers by unmuting, or with `declineUnmute`. */
  askToUnmute: { request: z.object({ ...command, participantId: Id }), response: none },
  declineUnmute: { request: z.object({ ...command, participantId: Id }), response: none },
  renameRoom: { request: z.object({ ...command, name }), response: none },
  setLocked: { request: z.object({ ...command, locked: z.boolean() }), response: none },
  setLobby: { request: z.object({ ...command, lobby: z.boolean() }), response: none },
  setPassword: { request: z.object({ ...command, password: z.string().max(256).nullable() }), response: none },
  setCapacity: { request: z.object({ ...command, capacity: z.number().int() }), response: none },
  admit: { request: z.object({ ...command, participantId: Id }), response: none },
  deny: { request: z.object({ ...command, participantId: Id }), response: none },
  denyAll: { request: z.object({ ...command }), response: none },
  /** Null makes the participant follow the room. */
  setGrants: {
    request: z.object({ ...command, participantId: Id, grants: Grants.nullable() }),
    response: none,
  },
  setRoomGrants: { request: z.object({ ...command, grants: Grants }), response: none },
  remove: { request: z.object({ ...command, participantId: Id }), response: none },
  ban: { request: z.object({ ...command, participantId: Id }), response: none },
  unban: { request: z.object({ ...command, participantId: Id }), response: none },
  setReencodingPolicy: { request: z.object({ ...command, policy: ReencodingPolicy }), response: none },
  setHotStandby: { request: z.object({ ...command, hotStandby: HotStandby }), response: none },
  /** `room` is the place of a name in `names`; `durationMs`: null for until a host ends them. */
  openBreakouts: {
    request: z.object({
      ...command,
      names: z.array(name).min(1).max(MAX_BREAKOUTS),
      free: z.boolean(),
      durationMs: z.number().int().nullable(),
      assigned: z.array(z.object({ participantId: Id, room: z.number().int().min(0) })).max(2_000),
    }),
    response: none,
  },
  setBreakoutsEnd: { request: z.object({ ...command, endsAt: z.number().int().nullable() }), response: none },
  endBreakouts: { request: z.object({ ...command }), response: none },
  assignBreakout: { request: z.object({ ...command, participantId: Id, roomId: Id.nullable() }), response: none },
  /** Records that the person is in this breakout room, and gives a token that lets them join it now. */
  enterBreakout: {
    request: z.object({ ...command, roomId: Id }),
    response: z.object({ roomId: Id, token: z.string() }),
  },
  leaveBreakout: { request: z.object({ ...command }), response: none },
  /** What is left out stays. */
  setMediaBounds: { request: z.object({ ...command, bounds: MediaBounds.partial() }), response: none },
  setTrackReencoding: {
    request: z.object({ ...command, participantId: Id, trackId: Id, wanted: z.boolean().nullable() }),
    response: none,
  },
  /** For hosts: who was there, and when. */
  attendance: { request: none, response: AttendanceReport },
  closeRoom: { request: z.object({ ...command }), response: none },

  /** Over the old connection, after `moveTo`: this client receives everything through its new node. */
  settled: { request: z.object({}), response: none },

  /** A momentary signal: sent to those who are there, never journalled. */
  react: { request: z.object({ emoji: z.string().min(1).max(16) }), response: none },
  setTyping: { request: z.object({ typing: z.boolean() }), response: none },
  /** A sign of life; answered at once. */
  ping: { request: z.object({}), response: z.object({ serverTime: z.number() }) },
} as const;

export type RequestName = keyof typeof requests;
export type RequestBody<N extends RequestName> = z.infer<(typeof requests)[N]['request']>;
export type ResponseBody<N extends RequestName> = z.infer<(typeof requests)[N]['response']>;

export type Answer<N extends RequestName> =
  | { readonly ok: true; readonly result: ResponseBody<N> }
  | { readonly ok: false; readonly error: WireError };
