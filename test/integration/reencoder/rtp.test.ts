import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutputCodec } from '../../../core/reencoding/messages.ts';
import type { CodedFrame } from '../../../reencoder/frames.ts';
import { splitAnnexB } from '../../../reencoder/rtp/formats/h264.ts';
import { cutEvenly } from '../../../reencoder/rtp/formats/PayloadFormat.ts';
import { Vp9Format } from '../../../reencoder/rtp/formats/vp9.ts';
import { buildRtpPacket } from '../../../reencoder/rtp/packets.ts';
import type { Republisher } from '../../../reencoder/rtp/Republisher.ts';
import { codedVideo, decoded, flashLuma } from '../../support/codedVideo.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { RtpRig } from './RtpRig.ts';

const FRAME_MS = 1_000 / 30;
const SIZES = [
  { width: 160, height: 90 },
  { width: 320, height: 180 },
  { width: 640, height: 360 },
];

let rig: RtpRig;
beforeAll(async () => {
  rig = await RtpRig.create();
});
afterAll(() => rig.close());

describe.each<OutputCodec>(['VP8', 'H264'])('%s through mediasoup', (codec) => {
  it('brings every frame across a path that loses 5 %', async () => {
    const video = await codedVideo({ codec, width: 640, height: 360, frames: 150, content: 'motion' });
    const { republisher, producer } = await rig.sender(codec, 1);
    const { tap, frames } = await rig.receiver(producer, codec, { loss: 0.05 });
    await play(video, (frame) => republisher.sendFrame({ ...frame, layer: 0, width: 640, height: 360 }));
    await waitUntil(() => frames.length === video.length || `${frames.length} of ${video.length} frames`);

    for (const [i, frame] of frames.entries()) {
      expect(contentOf(codec, frame.data), `frame ${i}`).toEqual(contentOf(codec, video[i]?.data));
      expect(frame.keyframe).toBe(video[i]?.keyframe);
      expect(frame.timestamp - (frames[0]?.timestamp ?? 0)).toBe(
        (video[i]?.timestamp ?? 0) - (video[0]?.timestamp ?? 0),
      );
    }
    const stats = tap.stats();
    expect(stats.recovered).toBeGreaterThan(10);
    expect(stats).toMatchObject({ lost: 0, framesDropped: 0, malformed: 0 });
    expect(stats.plisSent).toBeLessThanOrEqual(2); // The start, and that mediasoup had not begun to send at once.
    expect(tap.senderReport).not.toBeNull();
  });

  it('is protected with SRTP when asked', async () => {
    const video = await codedVideo({ codec, width: 320, height: 180, frames: 60 });
    const { republisher, producer } = await rig.sender(codec, 1, { srtp: true });
    const { frames, tap } = await rig.receiver(producer, codec, { srtp: true, loss: 0.05 });
    await play(video, (frame) => republisher.sendFrame({ ...frame, layer: 0, width: 320, height: 180 }));
    await waitUntil(() => frames.length === video.length || `${frames.length} of ${video.length} frames`);
    expect(tap.stats()).toMatchObject({ lost: 0, malformed: 0 });
    // Its RTCP arrives as well: the receiver's reports are answered with reports.
    await waitUntil(() => tap.senderReport !== null || 'no sender report');
  });

  it('hands a viewer from layer to layer, and tells which layer is asked for a keyframe', async () => {
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
      // Without reports in time the server would leave the viewer on the lowest layer for seconds.
      const onTop = () => consumer.currentLayers?.spatialLayer === 2 || `on ${JSON.stringify(consumer.currentLayers)}`;
      await waitUntil(onTop, 900);
      for (const spatialLayer of [0, 2, 1, 0, 1, 2]) {
        asked.length = 0;
        const before = frames.length;
        await consumer.setPreferredLayers({ spatialLayer });
        await waitUntil(() => {
          const keyframe = frames.slice(before).findLast((frame) => frame.keyframe);
          if (consumer.currentLayers?.spatialLayer !== spatialLayer) return `not on layer ${spatialLayer}`;
          return keyframe !== undefined || `no keyframe of layer ${spatialLayer}`;
        }, 3_000);
        expect(asked.map(({ layer }) => layer)).toContain(spatialLayer);
        await waitUntil(() => frames.length > before + 10 || `${frames.length - before} frames since`);
      }
      // Layers are on one time line: no jump at a switch.
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
  it('comes through mediasoup whole', async () => {
    const video = await codedVideo({ codec: 'VP9', width: 320, height: 180, frames: 45, content: 'motion' });
    const { producer, ssrcs, payloadType, send, start } = await rig.producer('VP9', 1);
    await start(() => undefined);
    const { frames, tap } = await rig.receiver(producer, 'VP9');
    let sequenceNumber = 100;
    await play(video, ({ data, keyframe, timestamp }) => {
      const pieces = cutEvenly(data, 1_100);
      for (const [i, piece] of pieces.entries()) {
        const flags = (keyframe ? 0x80 : 0xc0) | (i === 0 ? 0x08 : 0) | (i === pieces.length - 1 ? 0x04 : 0);
        const marker = i === pieces.length - 1;
        const header = {
          ssrc: ssrcs[0] ?? 0,
          payloadType,
          sequenceNumber: sequenceNumber++,
          timestamp: timestamp >>> 0,
          marker,
        };
        send(buildRtpPacket(header, [Buffer.from([flags, 7]), piece]));
      }
    });
    await waitUntil(() => frames.length === video.length || `${frames.length} of ${video.length} frames`);
    expect(frames.map(({ data }) => data.toString('base64'))).toEqual(video.map(({ data }) => data.toString('base64')));
    expect(frames.map(({ keyframe }) => keyframe)).toEqual(video.map(({ keyframe }) => keyframe));
    expect(tap.stats()).toMatchObject({ framesDropped: 0, malformed: 0 });
  });

  it('a superframe of ours decodes', async () => {
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

/** Sends frames at 30 fps. */
async function play(video: readonly CodedFrame[], send: (frame: CodedFrame) => void): Promise<void> {
  const start = performance.now();
  for (const [i, frame] of video.entries()) {
    send(frame);
    await sleep(Math.max(0, start + (i + 1) * FRAME_MS - performance.now()));
  }
}

/** Plays each layer's video in a loop; a layer begins anew with its keyframe when it is asked for one. */
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

/** What is to arrive: of H264 the units without their delimiters, start codes may be of three or four bytes. */
function contentOf(codec: OutputCodec, data: Buffer | undefined): string[] {
  if (data === undefined) return [];
  const pieces = codec === 'H264' ? splitAnnexB(data).filter((unit) => (unit.readUInt8(0) & 0x1f) !== 9) : [data];
  return pieces.map((piece) => piece.toString('base64'));
}
