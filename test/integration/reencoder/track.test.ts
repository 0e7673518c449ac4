import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { InputCodec } from '../../../core/reencoding/messages.ts';
import { randomBytes, randomFrom, SEED } from '../../support/random.ts';
import { signalProcess } from '../../support/signalProcess.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { lossOf } from './lossOf.ts';
import { ALL_ON, GOOD_PATH, type PacketPath, TrackRig } from './TrackRig.ts';

/** Starting a track process takes longer than most tests, so tests that leave it unchanged share one. */
let rig: TrackRig;

function onOneRig(options: Parameters<typeof TrackRig.open>[0]): void {
  beforeAll(async () => {
    rig = await TrackRig.open(options);
    await rig.flows();
  });
  afterEach(() => {
    rig.path = GOOD_PATH;
    rig.source.paused = false;
  });
  afterAll(() => rig.close());
}

function keyframesAreAnswered(): void {
  test('a track process answers a keyframe request at once without asking the source', async () => {
    const { restarts } = rig.source;
    const framesBefore: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      const layer = round % rig.affordableLayers;
      framesBefore.push(await rig.keyframe(layer));
      await rig.flows(1 + (round % 4), [layer]);
    }
    expect(rig.source.restarts).toBe(restarts);
    expect(median(framesBefore)).toBeLessThanOrEqual(3);
    await waitUntil(() => rig.stats.length > 0 || 'no statistics came');
    expect(rig.stats.at(-1)).toMatchObject({ width: 320, height: 180 });
  });

  test('a track process answers keyframe requests with its last picture while the input is silent', async () => {
    rig.source.paused = true;
    await rig.arrived();
    const { restarts, sent } = rig.source;
    const { length } = sent;
    for (const layer of [2, 1, 0, 2, 1, 0]) await rig.keyframe(layer % rig.affordableLayers);
    expect(sent).toHaveLength(length);
    expect(rig.source.restarts).toBe(restarts);
  });
}

/** A lack of CPU costs frames of the output but never of the tap, so frames are counted at the input. */
function losesNoFrame(codec: InputCodec): void {
  test(`5 % loss on the tap loses no frame of ${codec} and costs the source no keyframe (seed ${SEED})`, async () => {
    const loses = lossOf(0.05, SEED);
    const { restarts, sent } = rig.source;
    const { length } = sent;
    const recovered = rig.stats.at(-1)?.packetsRecovered ?? 0;
    const hasSent = (frames: number) =>
      waitUntil(() => sent.length >= length + frames || `${sent.length - length} of ${frames} were sent`, 40_000);
    rig.path = (packet) => (loses(packet) ? [] : [packet]);
    await hasSent(120);
    rig.path = GOOD_PATH; // Nobody would notice the loss of the very last packet.
    await hasSent(125);
    rig.source.paused = true;
    await rig.arrived();
    expect(rig.source.restarts).toBe(restarts);
    const figures = () => JSON.stringify(rig.stats.at(-1));
    await waitUntil(() => (rig.stats.at(-1)?.packetsRecovered ?? 0) > recovered + 10 || figures());
    expect(rig.stats.at(-1)).toMatchObject({ packetsLost: 0 });
  });
}

describe('with ffmpeg', () => {
  onOneRig({ engine: 'ffmpeg' });

  test('a track process with ffmpeg answers a keyframe request within a second without asking the source', async () => {
    const { restarts } = rig.source;
    const framesBefore: number[] = [];
    for (let round = 0; round < 6; round += 1) framesBefore.push(await rig.keyframe(round % rig.affordableLayers));
    expect(rig.source.restarts).toBe(restarts);
    expect(Math.max(...framesBefore)).toBeLessThanOrEqual(31);
    await waitUntil(() => (rig.stats.at(-1)?.keyframeRequestsAbsorbed ?? 0) >= 6 || 'requests did not end here');
  });
});

describe('with H264 on the tap, encrypted on both paths', () => {
  onOneRig({ input: 'H264', srtp: true });
  losesNoFrame('H264');
});

