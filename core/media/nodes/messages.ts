import { z } from 'zod';

/** What the nodes that hold a room say to each other about its media. Each checks what arrives. */

const Id = z.string().min(1).max(128);
const Ids = z.array(Id).max(10_000);

/** Named by the first word of what they are about: a room, or a track that crosses. */
export const TOPICS = {
  holds: 'room.holds',
  offers: 'room.offers',
  demand: 'room.demand',
  pull: 'track.pull',
  drop: 'track.drop',
  ended: 'track.ended',
} as const;

/** Producers that go through one pipe. */
export const PipedTracks = z.object({ roomId: Id, pipeId: Id, producerIds: Ids });
export type PipedTracks = z.infer<typeof PipedTracks>;

/**
 * The teller has the room's media open, or no longer. `twins`: what it has from the node that it tells. It wants to
 * hear what that node offers.
 */
export const RoomHolds = z.object({
  roomId: Id,
  holds: z.boolean(),
  twins: z.array(PipedTracks.omit({ roomId: true })).max(1_000),
});
export type RoomHolds = z.infer<typeof RoomHolds>;

export const Offer = z.object({
  producerId: Id,
  trackId: Id,
  participantId: Id,
  /** A pipe goes to one router. */
  routerId: Id,
  phase: z.enum(['source', 'warming', 'ready', 'leaving']),
  layers: z.object({
    heights: z.array(z.number().int().min(0).max(16_384)).max(8),
    temporalLayers: z.number().int().min(1).max(8),
  }),
});
export type Offer = z.infer<typeof Offer>;

/** What the teller's producers are since it last told. `reset`: there are no others. `more`: another part follows. */
export const RoomOffers = z.object({
  roomId: Id,
  reset: z.boolean(),
  more: z.boolean(),
  offered: z.array(Offer).max(1_000),
  gone: Ids,
});
export type RoomOffers = z.infer<typeof RoomOffers>;

/**
 * What the teller's viewers want of a producer now: its highest layer, -1 if nobody watches. `unreceivable`: somebody's
 * device cannot receive it.
 */
export const Demand = z.object({
  producerId: Id,
  maxSpatialLayer: z.number().int().min(-1).max(8),
  unreceivable: z.boolean(),
});
export type Demand = z.infer<typeof Demand>;

/** What has changed of the demand since the teller last told. */
export const RoomDemand = z.object({ roomId: Id, wanted: z.array(Demand).max(1_000) });
export type RoomDemand = z.infer<typeof RoomDemand>;

/** Where one end of a pipe takes media, and the key with which it encrypts its own. */
export const PipeAddress = z.object({
  address: z.union([z.ipv4(), z.ipv6()]),
  port: z.number().int().min(1).max(65_535),
  srtp: z.object({ cryptoSuite: z.literal('AEAD_AES_256_GCM'), keyBase64: z.base64().max(128) }),
});
export type PipeAddress = z.infer<typeof PipeAddress>;

/** Asks for a producer's media. The pipe is opened if there is none of this id. */
export const PullRequest = z.object({ roomId: Id, producerId: Id, pipeId: Id, from: PipeAddress });
export type PullRequest = z.infer<typeof PullRequest>;

export const PullAnswer = z.object({
  to: PipeAddress,
  kind: z.enum(['audio', 'video']),
  /** mediasoup checks them. */
  rtpParameters: z.looseObject({ codecs: z.array(z.unknown()).min(1) }),
});
export type PullAnswer = z.infer<typeof PullAnswer>;

/** Why a node refuses a pull. */
export type PullRefusal = 'ROOM_NOT_HELD' | 'TRACK_GONE' | 'NO_MEDIA_PATH' | 'MEDIA_UNAVAILABLE';
