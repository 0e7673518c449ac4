import { randomInt } from 'node:crypto';
import { toNtp } from '../../../../reencoder/rtp/ntp.ts';
import { EXTENSION, type LightPeer } from './LightPeer.ts';
import { buildPacket } from './rtp.ts';

/** One outgoing stream: numbers its packets, and reports on them as a sender must. */
class Stream {
  readonly ssrc = randomInt(1, 2 ** 31);
  readonly #payloadType: number;
  #sequence = randomInt(0, 0x8000);
  #packets = 0;
  #bytes = 0;

  constructor(payloadType: number) {
    this.#payloadType = payloadType;
  }

  send(peer: LightPeer, timestamp: number, payload: Buffer, options: { marker: boolean; level?: number }): void {
    this.#sequence += 1;
    this.#packets += 1;
    this.#bytes += payload.length;
    const { marker, level } = options;
    const extensions: { id: number; value: Buffer }[] = [
      { id: EXTENSION.transportSequence, value: peer.nextTransportSequence() },
    ];
    if (level !== undefined) extensions.push({ id: EXTENSION.audioLevel, value: Buffer.of(level) });
    peer.send(
      buildPacket({
        payloadType: this.#payloadType,
        sequenceNumber: this.#sequence,
        timestamp,
        ssrc: this.ssrc,
        marker,
        extensions,
        payload,
      }),
    );
  }