describe('with libav', () => {
  onOneRig({});

  test('the output has exactly the time line of the source', async () => {
    await rig.flows(30);
    const sent = new Set(rig.source.sent.map(({ timestamp }) => timestamp));
    for (const frames of rig.received) expect(frames.filter(({ timestamp }) => !sent.has(timestamp))).toEqual([]);
    await waitUntil(() => {
      const reports = rig.viewers.map(({ senderReport }) => senderReport);
      const said = reports.map((report) => report && `${report.ntpMs} ${report.timestamp}`);
      return (said[0] !== null && new Set(said).size === 1) || `reports of the layers differ: ${said}`;
    });
  });

  losesNoFrame('VP8');
  keyframesAreAnswered();

  test('a layer that nobody watches is not encoded; when watched again, it begins with a keyframe', async () => {
    const [lowest = [], middle = []] = rig.received;
    rig.process.adapt(
      ALL_ON.map((target, layer) => ({ ...target, active: layer !== 1 })),
      false,
    );
    await waitUntil(() => {
      const since = lowest.filter(({ timestamp }) => timestamp > (middle.at(-1)?.timestamp ?? 0)).length;
      return since >= 15 || `the lowest layer has ${since} frames since the last one of the middle layer`;
    });
    const { length } = middle;
    rig.process.adapt(ALL_ON, false);
    await waitUntil(() => middle.length > length || 'the layer does not come back');
    expect(middle[length]?.keyframe).toBe(true);
  });

  test(`a track process survives garbage and truncated, duplicated and reordered packets (seed ${SEED})`, async () => {
    const { sent } = rig.source;
    const { length } = sent;
    rig.path = spoilerOf(SEED);
    await waitUntil(() => sent.length >= length + 120 || `${sent.length - length} frames were sent`);
    rig.path = GOOD_PATH;
    await rig.flows(30, [0]);
    expect(() => signalProcess(rig.process.pid, 0)).not.toThrow();
  });
});

describe('with a large picture', () => {
  onOneRig({ width: 1280, height: 720 });

  test('a track process short of CPU gives up pictures, builds no backlog, and later sends all layers again', async ({
    onTestFinished,
  }) => {
    const hogs: ChildProcess[] = [];
    const endHogs = () => {
      for (const hog of hogs.splice(0)) hog.kill('SIGKILL');
    };
    onTestFinished(endHogs);
    pin(rig.process.pid, '0');
    for (let count = 0; count < 2; count += 1) {
      hogs.push(spawn('taskset', ['-c', '0', process.execPath, '-e', 'for(;;);'], { stdio: 'ignore' }));
    }
    const shed = () => rig.stats.at(-1)?.framesShed ?? 0;
    await waitUntil(() => shed() > 40 || `${shed()} frames were shed`, 40_000);
    const [lowest = []] = rig.received;
    const before = lowest.length;
    await rig.flows(15, [0]);
    // Without shedding it would be seconds behind by now, and fall further behind.
    expect(median(lowest.slice(before).map(({ behind }) => behind))).toBeLessThan(30);
    endHogs();
    pin(rig.process.pid, `0-${availableParallelism() - 1}`);
    await rig.flows(30);
  }, 120_000);
});

function pin(pid: number | undefined, cpus: string): void {
  try {
    execFileSync('taskset', ['-a', '-p', '-c', cpus, String(pid)], { stdio: 'ignore' });
  } catch (cause) {
    throw new Error('A CPU can be made short only with the command taskset: apt-get install util-linux', { cause });
  }
}

/** Returns a path that treats packets as a bad network or a bad peer does. */
function spoilerOf(seed: number): PacketPath {
  const random = randomFrom(seed);
  let held: Buffer | null = null;
  return (packet) => {
    const kind = random();
    if (kind < 0.1) return [flipped(packet, random)];
    if (kind < 0.15) return [packet.subarray(0, Math.floor(random() * packet.length))];
    if (kind < 0.2) return [randomBytes(random, Math.floor(random() * 1_400))];
    if (kind < 0.25) return [packet, packet];
    if (kind >= 0.35) return [packet];
    const before = held;
    held = packet;
    return before ? [before] : [];
  };
}

function flipped(packet: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(packet);
  for (let flips = 0; flips < 8; flips += 1) {
    const at = Math.floor(random() * copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  }
  return copy;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
