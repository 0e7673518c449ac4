import { afterEach, describe, expect, test } from 'vitest';
import { NAL_TYPE, nalTypeOf, splitAnnexB } from '../../reencoder/codecs/h264.ts';
import type { Engine } from '../../reencoder/engines/Engine.ts';
import { codedVideo, flashLuma } from '../support/codedVideo.ts';
import { EngineRun } from '../support/EngineRun.ts';
import { waitUntil } from '../support/waitUntil.ts';
import {
  describeFirstBitrates,
  describeRegularKeyframes,
  describeSilentPauses,
  describeWholeLayers,
} from './engineFallback.ts';
import { describePauses } from './enginePauses.ts';
import { describeBitrates, describePromptKeyframes, describeShedding } from './enginePictureByPicture.ts';
import {
  frameAt,
  hidden,
  INPUTS,
  inSuccession,
  LUMA_TOLERANCE,
  motion,
  OUTPUTS,
  THREE_LAYERS,
} from './engineVideos.ts';

/** Tests what every engine promises, and what this one promises in addition: see Engine.ts. */
export function describeEngine(engine: Engine): void {
  const { promises } = engine;
  describe(`engine ${engine.name}`, () => {
    const runs: EngineRun[] = [];

    afterEach(async () => {
      await Promise.all(runs.splice(0).map((run) => run.transcoder.close()));
    });

    async function open(options: Parameters<typeof EngineRun.open>[1] = {}): Promise<EngineRun> {
      const run = await EngineRun.open(engine, options);
      runs.push(run);
      return run;
    }

    test('the engine takes VP8, VP9 and H264 and gives VP8 and H264', () => {
      expect([...engine.inputs].sort()).toEqual([...INPUTS].sort());
      expect([...engine.outputs].sort()).toEqual([...OUTPUTS].sort());
    });

    describe.each(INPUTS.flatMap((input) => OUTPUTS.map((output) => ({ input, output }))))(
      '$input to $output',
      ({ input, output }) => {
        test('every picture comes out in each layer, in order, with its timestamp and content unchanged', async () => {
          const video = await codedVideo({ codec: input, width: 320, height: 180, frames: 12 });
          const run = await open({ input, output, layers: THREE_LAYERS });
          await run.pushAll(video);

          expect(run.failures).toEqual([]);
          expect(run.complaints).toEqual([]);
          expect(run.sizes).toEqual(['320x180']);
          const pictures = await Promise.all([0, 1, 2].map((layer) => run.seen(layer)));
          for (const [layer, size] of [[80, 44] as const, [160, 90] as const, [320, 180] as const].entries()) {
            expect(run.layer(layer).map((frame) => frame.timestamp)).toEqual(video.map((frame) => frame.timestamp));
            expect(run.layer(layer).map((frame) => [frame.width, frame.height])).toEqual(video.map(() => size));
            expect(run.layer(layer)[0]?.keyframe).toBe(true);
            const seen = pictures[layer] ?? [];
            expect(seen).toHaveLength(video.length);
            for (const [index, picture] of seen.entries()) {
              expect(Math.abs(picture.luma - flashLuma(index))).toBeLessThan(LUMA_TOLERANCE);
            }
          }
        });
      },
    );

    test('H264 is Annex B with parameter sets before each keyframe', async () => {
      const run = await open({ output: 'H264' });
      await run.pushAll(await motion({ frames: 60 }), (index) => run.wishes({ keyframe: index === 3 }));
      expect(run.keyframes(0).length).toBeGreaterThan(1);
      for (const { data, keyframe } of run.layer(0)) {
        const types = splitAnnexB(data).map(nalTypeOf);
        expect(types.includes(NAL_TYPE.idrSlice)).toBe(keyframe);
        if (!keyframe) continue;
        expect(types).toContain(NAL_TYPE.pps);
        expect(types).toContain(NAL_TYPE.sps);
        expect(types.indexOf(NAL_TYPE.sps)).toBeLessThan(types.indexOf(NAL_TYPE.idrSlice));
      }
    });

    if (promises.keyframe === 'next-frame') describePromptKeyframes(open);
    else describeRegularKeyframes(open);
    if (promises.keyframeWhilePaused) describePauses(open);
    else describeSilentPauses(open);
    if (promises.bitrateWhileRunning) describeBitrates(open);
    else describeFirstBitrates(open);
    if (promises.shedsPictures) describeShedding(open);
    else describeWholeLayers(open);

    test.each(INPUTS)('layers follow when the size of %s changes', async (input) => {
      const run = await open({ input, layers: THREE_LAYERS });
      const sizes = [
        { width: 320, height: 180 },
        { width: 641, height: 361 },
        { width: 180, height: 320 },
      ].slice(0, input === 'H264' ? 1 : 3);
      if (input === 'H264') sizes.push({ width: 642, height: 362 }, { width: 180, height: 320 });
      const videos = await Promise.all(sizes.map((size) => codedVideo({ codec: input, ...size, frames: 5 })));
      const frames = inSuccession(videos);
      if (promises.seamlessResize) await run.pushAll(frames);
      else for (const first of [0, 5, 10]) await run.pushAll(frames.slice(first, first + 5));

      expect(run.complaints).toEqual([]);
      expect(run.sizes).toEqual(sizes.map(({ width, height }) => `${width}x${height}`));
      for (const [layer, { scaleDownBy }] of THREE_LAYERS.entries()) {
        const expected = sizes.flatMap(({ width, height }) =>
          Array.from({ length: 5 }, () => `${even(width / scaleDownBy)}x${even(height / scaleDownBy)}`),
        );
        expect(run.layer(layer).map((frame) => `${frame.width}x${frame.height}`)).toEqual(expected);
        expect(run.keyframes(layer)).toEqual([0, 5, 10]);
      }
    });

    test('layers are never smaller than 16 pixels', async () => {
      const run = await open({ layers: [{ scaleDownBy: 4, bitrateBps: 50_000 }] });
      await run.pushAll(await codedVideo({ codec: 'VP8', width: 128, height: 32, frames: 3 }));
      expect(run.frames.map((frame) => [frame.width, frame.height])).toEqual([1, 2, 3].map(() => [32, 16]));
    });

    test.each([
      { width: 8, height: 8, frames: 2 },
      { width: 640, height: 32, frames: 2 },
      { width: 4_112, height: 4_112, frames: 1 },
    ])('pictures of $width×$height are dropped, and later ones are not', async ({ width, height, frames }) => {
      const run = await open();
      const absurd = await codedVideo({ codec: 'VP8', width, height, frames });
      const sound = await codedVideo({ codec: 'VP8', width: 320, height: 180, frames: 2 });
      await run.pushAll(inSuccession([absurd, sound]));
      expect(run.complaints).toHaveLength(frames);
      expect(run.frames.map((frame) => [frame.width, frame.height])).toEqual([
        [320, 180],
        [320, 180],
      ]);
      expect(run.failures).toEqual([]);
    });

    test.each(INPUTS)('frames of %s without an earlier keyframe are undecodable', async (input) => {
      const run = await open({ input });
      const video = await codedVideo({ codec: input, width: 320, height: 180, frames: 12, gop: 6 });
      await run.pushAll(video.slice(3));
      expect(run.complaints).toHaveLength(3);
      expect(run.frames.map((frame) => frame.timestamp)).toEqual(video.slice(6).map((frame) => frame.timestamp));
    });

    test('frames that show nothing still serve the frames after them', async () => {
      const run = await open({ layers: THREE_LAYERS });
      const video = await codedVideo({ codec: 'VP8', width: 320, height: 180, frames: 12 });
      const isHidden = (index: number) => index % 4 === 2;
      const frames = video.map((frame, index) => (isHidden(index) ? hidden(frame) : frame));
      await run.pushAll(frames);
      expect(run.complaints).toEqual([]);
      const shown = video.flatMap((_, index) => (isHidden(index) ? [] : [index]));
      expect(run.layer(2).map((frame) => frame.timestamp)).toEqual(
        shown.map((index) => frameAt(video, index).timestamp),
      );
      for (const [place, picture] of (await run.seen(2)).entries()) {
        expect(Math.abs(picture.luma - flashLuma(shown[place] ?? 0))).toBeLessThan(LUMA_TOLERANCE);
      }
    });

    test.each(INPUTS)('damaged %s does no harm, and a keyframe heals it', async (input) => {
      const run = await open({ input, layers: THREE_LAYERS });
      const video = await motion({ codec: input, frames: 90, gop: 30 });
      const random = randomNumbers(7);
      const damaged = video.map((frame, index) =>
        index % 30 < 15 ? { ...frame, data: damage(frame.data, index, random) } : frame,
      );
      await run.pushAll(damaged.slice(0, 60));
      await run.pushAll(video.slice(60));

      expect(run.failures).toEqual([]);
      expect(run.complaints.length).toBeGreaterThan(5);
      const last = run.layer(2).filter((frame) => frame.timestamp >= frameAt(video, 60).timestamp);
      expect(last.map((frame) => frame.timestamp)).toEqual(video.slice(60).map((frame) => frame.timestamp));
    });

    test('timestamps pass through when they jump, even backwards', async () => {
      const run = await open();
      const jumps = [0, 3_000, 900_000, 903_000, 500, 3_500, 3_500, 2 ** 40];
      const video = (await motion({ frames: jumps.length })).map((frame, index) => ({
        ...frame,
        timestamp: jumps[index] ?? 0,
      }));
      await run.pushAll(video);
      expect(run.frames.map((frame) => frame.timestamp)).toEqual(jumps);
      if (promises.keyframe === 'next-frame') expect(run.keyframes(0)).toEqual([0]);
    });

    test('push and repeat never block, and the backlog counts the waiting frames', async () => {
      const run = await open();
      const video = await motion({ frames: 60 });
      for (const frame of video) run.transcoder.push(frame, run.wishes());
      expect(run.transcoder.backlog).toBeGreaterThan(50);
      expect(run.frames).toEqual([]);
      await run.backlogBelow(1);
      expect(run.frames).toHaveLength(video.length);
    });

    test('a backlog that the caller ignores ends the transcoder instead of filling the memory', async () => {
      const run = await open();
      const [first] = await motion({ frames: 1, width: 1280, height: 720 });
      for (let index = 0; index < 1_000 && first !== undefined; index++) run.transcoder.push(first, run.wishes());
      await waitUntil(() => run.failures.length > 0);
      expect(run.failures).toHaveLength(1);
    });

    test('close ends the work under way, and no event follows', async () => {
      for (const frames of [0, 1, 2, 5, 40]) {
        const run = await open({ layers: THREE_LAYERS });
        const video = await motion({ frames, width: 1280, height: 720 });
        for (const frame of video) run.transcoder.push(frame, run.wishes());
        if (frames === 40) await waitUntil(() => run.frames.length > 4 || 'no frame yet');
        const { pids } = run.transcoder;
        await run.transcoder.close();
        const heard = run.frames.length;
        if (video[0] !== undefined) run.transcoder.push(video[0], run.wishes());
        await run.transcoder.close();
        await waitUntil(() => pids.every((pid) => !isAlive(pid)) || 'a helper process lives on');
        expect(run.frames).toHaveLength(heard);
        expect(run.failures).toEqual([]);
      }
    });

    test('the memory of a working engine stays flat', async () => {
      const run = await open({ layers: THREE_LAYERS });
      const video = await motion({ frames: 100, gop: 50 });
      const resident: number[] = [];
      // A picture that is kept of each frame would be 50 MB in the end.
      for (let round = 0; round < 10; round++) {
        await run.pushAll(inSuccession([video], round * 1_000_000));
        run.frames.length = 0;
        resident.push(process.memoryUsage().rss);
      }
      const warm = resident[3] ?? 0;
      expect(Math.max(...resident.slice(4)) - warm).toBeLessThan(40e6);
    });
  });
}

function even(length: number): number {
  return Math.max(16, Math.floor(length / 2) * 2);
}

/** Damages data: flipped bits, a cut end, random bytes, or no bytes at all. */
function damage(data: Buffer, kind: number, random: () => number): Buffer {
  const copy = Buffer.from(data);
  switch (kind % 4) {
    case 0:
      for (let flips = 0; flips < 20; flips++) {
        const at = Math.floor(random() * copy.length);
        copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      }
      return copy;
    case 1:
      return copy.subarray(0, Math.floor(random() * copy.length));
    case 2:
      return copy.map(() => Math.floor(random() * 256)) as Buffer;
    default:
      return Buffer.alloc(0);
  }
}

/** Returns the same numbers in each run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // No such process.
  }
}
