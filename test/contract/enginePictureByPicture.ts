import { describe, expect, test } from 'vitest';
import { codedVideo, flashLuma } from '../support/codedVideo.ts';
import {
  expectBitrate,
  frameAt,
  hidden,
  LUMA_TOLERANCE,
  motion,
  type OpenRun,
  OUTPUTS,
  THREE_LAYERS,
} from './engineVideos.ts';

/** Tests for an engine that promises each keyframe with the next frame. */
export function describePromptKeyframes(open: OpenRun): void {
  describe.each(OUTPUTS)('keyframes in %s', (output) => {
    test(`a wished keyframe in ${output} comes with exactly its picture and layer`, async () => {
      const run = await open({ output, layers: THREE_LAYERS });
      await run.pushAll(await motion({ frames: 20 }), (index) =>
        run.wishes((layer) => ({ keyframe: (layer === 1 && index === 7) || (layer === 0 && index === 12) })),
      );
      expect([0, 1, 2].map((layer) => run.keyframes(layer))).toEqual([[0, 12], [0, 7], [0]]);
    });
  });

  test('a wish for a keyframe outlives the picture that could not be decoded', async () => {
    const run = await open();
    const video = await motion({ frames: 8, gop: 4 });
    const broken = { ...frameAt(video, 2), data: Buffer.alloc(0) };
    await run.pushAll([...video.slice(0, 2), broken, ...video.slice(3)], (index) =>
      run.wishes({ keyframe: index === 2 }),
    );
    // Pictures 2 and 3 were lost.
    expect(run.layer(0).map((frame) => frame.timestamp)).toEqual(
      [0, 1, 4, 5, 6, 7].map((index) => frameAt(video, index).timestamp),
    );
    expect(run.keyframes(0)).toEqual([0, 2]);
  });

  test('a wish for a keyframe waits for a frame that shows something', async () => {
    const run = await open({ layers: THREE_LAYERS });
    const video = await codedVideo({ codec: 'VP8', width: 320, height: 180, frames: 12 });
    const frames = video.map((frame, index) => (index % 4 === 2 ? hidden(frame) : frame));
    await run.pushAll(frames, (index) => run.wishes({ keyframe: index === 6 }));
    // Frames 0, 1, 3, 4, 5 and 7 show something.
    expect(run.keyframes(2)).toEqual([0, 5]);
  });
}

/** Tests for an engine that takes another bitrate while it runs. */
export function describeBitrates(open: OpenRun): void {
  describe.each(OUTPUTS)('bitrates in %s', (output) => {
    test(`bitrates in ${output} follow the wish, layer by layer, without a break`, async () => {
      const layers = [
        { scaleDownBy: 2, bitrateBps: 150_000 },
        { scaleDownBy: 1, bitrateBps: 600_000 },
      ];
      const run = await open({ output, layers });
      const video = await motion({ frames: 330, width: 640, height: 360 });
      const asked = [600_000, 250_000, 900_000];
      await run.pushAll(video, (index) =>
        run.wishes((layer) => ({ bitrateBps: layer === 0 ? 150_000 : (asked[Math.floor(index / 110)] ?? 0) })),
      );
      expect(run.layer(1)).toHaveLength(video.length);
      for (const [phase, bitrateBps] of asked.entries()) {
        // The encoder needs the first seconds of each phase to reach the bitrate.
        expectBitrate(run, 1, phase * 110 + 50, phase * 110 + 110, bitrateBps);
        expectBitrate(run, 0, phase * 110 + 50, phase * 110 + 110, 150_000);
      }
    });
  });
}

/** Tests for an engine that leaves out single pictures. */
export function describeShedding(open: OpenRun): void {
  test('a layer that was off returns with a keyframe; one that shed frames does not', async () => {
    const run = await open({ layers: THREE_LAYERS });
    const video = await codedVideo({ codec: 'VP8', width: 320, height: 180, frames: 50 });
    const off = (layer: number, index: number) =>
      (layer === 2 && index >= 10 && index < 40) || (layer === 1 && index % 2 === 1);
    await run.pushAll(video, (index) => run.wishes((layer) => ({ encode: !off(layer, index) })));
    for (const layer of [0, 1, 2]) {
      expect(run.layer(layer).map((frame) => frame.timestamp)).toEqual(
        video.filter((_, index) => !off(layer, index)).map((frame) => frame.timestamp),
      );
    }
    expect(run.keyframes(0)).toEqual([0]);
    expect(run.keyframes(1)).toEqual([0]);
    expect(run.keyframes(2)).toEqual([0, 10]);
    const seen = await run.seen(2);
    expect(Math.abs((seen[10]?.luma ?? 0) - flashLuma(40))).toBeLessThan(LUMA_TOLERANCE);
  });
}
