import { z } from 'zod';
import {
  AttachAnswer,
  EngineName,
  InputCodec,
  LayerTarget,
  OutputCodec,
  SrtpKey,
  TrackCounters,
  TrackStats,
} from '../../core/reencoding/messages.ts';

/** Messages between a sidecar and its track processes over the IPC channel. Both sides check what arrives. */

/** The only argument of a track process, as JSON. */
export const TrackProcessOptions = z.object({
  engine: EngineName,
  ffmpegPath: z.string().optional(),
});
export type TrackProcessOptions = z.infer<typeof TrackProcessOptions>;

/** The node's ends of the two media paths, and the media on them. */
export const Assignment = AttachAnswer.options[0].omit({ type: true });
export type Assignment = z.infer<typeof Assignment>;

export const ToTrack = z.discriminatedUnion('type', [
  /** Opens sockets for a new attachment and closes an earlier one. The answer is `opened` or `failed`. */
  z.object({ type: z.literal('open'), address: z.string(), srtp: z.boolean() }),
  /** Begins to work. The answer is `counters` every PULSE_MS. */
  z.object({ type: z.literal('attach'), assignment: Assignment }),
  z.object({ type: z.literal('adapt'), targets: z.array(LayerTarget), inputPaused: z.boolean() }),
]);
export type ToTrack = z.infer<typeof ToTrack>;

export const Opened = z.object({
  type: z.literal('opened'),
  tapPort: z.number(),
  republishPort: z.number(),
  /** The sending keys of this side. */
  srtp: z.object({ tap: SrtpKey, republish: SrtpKey }).nullable(),
});
export type Opened = z.infer<typeof Opened>;

export const FromTrack = z.discriminatedUnion('type', [
  /** The engine is loaded. */
  z.object({ type: z.literal('ready'), inputs: z.array(InputCodec), outputs: z.array(OutputCodec) }),
  Opened,
  TrackCounters.extend({ type: z.literal('counters') }),
  z.object({ type: z.literal('stats'), stats: TrackStats.omit({ jobId: true }) }),
  /** Something for the log. The process goes on. */
  z.object({ type: z.literal('noticed'), what: z.string() }),
  /** The process ends now. */
  z.object({ type: z.literal('failed'), reason: z.string() }),
]);
export type FromTrack = z.infer<typeof FromTrack>;
