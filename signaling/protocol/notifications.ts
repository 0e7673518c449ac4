import { z } from 'zod';
import {
  ChatMessageView,
  Id,
  KnockView,
  ParticipantView,
  ReencodingPolicy,
  Role,
  RtpParameters,
  TrackKind,
  TrackSource,
  TrackView,
} from './shapes.ts';

/** One fact of the room, as participants hear it. Named after the journal's event; secrets and node ids are left out. */
export const Change = z.discriminatedUnion('type', [
  z.object({ type: z.literal('participantJoined'), participant: ParticipantView }),
  z.object({ type: z.literal('participantResumed'), participantId: Id }),
  z.object({ type: z.literal('participantDisconnected'), participantId: Id }),
  z.object({
    type: z.literal('participantGone'),
    participantId: Id,
    departure: z.enum(['left', 'expired', 'removed', 'banned']),
  }),
  z.object({ type: z.literal('participantRenamed'), participantId: Id, name: z.string() }),
  z.object({ type: z.literal('roleChanged'), participantId: Id, role: Role }),
  z.object({ type: z.literal('handRaised'), participantId: Id, at: z.number() }),
  z.object({ type: z.literal('handLowered'), participantId: Id }),
  z.object({ type: z.literal('trackPublished'), participantId: Id, track: TrackView }),
  z.object({ type: z.literal('trackMuted'), participantId: Id, trackId: Id, byHost: z.boolean() }),
  z.object({ type: z.literal('trackUnmuted'), participantId: Id, trackId: Id }),
  z.object({ type: z.literal('trackUnpublished'), participantId: Id, trackId: Id, byHost: z.boolean() }),
  z.object({
    type: z.literal('trackReencodingWished'),
    participantId: Id,
    trackId: Id,
    wanted: z.boolean().nullable(),
  }),
  z.object({ type: z.literal('chatPosted'), message: ChatMessageView }),
  z.object({ type: z.literal('chatEdited'), messageId: Id, text: z.string(), at: z.number() }),
  z.object({ type: z.literal('chatDeleted'), messageId: Id, at: z.number() }),
  // The lobby and the banned are hosts' business: others never receive these five.
  z.object({ type: z.literal('participantKnocked'), knock: KnockView }),
  z.object({ type: z.literal('knockWithdrawn'), participantId: Id }),
  z.object({ type: z.literal('participantAdmitted'), participantId: Id }),
  z.object({ type: z.literal('participantDenied'), participantId: Id }),
  z.object({ type: z.literal('participantBanned'), participantId: Id }),
  z.object({ type: z.literal('participantUnbanned'), participantId: Id }),
  z.object({ type: z.literal('roomRenamed'), name: z.string() }),
  z.object({ type: z.literal('lockChanged'), locked: z.boolean() }),
  z.object({ type: z.literal('lobbyChanged'), enabled: z.boolean() }),
  z.object({ type: z.literal('passwordChanged'), protected: z.boolean() }),
  z.object({ type: z.literal('capacityChanged'), capacity: z.number() }),
  z.object({ type: z.literal('reencodingPolicyChanged'), policy: ReencodingPolicy }),
  z.object({ type: z.literal('recordingWished'), wanted: z.boolean() }),
  z.object({ type: z.literal('roomClosed') }),
]);
export type Change = z.infer<typeof Change>;

/**
 * One commit of the room. Versions come without a gap (a commit with nothing for this participant has no changes), so
 * that a client knows what it missed. `commandId` lets a client recognise its own doing.
 */
export const Commit = z.object({
  version: z.number().int(),
  commandId: Id,
  changes: z.array(Change),
});
export type Commit = z.infer<typeof Commit>;

export const ConsumerOffer = z.object({
  consumerId: Id,
  producerId: Id,
  publisherId: Id,
  trackId: Id,
  source: TrackSource,
  kind: TrackKind,
  rtpParameters: RtpParameters,
  paused: z.boolean(),
});
export type ConsumerOffer = z.infer<typeof ConsumerOffer>;

/** What a server tells without being asked. Socket.io event name = key. Only `consumersOpened` is acknowledged. */
export const notifications = {
  committed: Commit,
  /** The copy of the room cannot be brought up to date by commits: resume. */
  outOfDate: z.object({}),
  /**
   * Acknowledged once all of them are in place at the client; media flows only then. A track that is reencoded is offered by several
   * consumers, all but one of them paused but for the moment of a switch: the one that was opened or resumed last is to be shown.
   */
  consumersOpened: z.object({ consumers: z.array(ConsumerOffer) }),
  consumersClosed: z.object({ consumerIds: z.array(Id) }),
  consumersPaused: z.object({ changes: z.array(z.object({ consumerId: Id, paused: z.boolean() })) }),
  /** -1: nobody watches. The publisher stops encoding spatial layers above it. */
  layersWanted: z.object({ trackId: Id, maxSpatialLayer: z.number().int().min(-1).max(2) }),
  /** Loudest first. */
  activeSpeakers: z.object({ speakers: z.array(z.object({ participantId: Id, volumeDbov: z.number() })) }),
  /** 0: no usable connection … 3: as good as it gets. */
  connectionQuality: z.object({ participantId: Id, quality: z.number().int().min(0).max(3) }),
  /**
   * Whether tracks can be reencoded here now; `reason` says to people what is missing, or what they wait for. `trackIds`: those that
   * viewers receive reencoded. Told on entering, and upon change.
   */
  reencodingStatus: z.object({ available: z.boolean(), reason: z.string().nullable(), trackIds: z.array(Id) }),
  /** The transports died with their worker: `openMedia` and produce again; the connection is fine. */
  mediaLost: z.object({}),
  /**
   * This session is over and must not be resumed by itself. `replaced` comes a second after a newer session began: a client
   * that came back over another connection has closed this one by then.
   */
  sessionEnded: z.object({ reason: z.enum(['replaced', 'removed', 'banned', 'expired', 'left', 'roomClosed']) }),
  lobbyDecided: z.object({ admitted: z.boolean() }),
  reacted: z.object({ participantId: Id, emoji: z.string() }),
  typing: z.object({ participantId: Id, typing: z.boolean() }),
} as const;

export type NotificationName = keyof typeof notifications;
export type NotificationBody<N extends NotificationName> = z.infer<(typeof notifications)[N]>;
