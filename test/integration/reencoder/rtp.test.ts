import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InputCodec, OutputCodec } from '../../../core/reencoding/messages.ts';
import { splitAnnexB } from '../../../reencoder/codecs/h264.ts';
import type { CodedFrame } from '../../../reencoder/frames.ts';
import { Vp9Format } from '../../../reencoder/rtp/formats/vp9.ts';
import { kindOf } from '../../../reencoder/rtp/packets.ts';
import type { Republisher } from '../../../reencoder/rtp/Republisher.ts';
import { codedVideo, decoded, flashLuma } from '../../support/codedVideo.ts';
import { SEED } from '../../support/random.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { lossOf } from './lossOf.ts';
import { RtpRig, type Source } from './RtpRig.ts';

const FRAME_MS = 1_000 / 30;
const SIZES = [
  { width: 160, height: 90 },
  { width: 320, height: 180 },
  { width: 640, height: 360 },
];

const CODECS: readonly InputCodec[] = ['VP8', 'H264', 'VP9'];

let rig: RtpRig;
beforeAll(async () => {
  rig = await RtpRig.create();
});
afterAll(() => rig.close());

describe('losses on the way from mediasoup', () => {
  it.concurrent.for(CODECS)(
    `every frame of %s crosses a path that loses 5 % (seed ${SEED})`,
    async (codec, { expect }) => {
      expect(await repaired(codec, false)).toMatchObject(ALL_REPAIRED);
    },
  );

  it.concurrent.for(['VP8', 'H264'] as const)(
    `every frame of %s, encrypted with SRTP, crosses a path that loses 5 % (seed ${SEED})`,
    async (codec, { expect }) => {
      expect(await repaired(codec, true)).toMatchObject(ALL_REPAIRED);
    },
  );

  const ALL_REPAIRED = { lost: 0, framesDropped: 0, malformed: 0, keyframesRequested: 0 };

  async function repaired(codec: InputCodec, srtp: boolean) {
    const source = await rig.source(codec, { srtp });
    const { tap, frames } = await rig.receiver(source.producer, codec, { srtp, loses: lossOf(0.05, SEED) });
    source.player.play();
    await waitUntil(() => frames.length > 0 || 'no frame came');
    const { plisSent } = tap.stats();
    await receives(frames, source, 120);
    expectWhole(codec, frames, source);
    // RTCP arrives as well: reports answer the receiver's reports.
    await waitUntil(() => tap.senderReport !== null || 'no sender report came');
    expect(tap.stats().recovered).toBeGreaterThan(10);
    return { ...tap.stats(), keyframesRequested: tap.stats().plisSent - plisSent };
  }
});

describe('the first packets through mediasoup', () => {
  it.concurrent.for(CODECS)(
    'the first picture of %s is delivered even if its first packet is lost and no other keyframe comes',
    async (codec, { expect }) => {
      const source = await rig.source(codec, { answers: false });
      let packets = 0;
      const { tap, frames } = await rig.receiver(source.producer, codec, {
        loses: (datagram) => kindOf(datagram) === 'rtp' && packets++ === 0,
      });
      source.player.play();
      await receives(frames, source, 30);
      expect(frames[0]?.timestamp).toBe(source.player.sent[0]?.timestamp);
      expectWhole(codec, frames, source);
      expect(tap.stats()).toMatchObject({ lost: 0, recovered: 1, framesDropped: 0 });
    },
  );

  it.concurrent.for(CODECS)(
    'the next keyframe of the source is delivered if the first frames of %s are lost for good',
    async (codec, { expect }) => {
      const source = await rig.source(codec);
      const lost = new Set<number>();
      const { frames } = await rig.receiver(source.producer, codec, {
        loses(datagram) {
          if (kindOf(datagram) !== 'rtp') return false;
          if (lost.size < 3) lost.add(datagram.readUInt32BE(4));
          return lost.has(datagram.readUInt32BE(4));
        },
      });
      source.player.play();
      await waitUntil(() => frames.length >= 10 || `${frames.length} frames came`);
      source.player.stop();
      const next = source.player.sent.find(({ keyframe, timestamp }) => keyframe && timestamp > Math.max(...lost));
      expect(frames[0]?.timestamp).toBe(next?.timestamp);
      expectWhole(codec, frames, source);
    },
  );
});

