import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../test/support/ManualClock.ts';
import type { EnginePromises, LayerWish, Transcoder, TranscoderListener } from '../engines/Engine.ts';
import type { CodedFrame } from '../frames.ts';
import { Pipeline } from './Pipeline.ts';

const FRAME_MS = 33;

interface Order {
  readonly kind: 'push' | 'repeat';
  readonly timestamp: number;
  readonly wishes: readonly LayerWish[];
}

/** Works only when the test calls it. */
class FakeTranscoder implements Transcoder {
  readonly pids = [];
  readonly orders: Order[] = [];
  readonly #listener: TranscoderListener;
  readonly #open: Order[] = [];
  hasPicture = false;
  /** Whether it makes the keyframes that are wished. */
  keyframes = true;
  closed = false;

  constructor(listener: TranscoderListener) {
    this.#listener = listener;
  }

  get backlog(): number {
    return this.#open.length;
  }

  push({ timestamp }: CodedFrame, wishes: readonly LayerWish[]): void {
    this.#take({ kind: 'push', timestamp, wishes });
  }

  repeat(timestamp: number, wishes: readonly LayerWish[]): boolean {
    if (this.hasPicture) this.#take({ kind: 'repeat', timestamp, wishes });
    return this.hasPicture;
  }

  #take(order: Order): void {
    this.orders.push(order);
    this.#open.push(order);
  }

  work(pictures = this.#open.length): void {
    for (const { timestamp, wishes } of this.#open.splice(0, pictures)) {
      this.hasPicture = true;
      for (const [layer, { encode, keyframe }] of wishes.entries()) {
        if (!encode) continue;
        const isKeyframe = keyframe && this.keyframes;
        this.#listener.encoded({
          data: Buffer.alloc(1),
          timestamp,
          keyframe: isKeyframe,
          layer,
          width: 16,
          height: 16,
        });
      }
    }
  }

  refuse(): void {
    this.#open.length = 0;
    this.#listener.undecodable('garbage');
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  get last(): Order {
    const order = this.orders.at(-1);
    if (!order) throw new Error('nothing was ordered');
    return order;
  }
}

let clock: ManualClock;
let transcoder: FakeTranscoder;
let pipeline: Pipeline;
let sent: { layer: number; keyframe: boolean; timestamp: number }[];
let asked: string[];
let failures: string[];
let timestamp: number;

const ALL: EnginePromises = {
  keyframe: 'next-frame',
  keyframeWhilePaused: true,
  bitrateWhileRunning: true,
  seamlessResize: true,
  shedsPictures: true,
};
const FALLBACK: EnginePromises = {
  keyframe: 'within-a-second',
  keyframeWhilePaused: false,
  bitrateWhileRunning: false,
  seamlessResize: false,
  shedsPictures: false,
};

const target = (active: boolean) => ({ active, bitrateBps: 500_000 });
const keyframesOf = ({ wishes }: Order) => wishes.map(({ keyframe }) => keyframe);
const encodedOf = ({ wishes }: Order) => wishes.map(({ encode }) => encode);

beforeEach(() => openWith(ALL));

async function openWith(promises: EnginePromises): Promise<void> {
  clock = new ManualClock();
  sent = [];
  asked = [];
  failures = [];
  timestamp = 0;
  pipeline = await Pipeline.open({
    engine: {
      promises,
      async open({ listener }) {
        transcoder = new FakeTranscoder(listener);
        return transcoder;
      },
    },
    input: 'VP8',
    output: 'VP8',
    layers: [{ scaleDownBy: 4 }, { scaleDownBy: 2 }, { scaleDownBy: 1 }],
    targets: [target(true), target(true), target(true)],
    clock,
    listener: {
      encoded: (frame) => sent.push(frame),
      sourceKeyframeNeeded: (reason) => asked.push(reason),
      failed: (error) => failures.push(error.message),
    },
  });
}

function frame(keyframe = false): void {
  clock.advance(FRAME_MS);
  timestamp += FRAME_MS * 90;
  pipeline.frame({ data: Buffer.alloc(1), keyframe, timestamp });
}

