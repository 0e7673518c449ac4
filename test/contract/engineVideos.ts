import { expect } from 'vitest';
import type { InputCodec, OutputCodec } from '../../core/reencoding/messages.ts';
import type { CodedFrame } from '../../reencoder/frames.ts';
import { codedVideo } from '../support/codedVideo.ts';
import type { EngineRun } from '../support/EngineRun.ts';

/** Opens a transcoder that closes when its test ends. */
export type OpenRun = (options?: Parameters<typeof EngineRun.open>[1]) => Promise<EngineRun>;

export const INPUTS: readonly InputCodec[] = ['VP8', 'VP9', 'H264'];
export const OUTPUTS: readonly OutputCodec[] = ['VP8', 'H264'];
export const THREE_LAYERS = [
  { scaleDownBy: 4, bitrateBps: 100_000 },
  { scaleDownBy: 2, bitrateBps: 200_000 },
  { scaleDownBy: 1, bitrateBps: 500_000 },
];
/** Coding may change a picture's mean luma by this much. */
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

/** Joins videos one after the other, at 30 fps. */
export function inSuccession(videos: readonly (readonly CodedFrame[])[], from = 0): CodedFrame[] {
  return videos.flat().map((frame, index) => ({ ...frame, timestamp: from + index * 3_000 }));
}

/** Returns the VP8 frame with `show_frame` cleared (RFC 6386, section 9.1). */
export function hidden(frame: CodedFrame): CodedFrame {
  const data = Buffer.from(frame.data);
  data[0] = (data[0] ?? 0) & ~0x10;
  return { ...frame, data };
}

export function expectBitrate(run: EngineRun, layer: number, from: number, to: number, bitrateBps: number): void {
  const bytes = run
    .layer(layer)
    .slice(from, to)
    .reduce((sum, frame) => sum + frame.data.length, 0);
  const measured = (bytes * 8 * 30) / (to - from);
  expect(measured / bitrateBps, `layer ${layer}, frames ${from} to ${to}`).toBeGreaterThan(0.6);
  expect(measured / bitrateBps, `layer ${layer}, frames ${from} to ${to}`).toBeLessThan(1.4);
}
