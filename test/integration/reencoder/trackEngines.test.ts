import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { descendantsOf } from '../../../ops/kit/deployment/processes.ts';
import { loadEngine } from '../../../reencoder/engines/findEngine.ts';
import { signalProcess } from '../../support/signalProcess.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TrackRig } from './TrackRig.ts';

let rig: TrackRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const counts = ({ received }: TrackRig) => received.map((frames) => frames.length);

async function flowing(opened: TrackRig, frames = 15): Promise<void> {
  await waitUntil(
    () => counts(opened).every((count) => count >= frames) || `frames received: ${counts(opened)}`,
    20_000,
  );
}

const ENGINES = await Promise.all((['libav', 'ffmpeg'] as const).map((name) => loadEngine(name)));

describe.each(ENGINES)('a track process with $name', ({ name, promises }) => {
  const promptly = promises.keyframe === 'next-frame';

  test(`gives three layers, and keyframes ${promises.keyframe}, of which the source hears nothing`, async () => {
    rig = await TrackRig.open({ engine: name });
    await flowing(rig);
    const { restarts } = rig.source;
    const waited: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      waited.push(await rig.keyframe(round % 3, 3_000));
      await sleep(20 + 13 * (round % 5));
    }
    expect(rig.source.restarts).toBe(restarts);
    expect(median(waited)).toBeLessThan(promptly ? 100 : 1_200);
    await waitUntil(() => (rig?.stats.length ?? 0) > 0 || 'stats');
    expect(rig.stats.at(-1)).toMatchObject({ width: 1280, height: 720 });
    await waitUntil(() => (rig?.stats.at(-1)?.keyframeRequestsAbsorbed ?? 0) >= 12 || 'requests that end here');
  });

  test.runIf(promises.keyframeWhilePaused)('answers with its last picture while the input is silent', async () => {
    rig = await TrackRig.open({ engine: name });
    await flowing(rig);
    rig.source.paused = true;
    await sleep(300);
    const waited: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      waited.push(await rig.keyframe(2 - (round % 3)));
      await sleep(100);
    }
    expect(median(waited)).toBeLessThan(100);
  });

  test.runIf(!promises.keyframeWhilePaused)(
    'asks nobody while the input is silent, and gives a keyframe within a second of its return',
    async () => {
      rig = await TrackRig.open({ engine: name });
      await flowing(rig);
      const { restarts } = rig.source;
      rig.source.paused = true;
      await expect(rig.keyframe(1, 1_500)).rejects.toThrow('no keyframe');
      rig.source.paused = false;
      await rig.keyframe(1, 3_000);
      expect(rig.source.restarts).toBe(restarts);
    },
  );

  test.runIf(name === 'ffmpeg')('goes on when one of its commands is killed', async () => {
    rig = await TrackRig.open({ engine: name });
    await flowing(rig);
    const { restarts } = rig.source;
    const [command] = descendantsOf(rig.process.pid ?? 0);
    signalProcess(command, 'SIGKILL');
    await waitUntil(() => (rig?.source.restarts ?? 0) > restarts || 'the source is not asked for a keyframe');
    const before = counts(rig);
    await waitUntil(
      () =>
        counts(rig as TrackRig).every((count, layer) => count > (before[layer] ?? 0) + 15) ||
        `${counts(rig as TrackRig)}`,
    );
  });
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