/** Sends frames at a pace that the engine keeps up with. */
function flow(frames: number): void {
  for (let count = 0; count < frames; count += 1) {
    frame(count === 0);
    transcoder.work();
  }
}

test('frames flow through on every layer, with their timestamps', () => {
  flow(10);
  expect(pipeline.framesIn).toBe(10);
  expect(pipeline.framesOut).toEqual([10, 10, 10]);
  expect(sent.at(-1)?.timestamp).toBe(timestamp);
});

test('a request is answered with the next picture, for its layer alone, and the source is not asked', () => {
  flow(10);
  for (let count = 0; count < 5; count += 1) pipeline.keyframeRequested(1);
  frame();
  expect(keyframesOf(transcoder.last)).toEqual([false, true, false]);
  transcoder.work();
  frame();
  expect(keyframesOf(transcoder.last)).toEqual([false, false, false]);
  expect(pipeline.stats().keyframeRequestsAbsorbed).toBe(5);
  expect(asked).toEqual([]);
});

test('while the input is silent a request is answered at once with the last picture', () => {
  flow(10);
  clock.advance(5_000);
  pipeline.keyframeRequested(2);
  expect(transcoder.last.kind).toBe('repeat');
  expect(encodedOf(transcoder.last)).toEqual([false, false, true]);
  expect(transcoder.last.timestamp).toBeGreaterThan(timestamp + 4_900 * 90);
  transcoder.work();
  const orders = transcoder.orders.length;
  clock.advance(1_000);
  expect(transcoder.orders.length).toBe(orders);
});

test('an input that falls silent after a request does not keep the viewer waiting', () => {
  flow(10);
  pipeline.keyframeRequested(0);
  clock.advance(41);
  expect(transcoder.last.kind).toBe('repeat');
});

test('a keyframe that the engine left out is requested again', () => {
  flow(10);
  clock.advance(5_000);
  pipeline.keyframeRequested(2);
  transcoder.refuse();
  clock.advance(61);
  expect(transcoder.orders.filter(({ kind }) => kind === 'repeat')).toHaveLength(2);
});

test('a frame after a repeated picture is later than it', () => {
  flow(10);
  clock.advance(500);
  pipeline.keyframeRequested(2);
  const repeated = transcoder.last.timestamp;
  transcoder.work();
  pipeline.frame({ data: Buffer.alloc(1), keyframe: false, timestamp: timestamp + 90 });
  expect(transcoder.last.timestamp).toBe(repeated + 1);
});

test('a layer that nobody watches is not encoded; it returns with a keyframe, even on a silent input', () => {
  flow(10);
  pipeline.adapt([target(true), target(false), target(false)]);
  frame();
  expect(encodedOf(transcoder.last)).toEqual([true, false, false]);
  transcoder.work();
  clock.advance(1_000);
  pipeline.adapt([target(true), target(true), target(false)]);
  expect(encodedOf(transcoder.last)).toEqual([false, true, false]);
  expect(keyframesOf(transcoder.last)).toEqual([false, true, false]);
});

test('layers have the bitrates of the last adaptation', () => {
  pipeline.adapt([10, 20, 30].map((bitrateBps) => ({ active: true, bitrateBps })));
  flow(1);
  expect(transcoder.last.wishes.map(({ bitrateBps }) => bitrateBps)).toEqual([10, 20, 30]);
});

test('an engine that is behind decodes every frame and encodes the newest; at most two pictures wait', () => {
  flow(10);
  for (let count = 0; count < 5; count += 1) frame();
  expect(transcoder.backlog).toBe(2);
  transcoder.work(1);
  clock.advance(3);
  const pushed = transcoder.orders.slice(-3);
  expect(pushed.map((order) => encodedOf(order).includes(true))).toEqual([false, false, true]);
  expect(pushed.at(-1)?.timestamp).toBe(timestamp);
  expect(pipeline.stats().framesShed).toBe(2);
});

test('an engine a second behind continues at a keyframe of the source; one that returns nothing has failed', () => {
  flow(3);
  for (let count = 0; count < 33; count += 1) frame();
  expect(asked).toEqual(['The engine is behind.']);
  frame(true);
  for (let count = 0; count < 31; count += 1) frame();
  expect(failures).toHaveLength(1);
});

