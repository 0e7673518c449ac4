import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { steadyClock } from '../../../reencoder/rtp/steadyClock.ts';
import { signalProcess } from '../../support/signalProcess.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { ALL_ON, TrackRig } from './TrackRig.ts';

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

describe.each(['libav', 'ffmpeg'] as const)('a track process with %s', (engine) => {
  test('gives three layers, and keyframes within a frame, of which the source hears nothing', async () => {
    rig = await TrackRig.open({ engine });
    await flowing(rig);
    const { restarts } = rig.source;
    const waited: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      waited.push(await rig.keyframe(round % 3));
      await sleep(20 + 13 * (round % 5));
    }
    expect(rig.source.restarts).toBe(restarts);
    expect(median(waited)).toBeLessThan(100);
    await waitUntil(() => (rig?.stats.length ?? 0) > 0 || 'stats');
    expect(rig.stats.at(-1)).toMatchObject({ width: 1280, height: 720 });
  });

  test('answers with its last picture while the input is silent', async () => {
    rig = await TrackRig.open({ engine });
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
});

test('5 % loss on the tap costs no frame for good, and no more than the source can give', async () => {
  rig = await TrackRig.open({ path: (packet) => (isRtp(packet) && Math.random() < 0.05 ? [] : [packet]) });
  await flowing(rig);
  const [before] = [counts(rig)[0] ?? 0];
  const { frames, restarts } = rig.source;
  await sleep(4_000);
  const share = ((counts(rig)[0] ?? 0) - before) / (rig.source.frames - frames);
  expect(share).toBeGreaterThan(0.9);
  expect(rig.source.restarts - restarts).toBeLessThanOrEqual(2);
});

test('a layer that nobody watches is not encoded; back, it begins with a keyframe', async () => {
  rig = await TrackRig.open();
  await flowing(rig);
  rig.process.adapt(
    [ALL_ON[0], { active: false, bitrateBps: 0 }, ALL_ON[2]].filter((target) => target !== undefined),
    false,
  );
  await sleep(200);
  const still = rig.received[1]?.length ?? 0;
  await sleep(500);
  expect(rig.received[1]?.length).toBe(still);
  rig.process.adapt(ALL_ON, false);
  await waitUntil(() => (rig?.received[1]?.length ?? 0) > still || 'the layer is back');
  expect(rig.received[1]?.[still]?.keyframe).toBe(true);
});

test('garbage, truncated, doubled and reordered packets do not end it, and it goes on when they end', async () => {
  let isBad = false;
  let held: Buffer | null = null;
  rig = await TrackRig.open({
    path(packet) {
      if (!isBad) return [packet];
      const kind = Math.random();
      if (kind < 0.1) return [flipped(packet)];
      if (kind < 0.15) return [packet.subarray(0, Math.floor(Math.random() * packet.length))];
      if (kind < 0.2) return [randomBytes(Math.floor(Math.random() * 1_400))];
      if (kind < 0.25) return [packet, packet];
      if (kind < 0.35) {
        const before = held;
        held = packet;
        return before ? [before] : [];
      }
      return [packet];
    },
  });
  await flowing(rig);
  const { pid } = rig.process;
  isBad = true;
  await sleep(4_000);
  isBad = false;
  const [before = 0] = counts(rig);
  await waitUntil(() => (counts(rig as TrackRig)[0] ?? 0) > before + 60 || 'it goes on', 10_000);
  expect(() => signalProcess(pid, 0)).not.toThrow();
});

test.skipIf(!canPin())(
  'under CPU shortage frames and layers are given up, latency does not grow, and all comes back',
  async () => {
    rig = await TrackRig.open();
    await flowing(rig);
    pinToOneCpu(rig.process.pid ?? 0);
    const hogs = [1, 2].map(() =>
      spawn('taskset', ['-c', '0', process.execPath, '-e', 'for(;;);'], { stdio: 'ignore' }),
    );
    try {
      await sleep(5_000);
      const since = steadyClock.now();
      await sleep(3_000);
      const recent = (rig.received[0] ?? []).filter(({ atMs }) => atMs > since);
      const latencies = recent.map(({ atMs, timestamp }) => atMs - (rig?.source.sentAt(timestamp) ?? 0));
      expect(recent.length).toBeGreaterThan(10);
      expect(median(latencies)).toBeLessThan(150);
      expect(rig.stats.at(-1)?.framesShed).toBeGreaterThan(20);
    } finally {
      for (const hog of hogs) hog.kill('SIGKILL');
    }
    await waitUntil(() => rig?.stats.at(-1)?.sheddingFrom === null || JSON.stringify(rig?.stats.at(-1)), 30_000);
  },
);

test('encrypted on both paths it works as well', async () => {
  rig = await TrackRig.open({ srtp: true });
  await flowing(rig);
  expect(await rig.keyframe(1)).toBeLessThan(200);
});

test('output has the time line of the source, one to one', async () => {
  rig = await TrackRig.open();
  await flowing(rig, 60);
  const timestamps = (rig.received[2] ?? []).map(({ timestamp }) => timestamp);
  const steps = timestamps.slice(1).map((timestamp, index) => timestamp - (timestamps[index] ?? 0));
  expect(steps.every((step) => step % 3_000 === 0)).toBe(true);
  await waitUntil(
    () => rig?.viewers.every(({ senderReport }) => senderReport !== null) || 'sender reports of all layers',
  );
  expect(steadyClock.now() - (rig.viewers[0]?.senderReport?.ntpMs ?? 0)).toBeLessThan(3_000);
});

function canPin(): boolean {
  return process.platform === 'linux' && spawnSync('taskset', ['-p', String(process.pid)]).status === 0;
}

function pinToOneCpu(pid: number): void {
  execFileSync('taskset', ['-a', '-p', '-c', '0', String(pid)], { stdio: 'ignore' });
}

const isRtp = (packet: Buffer): boolean => !((packet[1] ?? 0) >= 192 && (packet[1] ?? 0) <= 223);

function flipped(packet: Buffer): Buffer {
  const copy = Buffer.from(packet);
  for (let flips = 0; flips < 8; flips += 1) {
    const at = Math.floor(Math.random() * copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
  }
  return copy;
}

function randomBytes(length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(Math.random() * 256)));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
