import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { codedVideo } from '../support/codedVideo.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { expectBitrate, frameAt, inSuccession, motion, type OpenRun, OUTPUTS, THREE_LAYERS } from './engineVideos.ts';

/** Tests for an engine that promises less: see `EnginePromises`. */

export function describeRegularKeyframes(open: OpenRun): void {
  test.each(OUTPUTS.flatMap((output) => [30, 5].map((framesPerSecond) => ({ output, framesPerSecond }))))(
    'each second has a keyframe of each layer in $output at $framesPerSecond frames a second, requested or not',
    async ({ output, framesPerSecond }) => {
      const run = await open({ output, layers: THREE_LAYERS });
      const video = (await motion({ frames: 100 })).map((frame, index) => ({
        ...frame,
        timestamp: (index * 90_000) / framesPerSecond,
      }));
      await run.pushAll(video, (index) => run.wishes({ keyframe: index === 50 }));
      for (const layer of [0, 1, 2]) {
        expect(run.layer(layer)).toHaveLength(video.length);
        const times = run.keyframes(layer).map((index) => run.layer(layer)[index]?.timestamp ?? 0);
        const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
        expect(gaps.length).toBeGreaterThan(2);
        expect(Math.max(...gaps)).toBeLessThanOrEqual(90_000);
      }
    },
  );
}

export function describeSilentPauses(open: OpenRun): void {
  test('nothing comes out while the input pauses, and frames continue normally after it', async () => {
    const run = await open({ layers: THREE_LAYERS });
    const video = await motion({ frames: 20 });
    await run.pushAll(video.slice(0, 10));
    const { pids } = run.transcoder;
    expect(await run.repeat(frameAt(video, 9).timestamp + 9_000, run.wishes({ keyframe: true }))).toBe(false);
    await pause(1_000);
    const later = video.slice(10).map((frame) => ({ ...frame, timestamp: frame.timestamp + 90_000 }));
    await run.pushAll(later);
    expect(run.complaints).toEqual([]);
    expect(run.transcoder.pids).toEqual(pids);
    for (const layer of [0, 1, 2]) {
      expect(run.layer(layer).map(({ timestamp }) => timestamp)).toEqual(
        [...video.slice(0, 10), ...later].map(({ timestamp }) => timestamp),
      );
    }
    expect((await run.seen(2)).length).toBe(video.length);
  });
}

export function describeFirstBitrates(open: OpenRun): void {
  test.each(OUTPUTS)('another bitrate in %s applies from the next keyframe of the source on', async (output) => {
    const run = await open({ output, layers: [{ scaleDownBy: 1, bitrateBps: 600_000 }] });
    const video = await motion({ frames: 330, width: 640, height: 360, gop: 165 });
    for (const [from, to] of [[0, 165] as const, [165, 330] as const]) {
      await run.pushAll(video.slice(from, to), (index) =>
        run.wishes({ bitrateBps: from + index < 110 ? 600_000 : 250_000 }),
      );
    }
    expect(run.layer(0)).toHaveLength(video.length);
    expectBitrate(run, 0, 50, 165, 600_000);
    expectBitrate(run, 0, 215, 330, 250_000);
  });
}

export function describeWholeLayers(open: OpenRun): void {
  test('frames of a layer come out even if they are not wished, since later ones build on them', async () => {
    const run = await open({ layers: THREE_LAYERS });
    const video = await motion({ frames: 40 });
    await run.pushAll(video, (index) => run.wishes((layer) => ({ encode: layer !== 1 || index % 2 === 0 })));
    expect(run.layer(1).map(({ timestamp }) => timestamp)).toEqual(video.map(({ timestamp }) => timestamp));
    expect((await run.seen(1)).length).toBe(video.length);
  });

  test('a layer that was off for a second returns with a keyframe, without one of the source', async () => {
    const run = await open({ layers: THREE_LAYERS });
    const video = await motion({ frames: 120 });
    await run.pushAll(video, (index) => run.wishes((layer) => ({ encode: layer !== 2 || index < 20 || index >= 60 })));
    expect(run.complaints).toEqual([]);
    const timestamps = run.layer(2).map(({ timestamp }) => timestamp);
    const isOff = (timestamp: number) =>
      timestamp >= frameAt(video, 40).timestamp && timestamp < frameAt(video, 60).timestamp;
    expect(timestamps.filter(isOff)).toEqual([]);
    const back = run.layer(2).find(({ timestamp }) => timestamp >= frameAt(video, 60).timestamp);
    expect(back?.keyframe).toBe(true);
    expect(back?.timestamp).toBeLessThanOrEqual(frameAt(video, 90).timestamp);
    expect((await run.seen(2)).length).toBe(timestamps.length);
  });

  test('a layer that was off for long has no process and begins again with a keyframe of the source', async () => {
    const run = await open({ layers: THREE_LAYERS });
    const first = await motion({ frames: 180 });
    const second = await motion({ frames: 30 });
    const video = inSuccession([first, second]);
    const wishes = (index: number) => run.wishes((layer) => ({ encode: layer !== 2 || index < 10 || index >= 175 }));
    await run.pushAll(video.slice(0, 170), wishes);
    await waitUntil(() => run.transcoder.pids.length === 2 || `${run.transcoder.pids.length} processes`);
    expect(run.complaints).toEqual([]);
    await run.pushAll(video.slice(170), (index) => wishes(170 + index));
    // One complaint for each frame that the layer is wished before the keyframe.
    expect(run.complaints).toHaveLength(5);
    const back = run.layer(2).filter(({ timestamp }) => timestamp >= frameAt(video, 170).timestamp);
    expect(back[0]).toMatchObject({ keyframe: true, timestamp: frameAt(video, 180).timestamp });
    expect(back).toHaveLength(30);
    expect(run.layer(1)).toHaveLength(video.length);
  });

  test('a source that changes size with each frame has few processes, and all layers return after it', async () => {
    const run = await open({ layers: THREE_LAYERS });
    const small = await codedVideo({ codec: 'VP8', width: 160, height: 90, frames: 1 });
    const large = await codedVideo({ codec: 'VP8', width: 320, height: 180, frames: 1 });
    const restless = inSuccession(Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? small : large)));
    for (const frame of restless) {
      run.transcoder.push(frame, run.wishes());
      await pause(5);
      expect(run.transcoder.pids.length).toBeLessThanOrEqual(2 * THREE_LAYERS.length);
    }
    // A layer whose commands are still ending asks for a keyframe, and the source answers with the next video.
    const motions = await motion({ frames: 20 });
    let from = 0;
    await waitUntil(async () => {
      from += 1_000_000;
      await run.pushAll(inSuccession([motions], from));
      const isWhole = THREE_LAYERS.every((_, layer) => run.layer(layer).at(-1)?.timestamp === from + 57_000);
      return (isWhole && run.transcoder.pids.length <= THREE_LAYERS.length) || 'a layer is gone, or a command stays';
    });
    expect(run.failures).toEqual([]);
    for (const layer of THREE_LAYERS.keys()) {
      const last = run.layer(layer).filter(({ timestamp }) => timestamp >= from);
      expect(last).toHaveLength(motions.length);
    }
  });
}
