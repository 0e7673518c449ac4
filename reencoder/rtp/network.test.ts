import { describe, expect, it } from 'vitest';
import type { OutputCodec } from '../../core/reencoding/messages.ts';
import { fc } from '../../test/support/fastCheck.ts';
import { ManualClock } from '../../test/support/ManualClock.ts';
import { randomFrom } from '../../test/support/random.ts';
import type { CodedFrame } from '../frames.ts';
import { Republisher } from './Republisher.ts';
import { TapReceiver } from './TapReceiver.ts';

/** A sender and a receiver with a bad network between them. */

const SSRC = 0x1234_5678;
const FRAME_MS = 33;
const FRAME_TICKS = 2_970;

interface Network {
  readonly loss: number;
  readonly duplicates: number;
  readonly delayMs: number;
  readonly jitterMs: number;
  /** Share of datagrams that arrive damaged. */
  readonly damage: number;
}

const network = (damage: number) =>
  fc.record({
    loss: fc.constantFrom(0, 0.01, 0.05, 0.3),
    duplicates: fc.constantFrom(0, 0.1),
    delayMs: fc.integer({ min: 0, max: 60 }),
    jitterMs: fc.constantFrom(0, 3, 30),
    damage: fc.constant(damage),
  });

class Call {
  readonly clock = new ManualClock();
  readonly delivered: CodedFrame[] = [];
  readonly produced: CodedFrame[] = [];
  readonly #random: () => number;
  readonly #republisher: Republisher;
  readonly tap: TapReceiver;
  network: Network;
  #keyframeWanted = true;

