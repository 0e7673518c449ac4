import type { InputCodec, OutputCodec } from '../../core/reencoding/messages.ts';
import type { CodedFrame } from '../../reencoder/frames.ts';
import { codedVideo } from '../support/codedVideo.ts';

export const INPUTS: readonly InputCodec[] = ['VP8', 'VP9', 'H264'];
export const OUTPUTS: readonly OutputCodec[] = ['VP8', 'H264'];
export const THREE_LAYERS = [
  { scaleDownBy: 4, bitrateBps: 100_000 },
  { scaleDownBy: 2, bitrateBps: 200_000 },
  { scaleDownBy: 1, bitrateBps: 500_000 },
];
/** What coding may change of a picture's mean luma. */
export const LUMA_TOLERANCE = 6;

export async function motion(options: {
  codec?: InputCodec;
  frames: number;
  width?: number;
  height?: number;
  gop?: number;
}) {
  const { codec = 'VP8', width = 320, height = 180 } = options;
  if (options.frames === 0) return [];
  return await codedVideo({ ...options, codec, width, height, content: 'motion' });
}

export function frameAt(video: readonly CodedFrame[], index: number): CodedFrame {
  const frame = video[index];
  if (frame === undefined) throw new Error(`The video has no frame ${index}`);
  return frame;
}

/** One video after the other, at 30 fps. */
export function inSuccession(videos: readonly (readonly CodedFrame[])[], from = 0): CodedFrame[] {
  return videos.flat().map((frame, index) => ({ ...frame, timestamp: from + index * 3_000 }));
}