  /** Without it mediasoup does not change between layers. */
  report(peer: LightPeer, timestamp: number): void {
    const { seconds, fraction } = toNtp(performance.timeOrigin + performance.now());
    const packet = Buffer.alloc(28);
    packet.writeUInt32BE(0x80c8_0006, 0);
    packet.writeUInt32BE(this.ssrc, 4);
    packet.writeUInt32BE(seconds, 8);
    packet.writeUInt32BE(fraction, 12);
    packet.writeUInt32BE(timestamp >>> 0, 16);
    packet.writeUInt32BE(this.#packets, 20);
    packet.writeUInt32BE(this.#bytes, 24);
    peer.send(packet);
  }
}

const VIDEO_CLOCK = 90_000;
const FRAMES_PER_SECOND = 30;
const MTU_PAYLOAD = 1_150;
/** A keyframe of a person in front of a camera is about this many times as large as the frames between. */
const KEYFRAME_FACTOR = 4;
/** L1T3: the temporal layer of each frame in turn. */
const TEMPORAL = [0, 2, 1, 2] as const;
/**
 * Whether that frame refers to frames of the base layer alone. Such a frame lets a receiver go on to its layer: where
 * none says so, mediasoup sends the base layer and no more.
 */
const SYNC = [true, true, true, false] as const;
const REPORT_EVERY_FRAMES = 30;
const CNAME = 'light';
/** A camera of 1280×720 as browsers send it: 180, 360 and 720 lines. */
export const LAYER_BPS = [150_000, 500_000, 1_200_000] as const;

interface Layer {
  readonly stream: Stream;
  readonly bps: number;
  wantsKeyframe: boolean;
  /** The frame's place in TEMPORAL; a keyframe is of the base layer. */
  phase: number;
  /** Frames of the base layer so far. */
  baseFrames: number;
}

/** Packets of a camera's three layers: real VP8 payload descriptors and frame headers, and pictures of nothing. */
export class LightCamera {
  readonly #layers = LAYER_BPS.map(
    (bps): Layer => ({ stream: new Stream(96), bps, wantsKeyframe: true, phase: 0, baseFrames: 0 }),
  );
  readonly #pictureId = randomInt(0, 0x7fff);
  readonly #start = randomInt(0, 2 ** 31);
  #frame = 0;
  /** The highest layer that is sent; -1 for none. */
  maxLayer = LAYER_BPS.length - 1;

  get rtpParameters(): object {
    return {
      codecs: [
        {
          mimeType: 'video/VP8',
          payloadType: 96,
          clockRate: VIDEO_CLOCK,
          rtcpFeedback: [{ type: 'transport-cc' }, { type: 'nack' }, { type: 'nack', parameter: 'pli' }],
        },
      ],
      headerExtensions: [TRANSPORT_SEQUENCE],
      encodings: this.#layers.map(({ stream, bps }, index) => ({
        ssrc: stream.ssrc,
        maxBitrate: bps,
        scalabilityMode: 'L1T3',
        scaleResolutionDownBy: 2 ** (LAYER_BPS.length - 1 - index),
      })),
      rtcp: { cname: CNAME },
    };
  }

  /** The server wants a keyframe of the stream: the next frame is one. */
  requestKeyframe(ssrc: number): void {
    for (const layer of this.#layers) if (layer.stream.ssrc === ssrc) layer.wantsKeyframe = true;
  }

  /** Sends one picture in every layer. */
  film(peer: LightPeer): void {
    const timestamp = this.#start + (this.#frame * VIDEO_CLOCK) / FRAMES_PER_SECOND;
    for (const [index, layer] of this.#layers.entries()) {
      if (index > this.maxLayer) {
        layer.wantsKeyframe = true; // It starts with one when it is wanted again.
        continue;
      }
      this.#filmLayer(peer, layer, timestamp);
      if (this.#frame % REPORT_EVERY_FRAMES === 0) layer.stream.report(peer, timestamp);
    }
    this.#frame += 1;
  }

  #filmLayer(peer: LightPeer, layer: Layer, timestamp: number): void {
    const isKeyframe = layer.wantsKeyframe;
    layer.wantsKeyframe = false;
    if (isKeyframe) layer.phase = 0;
    const temporal = TEMPORAL[layer.phase] ?? 0;
    const isSync = SYNC[layer.phase] ?? false;
    layer.phase = (layer.phase + 1) % TEMPORAL.length;
    if (temporal === 0) layer.baseFrames += 1;
    const bytes = (layer.bps / 8 / FRAMES_PER_SECOND) * (isKeyframe ? KEYFRAME_FACTOR : 1);
    const packets = Math.ceil(bytes / MTU_PAYLOAD);
    for (let n = 0; n < packets; n += 1) {
      const payload = Buffer.alloc(Math.ceil(bytes / packets));
      this.#describe(payload, layer, temporal, isSync);
      if (n === 0) startFrame(payload, isKeyframe);
      layer.stream.send(peer, timestamp, payload, { marker: n === packets - 1 });
    }
  }

  /** RFC 7741: the descriptor with picture id, TL0PICIDX and temporal layer. */
  #describe(payload: Buffer, { baseFrames }: Layer, temporal: number, isSync: boolean): void {
    payload.writeUInt8(0x80, 0); // X
    payload.writeUInt8(0xe0, 1); // I, L and T
    payload.writeUInt16BE(0x8000 | ((this.#pictureId + this.#frame) & 0x7fff), 2);
    payload.writeUInt8(baseFrames & 0xff, 4);
    payload.writeUInt8((temporal << 6) | (isSync ? 0x20 : 0), 5);
  }
}

/** The header of a frame, after the descriptor of its first packet. */
function startFrame(payload: Buffer, isKeyframe: boolean): void {
  payload.writeUInt8(0x90, 0); // X and S
  payload.writeUInt8(isKeyframe ? 0x10 : 0x11, 6);
  if (isKeyframe) payload.set([0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00], 7);
}

const SOUND_CLOCK = 48_000;
const SOUND_BPS = 32_000;
const PACKETS_PER_SECOND = 50;
const SPEECH_DBOV = 30;

/** Packets of somebody who talks without a pause. */
export class LightMicrophone {
  readonly #stream = new Stream(111);
  readonly #start = randomInt(0, 2 ** 31);
  #packets = 0;

  get rtpParameters(): object {
    return {
      codecs: [
        {
          mimeType: 'audio/opus',
          payloadType: 111,
          clockRate: SOUND_CLOCK,
          channels: 2,
          parameters: { useinbandfec: 1, usedtx: 1 },
          rtcpFeedback: [{ type: 'transport-cc' }],
        },
      ],
      headerExtensions: [
        TRANSPORT_SEQUENCE,
        { uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: EXTENSION.audioLevel },
      ],
      encodings: [{ ssrc: this.#stream.ssrc }],
      rtcp: { cname: CNAME },
    };
  }

  /** Sends 20 ms of sound. */
  talk(peer: LightPeer): void {
    const timestamp = this.#start + (this.#packets * SOUND_CLOCK) / PACKETS_PER_SECOND;
    const payload = Buffer.alloc(SOUND_BPS / 8 / PACKETS_PER_SECOND, 1);
    this.#stream.send(peer, timestamp, payload, { marker: this.#packets === 0, level: SPEECH_DBOV });
    if (this.#packets % PACKETS_PER_SECOND === 0) this.#stream.report(peer, timestamp);
    this.#packets += 1;
  }
}

const TRANSPORT_SEQUENCE = {
  uri: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  id: EXTENSION.transportSequence,
};
