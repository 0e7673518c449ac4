import type { types } from 'mediasoup-client';
import type { TrackSource } from '../../signaling/protocol/shapes.ts';
import type { TrackProcessor } from './TrackProcessor.ts';

export type VideoCodec = 'vp8' | 'vp9' | 'h264' | 'av1';

export type ScreenContent = 'detail' | 'motion';

export interface PublishOptions {
  /** Several sizes of the picture, so that every viewer gets one that fits. On by default. */
  readonly simulcast?: boolean;
  readonly videoCodec?: VideoCodec;
  /** Bitrate of the largest size. */
  readonly maxBitrateBps?: number;
  readonly maxFramerate?: number;
  /** Music rather than speech: stereo and more bits. */
  readonly music?: boolean;
  /** What a shared screen shows: text and slides (sharp, by default), or moving pictures (fluent). */
  readonly content?: ScreenContent;
  /** Others get what it makes of the device's track. */
  readonly processor?: TrackProcessor;
}

/**
 * mediasoup gives a viewer of a new stream only the lowest temporal layer for a while: after a recovery every other
 * picture of two layers, and one in four of three.
 */
const TEMPORAL_LAYERS = 'L1T2';

/** Bits a second that VP8 needs for a picture of this height at 30 frames a second to look good. */
function bitrateForHeight(height: number): number {
  if (height <= 120) return 80_000;
  if (height <= 180) return 150_000;
  if (height <= 270) return 300_000;
  if (height <= 360) return 500_000;
  if (height <= 540) return 900_000;
  if (height <= 720) return 1_500_000;
  if (height <= 1_080) return 3_000_000;
  return 5_000_000;
}

/**
 * Returns the layers for the height of the captured picture: three from 540 up, two from 270, one below, lowest first.
 * Browsers drop layers of smaller pictures by themselves, and viewers would wait for a layer that never sends.
 */
export function encodingsFor(
  source: TrackSource,
  height: number,
  options: PublishOptions,
): types.RtpEncodingParameters[] {
  if (source === 'microphone' || source === 'screenAudio') {
    return [{ maxBitrate: options.maxBitrateBps ?? (options.music ? 128_000 : 40_000) }];
  }
  const maxFramerate = options.maxFramerate ?? 30;
  const top = options.maxBitrateBps ?? (source === 'screen' ? 2_500_000 : bitrateForHeight(height));
  if (options.simulcast === false) return [{ maxBitrate: top, maxFramerate }];
  if (source === 'screen') {
    // Text must stay readable: the small layer saves on frames, not on pixels alone.
    const moves = options.content === 'motion';
    return [
      {
        scaleResolutionDownBy: 2,
        maxBitrate: Math.min(moves ? 900_000 : 500_000, top),
        maxFramerate: moves ? maxFramerate : Math.min(10, maxFramerate),
        scalabilityMode: TEMPORAL_LAYERS,
      },
      { scaleResolutionDownBy: 1, maxBitrate: top, maxFramerate, scalabilityMode: TEMPORAL_LAYERS },
    ];
  }
  const scales = height >= 540 ? [4, 2, 1] : height >= 270 ? [2, 1] : [1];
  return scales.map((scale) => ({
    scaleResolutionDownBy: scale,
    maxBitrate: scale === 1 ? top : Math.min(top, bitrateForHeight(height / scale)),
    maxFramerate,
    // A picture in one size has nothing to switch between: viewers get every frame from the first one on.
    ...(scales.length > 1 && { scalabilityMode: TEMPORAL_LAYERS }),
  }));
}

/** DTX saves what silence costs, FEC covers single lost packets; music keeps its pauses. */
export function codecOptionsFor(source: TrackSource, options: PublishOptions): types.ProducerCodecOptions {
  if (source === 'microphone' || source === 'screenAudio') {
    const music = options.music ?? source === 'screenAudio';
    return { opusStereo: music, opusFec: true, opusDtx: !music, opusNack: true };
  }
  // Without it Chrome starts at 300 kbit/s and reaches the upper layers only after seconds.
  return { videoGoogleStartBitrate: 1_000 };
}

export function codecFor(
  source: TrackSource,
  options: PublishOptions,
  capabilities: types.RtpCapabilities,
): types.RtpCodecCapability | undefined {
  if (source === 'microphone' || source === 'screenAudio') return undefined;
  const mimeType = `video/${options.videoCodec ?? 'vp8'}`;
  return capabilities.codecs?.find((codec) => codec.mimeType.toLowerCase() === mimeType);
}