describe('layers through mediasoup', () => {
  const hand = 'a viewer of %s switches from layer to layer, and each keyframe request names its layer';
  it.concurrent.for<OutputCodec>(['VP8', 'H264'])(hand, async (codec, { expect }) => {
    const layers = await Promise.all(SIZES.map((size) => codedVideo({ codec, ...size, frames: 60 })));
    const asked: { layer: number; kind: string }[] = [];
    const players = new Players(layers);
    const { republisher, producer } = await rig.sender(codec, 3, {
      listener: {
        keyframeRequested(layer, kind) {
          asked.push({ layer, kind });
          players.restart(layer);
        },
      },
    });
    const { consumer, frames, tap } = await rig.receiver(producer, codec);
    const stop = players.start(republisher);
    try {
      const onTop = () => consumer.currentLayers?.spatialLayer === 2 || `on ${JSON.stringify(consumer.currentLayers)}`;
      await waitUntil(onTop);
      // Without timely reports the server would leave the viewer on the lowest layer for seconds.
      expect(frames.length).toBeLessThan(60);
      for (const spatialLayer of [0, 2, 1, 0, 1, 2]) {
        asked.length = 0;
        const before = frames.length;
        await consumer.setPreferredLayers({ spatialLayer });
        await waitUntil(() => {
          const keyframe = frames.slice(before).findLast((frame) => frame.keyframe);
          if (consumer.currentLayers?.spatialLayer !== spatialLayer) return `not on layer ${spatialLayer}`;
          return keyframe !== undefined || `no keyframe of layer ${spatialLayer}`;
        });
        expect(asked.map(({ layer }) => layer)).toContain(spatialLayer);
        await waitUntil(() => frames.length > before + 10 || `${frames.length - before} frames since`);
      }
      // Layers share one time line: no jump at a switch.
      const steps = frames.slice(1).map((frame, i) => frame.timestamp - (frames[i]?.timestamp ?? 0));
      expect(Math.min(...steps)).toBeGreaterThan(0);
      expect(Math.max(...steps)).toBeLessThan(90 * 200);
      expect(tap.stats()).toMatchObject({ lost: 0, framesDropped: 0 });

      asked.length = 0;
      await consumer.requestKeyFrame();
      await waitUntil(() => asked.some(({ layer }) => layer === 2) || `asked for ${JSON.stringify(asked)}`);
      expect(asked.every(({ layer, kind }) => layer === 2 && kind === 'pli')).toBe(true);
    } finally {
      stop();
    }
  });
});

describe('VP9', () => {
  it('a VP9 picture with several spatial layers decodes as one superframe', async () => {
    const size = { width: 320, height: 180 };
    const [first, second, third] = await codedVideo({ codec: 'VP9', ...size, frames: 3 });
    if (!first || !second || !third) throw new Error('no video');
    const payloads = [first, second].map(({ data }, layer) =>
      Buffer.concat([Buffer.from([0x2c, layer << 1, 0]), data]),
    );
    const joined = new Vp9Format().join(payloads);
    if (joined.type !== 'frame') throw new Error(joined.type);
    expect(joined.keyframe).toBe(true);
    const pictures = await decoded(
      'VP9',
      [joined, third].map(({ data }) => ({ data, ...size })),
    );
    expect(pictures.at(-1)?.luma).toBeCloseTo(flashLuma(2), -1);
  });
});

/** Waits until the first `count` frames of the source, or later ones, have arrived. Then it ends the source. */
async function receives(frames: readonly CodedFrame[], { player }: Source, count: number): Promise<void> {
  const until = () => player.sent[count - 1]?.timestamp ?? Number.POSITIVE_INFINITY;
  const figures = () => `${player.sent.length} frames were sent, ${frames.length} came`;
  await waitUntil(() => (frames.at(-1)?.timestamp ?? 0) >= until() || figures(), 40_000);
  player.stop();
}

/** Expects every frame from the first to the last received one, as it was sent. */
function expectWhole(codec: InputCodec, received: readonly CodedFrame[], { player }: Source): void {
  const [first = 0, last = 0] = [received[0]?.timestamp, received.at(-1)?.timestamp];
  const described = ({ data, keyframe, timestamp }: CodedFrame) => ({
    timestamp,
    keyframe,
    content: contentOf(codec, data),
  });
  const sent = player.sent.filter(({ timestamp }) => timestamp >= first && timestamp <= last);
  expect(received.map(described)).toEqual(sent.map(described));
}

/** Plays each layer's video in a loop. On a keyframe request the layer starts again at its keyframe. */
class Players {
  readonly #layers: readonly (readonly CodedFrame[])[];
  readonly #next: number[];

  constructor(layers: readonly (readonly CodedFrame[])[]) {
    this.#layers = layers;
    this.#next = layers.map(() => 0);
  }

  restart(layer: number): void {
    this.#next[layer] = 0;
  }

  start(republisher: Republisher): () => void {
    let timestamp = 0;
    const timer = setInterval(() => {
      timestamp += 3_000;
      for (const [layer, video] of this.#layers.entries()) {
        const at = this.#next[layer] ?? 0;
        this.#next[layer] = (at + 1) % video.length;
        const frame = video[at];
        const size = SIZES[layer];
        if (frame && size) republisher.sendFrame({ ...frame, ...size, layer, timestamp });
      }
    }, FRAME_MS);
    return () => clearInterval(timer);
  }
}

/**
 * Returns what must arrive. For H264 these are the units without delimiters; start codes may have three or four bytes.
 */
function contentOf(codec: InputCodec, data: Buffer): string[] {
  const pieces = codec === 'H264' ? splitAnnexB(data).filter((unit) => (unit.readUInt8(0) & 0x1f) !== 9) : [data];
  return pieces.map((piece) => createHash('sha1').update(piece).digest('hex'));
}