  constructor(codec: OutputCodec, network: Network, seed: number) {
    this.network = network;
    this.#random = randomFrom(seed);
    this.#republisher = new Republisher({
      send: (datagram) => this.#carry(datagram, (received) => this.tap.receive(received)),
      codec,
      payloadType: 96,
      cname: 'presenter',
      layers: [{ ssrc: SSRC }],
      clock: this.clock,
      listener: {
        keyframeRequested: () => {
          this.#keyframeWanted = true;
        },
      },
    });
    this.tap = new TapReceiver({
      send: (datagram) => this.#carry(datagram, (received) => this.#republisher.receive(received)),
      ssrc: SSRC,
      payloadType: 96,
      codec,
      clock: this.clock,
      listener: { frame: (frame) => this.delivered.push(frame), discontinuity: () => undefined },
    });
    this.tap.requestKeyframe();
  }

  play(frames: number, make: (number: number, keyframe: boolean) => Buffer): void {
    for (let i = 0; i < frames; i++) {
      const number = this.produced.length + 1;
      const keyframe = this.#keyframeWanted;
      this.#keyframeWanted = false;
      const frame = { data: make(number, keyframe), keyframe, timestamp: number * FRAME_TICKS };
      this.produced.push(frame);
      this.#republisher.sendFrame({ ...frame, layer: 0, width: 320, height: 180 });
      this.clock.advance(FRAME_MS);
    }
  }

  close(): void {
    this.#republisher.close();
    this.tap.close();
    this.clock.advance(1_000);
    expect(this.clock.pendingTimers).toBe(0);
  }

  #carry(datagram: Buffer, deliver: (datagram: Buffer) => void): void {
    const { loss, duplicates, delayMs, jitterMs, damage } = this.network;
    if (this.#random() < loss) return;
    const copies = this.#random() < duplicates ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const carried = this.#random() < damage ? this.#damaged(datagram) : Buffer.from(datagram);
      this.clock.setTimer(delayMs + this.#random() * jitterMs, () => deliver(carried));
    }
  }

  #damaged(datagram: Buffer): Buffer {
    const copy = Buffer.from(datagram);
    const kind = this.#random();
    if (kind < 0.3) return copy.subarray(0, Math.floor(this.#random() * copy.length));
    const flips = kind < 0.9 ? 1 : 1 + Math.floor(this.#random() * 40);
    // Headers are the interesting part.
    const reach = this.#random() < 0.8 ? Math.min(copy.length, 40) : copy.length;
    for (let i = 0; i < flips; i++) {
      const at = Math.floor(this.#random() * reach);
      copy.writeUInt8(copy.readUInt8(at) ^ (1 << Math.floor(this.#random() * 8)), at);
    }
    return copy;
  }
}

/** Returns a frame. Sizes vary, and no byte looks like a start code. */
const frameOf: Record<OutputCodec, (number: number, keyframe: boolean) => Buffer> = {
  VP8(number, keyframe) {
    const data = Buffer.alloc(keyframe ? 20_000 : 20 + ((number * 377) % 4_000), 1 + (number % 200));
    if (keyframe) data.write('1000009d012a40016801', 0, 'hex');
    else data.writeUInt8(0x31, 0);
    return data;
  },
  H264(number, keyframe) {
    const startCode = Buffer.from([0, 0, 0, 1]);
    const slice = Buffer.alloc(keyframe ? 20_000 : 20 + ((number * 377) % 4_000), 1 + (number % 200));
    slice.writeUInt8(keyframe ? 0x65 : 0x41, 0);
    const sets = ['6742e01fda02d0497e10', '68ce3c80'].flatMap((set) => [startCode, Buffer.from(set, 'hex')]);
    return Buffer.concat([...(keyframe ? sets : []), startCode, slice]);
  },
};

describe.each<OutputCodec>(['VP8', 'H264'])('%s over a bad network', (codec) => {
  it('frames cross a bad network in order, each after every frame that it builds on, up to the last one', () => {
    fc.assert(
      fc.property(network(0), fc.integer(), (bad, seed) => {
        const call = new Call(codec, bad, seed);
        call.play(150, frameOf[codec]);
        call.network = { ...bad, loss: 0, jitterMs: 0 };
        call.play(60, frameOf[codec]);
        call.clock.advance(500);

        const byTimestamp = new Map(call.produced.map((frame, i) => [frame.timestamp, { frame, i }]));
        let last = -1;
        for (const frame of call.delivered) {
          const source = byTimestamp.get(frame.timestamp);
          if (source === undefined) throw new Error(`no frame with timestamp ${frame.timestamp} was sent`);
          expect(frame.data.equals(source.frame.data)).toBe(true);
          expect(frame.keyframe).toBe(source.frame.keyframe);
          expect(source.i).toBeGreaterThan(last);
          if (!frame.keyframe) expect(source.i).toBe(last + 1);
          last = source.i;
        }
        expect(call.delivered.at(-1)?.timestamp).toBe(call.produced.at(-1)?.timestamp);
        if (bad.loss === 0) expect(call.delivered).toHaveLength(call.produced.length);
        if (bad.loss === 0.05) expect(call.delivered.length).toBeGreaterThan(call.produced.length * 0.8);
        expect(call.tap.stats().malformed).toBe(0);
        call.close();
      }),
      { numRuns: 40 },
    );
  });

  it('damaged datagrams of a bad network do no lasting harm', () => {
    fc.assert(
      fc.property(network(0.2), fc.integer(), (bad, seed) => {
        const call = new Call(codec, bad, seed);
        call.play(90, frameOf[codec]);
        call.network = { ...bad, loss: 0, jitterMs: 0, damage: 0 };
        call.play(90, frameOf[codec]);
        call.tap.requestKeyframe(); // A decoder would request one if a damaged payload came through.
        call.play(60, frameOf[codec]);
        call.clock.advance(500);
        const [last] = call.delivered.slice(-1);
        expect(last?.data.equals(call.produced.at(-1)?.data ?? Buffer.alloc(0))).toBe(true);
        const steps = call.delivered.slice(1).map((frame, i) => frame.timestamp - (call.delivered[i]?.timestamp ?? 0));
        expect(Math.min(...steps.slice(-30))).toBeGreaterThan(0);
        call.close();
      }),
      { numRuns: 40 },
    );
  });
});
