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

/** What a sidecar and its track processes say to each other over the IPC channel. Both sides check what arrives. */

/** How a track process is started: its only argument, as JSON. */
export const TrackProcessOptions = z.object({
  engine: EngineName,
  ffmpegPath: z.string().optional(),
});
export type TrackProcessOptions = z.infer<typeof TrackProcessOptions>;

/** The node's ends of the two media paths, and what goes over them. */
export const Assignment = AttachAnswer.options[0].omit({ type: true });
export type Assignment = z.infer<typeof Assignment>;

export const ToTrack = z.discriminatedUnion('type', [
  /** Opens sockets for a new attachment; an earlier one is given up. Answered with `opened` or `failed`. */
  z.object({ type: z.literal('open'), address: z.string(), srtp: z.boolean() }),
  /** Begins to work. Answered with `counters` every PULSE_MS. */
  z.object({ type: z.literal('attach'), assignment: Assignment }),
  z.object({ type: z.literal('adapt'), targets: z.array(LayerTarget), inputPaused: z.boolean() }),
]);
export type ToTrack = z.infer<typeof ToTrack>;

export const Opened = z.object({
  type: z.literal('opened'),
  tapPort: z.number(),
  republishPort: z.number(),
  /** Keys that this side sends with. */
  srtp: z.object({ tap: SrtpKey, republish: SrtpKey }).nullable(),
});
export type Opened = z.infer<typeof Opened>;

export const FromTrack = z.discriminatedUnion('type', [
  /** The engine is loaded. */
  z.object({ type: z.literal('ready'), inputs: z.array(InputCodec), outputs: z.array(OutputCodec) }),
  Opened,
  TrackCounters.extend({ type: z.literal('counters') }),
  z.object({ type: z.literal('stats'), stats: TrackStats.omit({ jobId: true }) }),
  /** Worth knowing, and not the end: for the log. */
  z.object({ type: z.literal('noticed'), what: z.string() }),
  /** It ends now. */
  z.object({ type: z.literal('failed'), reason: z.string() }),
]);
export type FromTrack = z.infer<typeof FromTrack>;
