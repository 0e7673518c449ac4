import { z } from 'zod';

/**
 * The protocol of node and sidecar: the job that waits in the queue, and the messages of the channel that the sidecar
 * opens to the node. Both sides check what arrives.
 */

const Id = z.string().min(1).max(128);
const Port = z.number().int().min(1).max(65_535);
const Ssrc = z.number().int().min(1).max(0xffff_ffff);
const PayloadType = z.number().int().min(0).max(127);
const Count = z.number().int().min(0);

export const InputCodec = z.enum(['VP8', 'VP9', 'H264']);
export type InputCodec = z.infer<typeof InputCodec>;
export const OutputCodec = z.enum(['VP8', 'H264']);
export type OutputCodec = z.infer<typeof OutputCodec>;
export const EngineName = z.enum(['libav', 'ffmpeg']);
export type EngineName = z.infer<typeof EngineName>;

/** Number of spatial layers that a sidecar makes. */
export const REENCODED_LAYERS = 3;

/**
 * One track to reencode, as it waits in the queue. `jobId` stands for the producer too: a publisher that came back has
 * another producer, and so another job. It holds no secret.
 */
export const ReencodingJob = z.object({
  jobId: Id,
  roomId: Id,
  participantId: Id,
  trackId: Id,
  /** The node of the producer. A restarted node has another id. */
  nodeId: Id,
  /** The URL at which sidecars reach that node. */
  nodeUrl: z.url(),
});
export type ReencodingJob = z.infer<typeof ReencodingJob>;

/** Why a sidecar's channel was refused: `data` of the client's connect_error. */
export const SidecarRefusal = z.object({
  code: z.enum([
    'HELLO_INVALID',
    'TOKEN_INVALID',
    'TOKEN_EXPIRED',
    /** The token is good, but another node answers here: the one that it names is gone. */
    'NODE_UNKNOWN',
    /** Too many others from the same address were refused: this one was not looked at. */
    'TOO_MANY_REQUESTS',
  ]),
  message: z.string(),
});
export type SidecarRefusal = z.infer<typeof SidecarRefusal>;

/** One sender's key: `keyBase64` is master key and salt as mediasoup writes them. */
export const SrtpKey = z.object({ cryptoSuite: z.literal('AEAD_AES_128_GCM'), keyBase64: z.base64().max(128) });
export type SrtpKey = z.infer<typeof SrtpKey>;

/** Sidecar → node, as its handshake's `auth`: `token` is signed with the secret that nodes and sidecars share. */
export const SidecarHello = z.object({ token: z.string().max(4_096), sidecarId: Id, name: z.string().max(64) });
export type SidecarHello = z.infer<typeof SidecarHello>;

/** Sidecar → node: "I work on this job; my sockets are open." Answered with AttachAnswer. */
export const AttachRequest = z.object({
  jobId: Id,
  /** Grows each time the queue hands the job out. An older attempt has lost the job. */
  attempt: Count,
  /** IP address of the sidecar's sockets. A loopback address says that both are on one host; any other gets SRTP. */
  address: z.union([z.ipv4(), z.ipv6()]),
  tapPort: Port,
  republishPort: Port,
  /** Keys that the sidecar sends with, one for each transport; required unless `address` is a loopback address. */
  srtp: z.object({ tap: SrtpKey, republish: SrtpKey }).nullable(),
  engine: EngineName,
  inputs: z.array(InputCodec).max(8),
  outputs: z.array(OutputCodec).max(8),
});
export type AttachRequest = z.infer<typeof AttachRequest>;

/** One end of a PlainTransport on the node. RTCP goes over the same port. */
export const PlainEnd = z.object({
  address: z.union([z.ipv4(), z.ipv6()]),
  port: Port,
  /** Key that the node sends with. */
  srtp: SrtpKey.nullable(),
});
export type PlainEnd = z.infer<typeof PlainEnd>;

export const LayerTarget = z.object({
  /** Whether anybody watches it. A layer that nobody watches is not encoded. */
  active: z.boolean(),
  bitrateBps: Count,
});
export type LayerTarget = z.infer<typeof LayerTarget>;