test('undecodable input makes the pipeline ask the source', () => {
  frame();
  transcoder.refuse();
  expect(asked).toEqual(['garbage']);
});

test('under lasting pressure the frame rate is halved, but a keyframe request does not wait', () => {
  flow(3);
  for (let count = 0; count < 35; count += 1) {
    frame();
    if (count % 2 === 0) transcoder.work(1);
  }
  transcoder.work();
  clock.advance(3);
  transcoder.work();
  const before = pipeline.framesOut[0] ?? 0;
  flow(10);
  expect((pipeline.framesOut[0] ?? 0) - before).toBe(5);
  for (let count = 0; count < 4; count += 1) {
    pipeline.keyframeRequested(0);
    frame();
    expect(keyframesOf(transcoder.last)[0]).toBe(true);
    transcoder.work();
  }
});

/** Sends frames until the highest layer is given up: the engine manages only every second picture. */
function press(): void {
  for (let count = 0; count < 200 && pipeline.highestLayer === 2; count += 1) {
    frame(count === 0);
    if (count % 2 === 0) transcoder.work(1);
  }
  transcoder.work();
  clock.advance(3);
  transcoder.work();
  expect(pipeline.highestLayer).toBe(1);
}

test('a layer without CPU continues at half its rate until its viewers have moved', () => {
  press();
  flow(1);
  const before = [...pipeline.framesOut];
  flow(20);
  const sentIn20 = pipeline.framesOut.map((frames, layer) => frames - (before[layer] ?? 0));
  expect(sentIn20).toEqual([10, 10, 10]);
  expect(pipeline.stats().sheddingFrom).toBe(2);
  // The node has moved them: the other layers return to their full rate at once.
  pipeline.adapt([target(true), target(true), target(false)]);
  flow(5);
  frame();
  expect(encodedOf(transcoder.last)).toEqual([true, true, false]);
  expect(pipeline.highestLayer).toBe(1);
});

test('viewers that nobody moves lose a layer without CPU after a second', () => {
  press();
  flow(32);
  frame();
  expect(encodedOf(transcoder.last)).toEqual([true, true, false]);
});

describe('with an engine that promises less', () => {
  beforeEach(() => openWith(FALLBACK));

  test('the next keyframe of an engine that cannot repeat answers a request, and nothing is asked twice', () => {
    flow(10);
    for (let count = 0; count < 5; count += 1) pipeline.keyframeRequested(1);
    clock.advance(10_000);
    frame();
    transcoder.keyframes = false;
    transcoder.work();
    flow(20);
    expect(transcoder.orders.map(({ kind }) => kind)).not.toContain('repeat');
    expect(transcoder.orders).toHaveLength(31);
    expect(transcoder.orders.filter((order) => keyframesOf(order)[1])).toHaveLength(2);
    expect(asked).toEqual([]);
    expect(pipeline.stats().keyframeRequestsAbsorbed).toBe(5);
  });

  test('every frame that waited is encoded by an engine that cannot shed pictures', () => {
    flow(10);
    for (let count = 0; count < 5; count += 1) frame();
    transcoder.work(1);
    clock.advance(3);
    expect(transcoder.orders.slice(-3).map((order) => encodedOf(order).includes(true))).toEqual([true, true, true]);
    expect(pipeline.stats().framesShed).toBe(0);
  });

  test('pressure takes layers but no single pictures from an engine that cannot shed pictures', () => {
    press();
    const before = pipeline.framesOut[0] ?? 0;
    flow(10);
    expect((pipeline.framesOut[0] ?? 0) - before).toBe(10);
    expect(transcoder.orders.every((order) => encodedOf(order)[0])).toBe(true);
  });
});

test('a closed pipeline sends nothing more', async () => {
  flow(3);
  frame();
  await pipeline.close();
  transcoder.work();
  expect(transcoder.closed).toBe(true);
  expect(pipeline.framesOut).toEqual([3, 3, 3]);
});
