import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { codedVideo, decoded, flashLuma } from '../support/codedVideo.ts';
import type { EngineRun } from '../support/EngineRun.ts';
import {
  frameAt,
  INPUTS,
  inSuccession,
  LUMA_TOLERANCE,
  motion,
  type OpenRun,
  OUTPUTS,
  THREE_LAYERS,
} from './engineVideos.ts';

/** Each input and each output. That every pair of them works is tested with an input that does not pause. */
const CASES = INPUTS.map((input, index) => ({ input, output: OUTPUTS[index % OUTPUTS.length] ?? 'VP8' }));

/** Tests the output while the input pauses. */
export function describePauses(open: OpenRun): void {
  describe.each(CASES)('$input that pauses, to $output', ({ input, output }) => {
    test('keyframes come from the last picture while the input pauses', async () => {
      const run = await open({ input, output, layers: THREE_LAYERS });
      expect(run.transcoder.repeat(0, run.wishes())).toBe(false);
      const video = await codedVideo({ codec: input, width: 320, height: 180, frames: 8 });
      await run.pushAll(video.slice(0, 5));
      const timestamp = frameAt(video, 4).timestamp + 9_000;
      const onlyTheMiddle = run.wishes((layer) => ({ encode: layer === 1, keyframe: true }));
      expect(await run.repeat(timestamp, onlyTheMiddle)).toBe(true);
      const withoutKeyframe = run.wishes((layer) => ({ encode: layer === 1 }));
      expect(await run.repeat(timestamp + 9_000, withoutKeyframe)).toBe(true);
      await run.pushAll(video.slice(5));

      expect(run.layer(1).map((frame) => frame.timestamp)).toEqual([
        ...video.slice(0, 5).map((frame) => frame.timestamp),
        timestamp,
        timestamp + 9_000,
        ...video.slice(5).map((frame) => frame.timestamp),
      ]);
      expect(run.keyframes(1).slice(0, 2)).toEqual([0, 5]);
      await expectFlashes(run, 1, [0, 1, 2, 3, 4, 4, 4, 5, 6, 7]);
    });

    test('a pausing input comes out in order, decodes, and needs no keyframe', async () => {
      const run = await open({ input, output, layers: THREE_LAYERS });
      const video = await codedVideo({ codec: input, width: 320, height: 180, frames: 24 });
      const timestamps: number[] = [];
      const flashes: number[] = [];
      for (const [index, frame] of video.entries()) {
        const shifted = { ...frame, timestamp: index * 30_000 };
        await run.pushAll([shifted], () => run.wishes((layer) => ({ encode: layer !== 0 })));
        const repeats = [0, 1, 0, 3, 0, 0, 2][index % 7] ?? 0;
        for (let repeat = 0; repeat <= repeats; repeat += 1) {
          timestamps.push(shifted.timestamp + repeat * 5_000);
          flashes.push(index);
          if (repeat === 0) continue;
          const wishes = run.wishes((layer) => ({ encode: layer !== 0, keyframe: layer === 1 && repeat === 1 }));
          expect(await run.repeat(shifted.timestamp + repeat * 5_000, wishes)).toBe(true);
        }
      }
      expect(run.failures).toEqual([]);
      expect(run.complaints).toEqual([]);
      expect(run.layer(0)).toEqual([]);
      for (const layer of [1, 2]) {
        expect(run.layer(layer).map((frame) => frame.timestamp)).toEqual(timestamps);
        await expectFlashes(run, layer, flashes);
      }
    });

    test('keyframes of every layer come even after a long pause', async () => {
      const run = await open({ input, output, layers: THREE_LAYERS });
      const video = await motion({ codec: input, frames: 10 });
      await run.pushAll(video);
      await pause(1_000);
      await run.repeat(frameAt(video, 9).timestamp + 90_000, run.wishes({ keyframe: true }));
      expect([0, 1, 2].map((layer) => run.layer(layer).at(-1)?.keyframe)).toEqual([true, true, true]);
    });

    test('the last sound picture is repeated at its own size', async () => {
      const run = await open({ input, output });
      const large = await codedVideo({ codec: input, width: 640, height: 360, frames: 2 });
      const small = await codedVideo({ codec: input, width: 320, height: 180, frames: 3 });
      const video = inSuccession([large, small]);
      await run.pushAll(video.slice(0, 2));
      expect(await run.repeat(9_000, run.wishes({ keyframe: true }))).toBe(true);
      await run.pushAll(video.slice(2, 4));
      await run.pushAll([{ ...frameAt(video, 4), data: Buffer.alloc(0) }]);
      expect(await run.repeat(15_000, run.wishes({ keyframe: true }))).toBe(true);
      expect(run.complaints).toHaveLength(1);
      expect(run.frames.map((frame) => frame.width)).toEqual([640, 640, 640, 320, 320, 320]);
      const [last] = await decoded(output, run.frames.slice(-1));
      expect(Math.abs((last?.luma ?? 0) - flashLuma(1))).toBeLessThan(LUMA_TOLERANCE);
    });
  });
}

async function expectFlashes(run: EngineRun, layer: number, flashes: readonly number[]): Promise<void> {
  const seen = await run.seen(layer);
  expect(seen).toHaveLength(flashes.length);
  for (const [place, flash] of flashes.entries()) {
    expect(Math.abs((seen[place]?.luma ?? 0) - flashLuma(flash)), `picture ${place}`).toBeLessThan(LUMA_TOLERANCE);
  }
}
