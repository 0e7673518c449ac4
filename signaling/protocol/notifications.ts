import { z } from 'zod';
import { Commit, Room } from './record.ts';
import { ExpectedMedia, IceServer, Id, RtpParameters, TrackKind, TrackSource, TransportPair } from './shapes.ts';

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

/** `allBusy` only makes further tracks wait; with the others, no track can be reencoded. */
export const ReencodingHindrance = z.enum(['noneRuns', 'noEngine', 'stopping', 'allBusy']);
export type ReencodingHindrance = z.infer<typeof ReencodingHindrance>;

/**
 * A client's acknowledgement of `consumersOpened`. `tellsShown`: it requests `shown`, and the server leaves the
 * consumer before flowing until then. Older clients acknowledge with nothing: the server gives them half a
 * second.
 */
export const ConsumersTaken = z.object({ tellsShown: z.boolean().optional() });
export type ConsumersTaken = z.infer<typeof ConsumersTaken>;

/**
 * The messages that a server sends unasked. Socket.io event name = key. Only `consumersOpened` and `moveTo` are
 * acknowledged.
 */
export const notifications = {
  committed: Commit,
  /**
   * The room as of `version`, instead of the commit that made this participant a host or ended that: it now sees more,
   * or less.
   */
  refreshed: z.object({
    version: z.number().int(),
    commitId: z.string().optional(),
    room: Room,
    earlierChat: z.boolean().default(false),
  }),
  /** Commits cannot bring the copy of the room up to date: resume. */
  outOfDate: z.object({}),
  /**
   * The client acknowledges it with `ConsumersTaken` once all of them are set up; media flows only then. A track may
   * come as several consumers, all paused but one, except during a switch: show the one that was opened or resumed
   * last.
   */
  consumersOpened: z.object({ consumers: z.array(ConsumerOffer) }),
  consumersClosed: z.object({ consumerIds: z.array(Id) }),
  consumersPaused: z.object({ changes: z.array(z.object({ consumerId: Id, paused: z.boolean() })) }),
  /** -1 if nobody watches. The publisher stops encoding the spatial layers above it. */
  layersWanted: z.object({ trackId: Id, maxSpatialLayer: z.number().int().min(-1).max(2) }),
  /** Loudest first. */
  activeSpeakers: z.object({ speakers: z.array(z.object({ participantId: Id, volumeDbov: z.number() })) }),
  /** From 0 (no usable connection) to 3 (as good as it gets). */
  connectionQuality: z.object({ participantId: Id, quality: z.number().int().min(0).max(3) }),
  /**
   * Whether tracks can be reencoded here now. `hindrance` is what is missing, or what tracks wait for; `reason` says it
   * in English, with what to do. `trackIds`: the tracks that viewers receive reencoded. Sent on entering, and on
   * change.
   */
  reencodingStatus: z.object({
    available: z.boolean(),
    hindrance: ReencodingHindrance.nullable().optional(),
    reason: z.string().nullable(),
    trackIds: z.array(Id),
  }),
  /**
   * Where the client may stand by (`standBy`), best first; sent when it changes. Empty: nowhere, and what stands by
   * ends. `hotStandby`: what comes of the room's wish, which the operator may forbid.
   */
  standbyPlaces: z.object({ urls: z.array(z.string()), hotStandby: z.enum(['off', 'forbidden', 'on']).optional() }),
  /**
   * The transports died with their worker; the connection is fine. With `renewed`, for clients that asked for it
   * (`renews`), here are others, and the server opens the `expected` producers meanwhile, judged by those that died.
   * Without it: `openMedia`, and produce again.
   */
  mediaLost: z.object({
    renewed: z
      .object({ transports: TransportPair, expected: z.array(ExpectedMedia), iceServers: z.array(IceServer) })
      .optional(),
  }),
  /**
   * This session is over and must not be resumed automatically. `replaced` comes a second after a newer session began:
   * a client that came back over another connection has closed this one by then.
   */
  sessionEnded: z.object({ reason: z.enum(['replaced', 'removed', 'banned', 'expired', 'left', 'roomClosed']) }),
  /**
   * This node is about to be stopped: resume at one of `nodes` (base URLs; one may be this node's own, where another
   * process listens by now) over a second connection. A client that will do so acknowledges it and leaves this
   * connection open. Then this node keeps the old media, until the client's `settled` and those of all others in the
   * room, for at most `withinMs`; the connection ends with them.
   */
  moveTo: z.object({ nodes: z.array(z.string()).min(1), withinMs: z.number().int().positive() }),
  lobbyDecided: z.object({ admitted: z.boolean() }),
  reacted: z.object({ participantId: Id, emoji: z.string() }),
  typing: z.object({ participantId: Id, typing: z.boolean() }),
} as const;

export type NotificationName = keyof typeof notifications;
export type NotificationBody<N extends NotificationName> = z.infer<(typeof notifications)[N]>;
