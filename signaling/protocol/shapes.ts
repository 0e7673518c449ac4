import { z } from 'zod';

/** The words that requests and notifications share. Times are ms since the epoch. */

export const Id = z.string().min(1).max(128);
export const Role = z.enum(['host', 'member', 'guest']);
export const TrackSource = z.enum(['camera', 'microphone', 'screen', 'screenAudio']);
export const TrackKind = z.enum(['audio', 'video']);
export type Role = z.infer<typeof Role>;
export type TrackSource = z.infer<typeof TrackSource>;
export type TrackKind = z.infer<typeof TrackKind>;

/** What somebody may do; hosts may do everything. Without `unmute`, muted sound stays muted until a host gives it. */
export const Grants = z.object({
  sources: z.array(TrackSource).max(4).default(['camera', 'microphone', 'screen', 'screenAudio']),
  chat: z.boolean().default(true),
  unmute: z.boolean().default(true),
});
export type Grants = z.infer<typeof Grants>;

/** Random, kept by the browser: the same in all its tabs. Servers keep a hash. */
export const Device = z.string().min(16).max(64);

export const ReencodingPolicy = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('off') }),
  z.object({ mode: z.literal('on') }),
  z.object({ mode: z.literal('auto'), viewers: z.number().int().min(1).max(10_000) }),
]);
export type ReencodingPolicy = z.infer<typeof ReencodingPolicy>;

/** Whether clients keep a second place ready; auto: as the server's own setting says. */
export const HotStandby = z.enum(['off', 'on', 'auto']);
export type HotStandby = z.infer<typeof HotStandby>;

/** How a host shows the meeting to everybody. */
export const RoomLayout = z.enum(['tiles', 'speaker', 'presentation']);

/** What may be shared: bytes of one file and of all in the room, media types such as `image/*`, bytes of a request. */
export const FileLimits = z.object({
  maxBytes: z.number(),
  roomBytes: z.number(),
  types: z.array(z.string()),
  chunkBytes: z.number(),
});
export type FileLimits = z.infer<typeof FileLimits>;

const most = z.number().int().min(1).max(10_000).nullable();

/**
 * The most that each viewer receives, besides what it pinned: cameras, microphones and screens of the last speakers,
 * and the tiles of a page. Null: as many as the server sends; where both set a bound, the lower one holds.
 */
export const MediaBounds = z.object({
  pageSize: z.number().int().min(1).max(49).nullable(),
  lastN: most,
  loudestN: most,
  lastScreens: most,
});

/** mediasoup and the browser check it in depth; here it is only an object of bounded size (payload limit). */
const rtc = z.looseObject({});

export const RtpCapabilities = rtc;
export const RtpParameters = rtc;
export const DtlsParameters = rtc;
export const IceParameters = rtc;

export const TransportOffer = z.object({
  id: Id,
  iceParameters: rtc,
  iceCandidates: z.array(rtc),
  dtlsParameters: rtc,
});
export type TransportOffer = z.infer<typeof TransportOffer>;

/**
 * Media that a client will send on the transports it asks for: a track of the record, identified by `mid` and `rid`,
 * since its SSRCs are not known yet.
 */
export const ExpectedMedia = z.object({ trackId: Id, rtpParameters: RtpParameters });
export type ExpectedMedia = z.infer<typeof ExpectedMedia>;

export const TransportPair = z.object({
  send: TransportOffer,
  recv: TransportOffer,
  /** Tracks of `expected` that have their producers: call `produce` for them only if they turn out otherwise. */
  producing: z.array(Id).default([]),
});
export type TransportPair = z.infer<typeof TransportPair>;

export const IceServer = z.object({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
});

/**
 * The client's view: one entry for each visible tile, sizes in device pixels. Tracks without an entry are not visible.
 * `near`: the ids of tracks that may be shown next, the likeliest first, such as those of the next page. A client that
 * names them, or none, gets a track that it shows as soon as it says so; to one without `near`, the server sends what
 * it might show, paused.
 * `declined`: the ids of tracks of which the server sends nothing, neither picture nor sound. Servers before this field
 * go by `tiles` alone.
 */
export const View = z.object({
  tiles: z
    .array(
      z.object({
        trackId: Id,
        width: z.number().int().min(0).max(16_384),
        height: z.number().int().min(0).max(16_384),
        pinned: z.boolean(),
      }),
    )
    .max(500),
  near: z.array(Id).max(500).optional(),
  declined: z.array(Id).max(500).optional(),
});
export type View = z.infer<typeof View>;