export const AttachAnswer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('attached'),
    /** The node sends the source's highest layer from here: nack, nack pli, ccm fir; no RTX. */
    tap: PlainEnd.extend({ codec: InputCodec, ssrc: Ssrc, payloadType: PayloadType }),
    /** The node receives the layers here, lowest first; nack, nack pli, ccm fir; no RTX. */
    republish: PlainEnd.extend({
      codec: OutputCodec,
      payloadType: PayloadType,
      /** The source's: lip sync hangs on it. */
      cname: z.string().max(255),
      layers: z
        .array(z.object({ ssrc: Ssrc, scaleDownBy: z.number().min(1).max(16) }))
        .min(1)
        .max(REENCODED_LAYERS),
    }),
    targets: z.array(LayerTarget),
    /** The track is muted: no input comes. */
    inputPaused: z.boolean(),
  }),
  /** No sidecar should work on this job: it is over, or a newer attempt has it. */
  z.object({ type: z.literal('unwanted'), reason: z.string() }),
  /** This sidecar cannot do it (codec, no media path); another one may. */
  z.object({ type: z.literal('unsuitable'), reason: z.string() }),
]);
export type AttachAnswer = z.infer<typeof AttachAnswer>;

/** Time between two pulses of a sidecar, in ms. */
export const PULSE_MS = 50;

/** What went through one track since its attachment. */
export const TrackCounters = z.object({
  /** Whole frames in. */
  framesIn: Count,
  /** Frames out, for each layer. */
  framesOut: z.array(Count).max(REENCODED_LAYERS),
  /**
   * Index of the highest layer that the sidecar has CPU for. Higher ones end within a second: the node first moves
   * their viewers. It does not depend on the node's targets, or the two would chase each other.
   */
  highestLayer: Count.max(REENCODED_LAYERS - 1).default(REENCODED_LAYERS - 1),
});
export type TrackCounters = z.infer<typeof TrackCounters>;

/** Sidecar → node, every PULSE_MS, unacknowledged: the counters say what flows, silence means a fault. */
export const Pulse = z.object({ tracks: z.array(TrackCounters.extend({ jobId: Id })) });
export type Pulse = z.infer<typeof Pulse>;

/** Sidecar → node, once a second for each track. Counters count since the attachment. */
export const TrackStats = z.object({
  jobId: Id,
  /** Size of the latest picture in; 0 before the first one. */
  width: Count,
  height: Count,
  /** Lowest layer that sheds frames for lack of CPU; null if none does. */
  sheddingFrom: z.number().int().min(0).nullable(),
  framesShed: Count,
  /** PLI and FIR that the sidecar answered itself. */
  keyframeRequestsAbsorbed: Count,
  /** PLI that it sent to the source. */
  keyframeRequestsSent: Count,
  packetsLost: Count,
  packetsRecovered: Count,
  /** From the last packet of a frame to the first packet of its reencoded one, median of the last second. */
  latencyMs: z.number().min(0),
  /** CPU of the process and its children, in cores. */
  cpuCores: z.number().min(0),
  rssBytes: Count,
});
export type TrackStats = z.infer<typeof TrackStats>;

/** Sidecar → node: the work on this job ends; with `handOver`, only after another sidecar has taken over. */
export const Detach = z.object({ jobId: Id, reason: z.string(), handOver: z.boolean() });
export type Detach = z.infer<typeof Detach>;

/** Node → sidecar: how to encode the layers from now on. */
export const Adapt = z.object({
  jobId: Id,
  targets: z.array(LayerTarget).max(REENCODED_LAYERS),
  inputPaused: z.boolean(),
});
export type Adapt = z.infer<typeof Adapt>;

/** Node → sidecar: this job is over. */
export const Release = z.object({ jobId: Id, reason: z.string() });
export type Release = z.infer<typeof Release>;

/** Names of the channel's messages. The channel is the socket.io namespace SIDECAR_NAMESPACE of the node's server. */
export const SIDECAR_NAMESPACE = '/sidecars';
export const SIDECAR_TOKEN_AUDIENCE = 'everroom:sidecar';
