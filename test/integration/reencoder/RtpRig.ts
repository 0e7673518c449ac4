import type { types } from 'mediasoup';
import { MEDIA_CODECS } from '../../../core/media/codecs.ts';
import { spawnWorker } from '../../../core/media/workers/spawnWorker.ts';
import type { InputCodec, OutputCodec, SrtpKey } from '../../../core/reencoding/messages.ts';
import type { CodedFrame } from '../../../reencoder/frames.ts';
import { Republisher, type RepublisherListener } from '../../../reencoder/rtp/Republisher.ts';
import { createSrtpKey, SrtpSession } from '../../../reencoder/rtp/srtp/SrtpSession.ts';
import { steadyClock } from '../../../reencoder/rtp/steadyClock.ts';
import { TapReceiver } from '../../../reencoder/rtp/TapReceiver.ts';
import { UdpSocket } from '../../../reencoder/rtp/UdpSocket.ts';
import { SourcePlayer } from './SourcePlayer.ts';
import { Vp9Sender } from './Vp9Sender.ts';

const LOOPBACK = '127.0.0.1';
const PAYLOAD_TYPES: Record<InputCodec, number> = { VP8: 96, VP9: 98, H264: 120 };
const PARAMETERS: Record<InputCodec, Record<string, string | number>> = {
  VP8: {},
  VP9: { 'profile-id': 0 },
  H264: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
};
const FEEDBACK = [
  { type: 'nack', parameter: '' },
  { type: 'nack', parameter: 'pli' },
  { type: 'ccm', parameter: 'fir' },
];

export interface Sender {
  readonly republisher: Republisher;
  readonly producer: types.Producer;
}

export interface Receiver {
  readonly tap: TapReceiver;
  readonly consumer: types.Consumer;
  readonly frames: CodedFrame[];
}

export interface Source {
  /** The player, which does not play yet. */
  readonly player: SourcePlayer;
  readonly producer: types.Producer;
}

interface SourceOptions {
  readonly srtp?: boolean;
  /** False if the source ignores keyframe requests. */
  readonly answers?: boolean;
}

interface ReceiverOptions {
  /** Returns whether a datagram gets lost on its way to the receiver. */
  readonly loses?: (datagram: Buffer) => boolean;
  readonly srtp?: boolean;
}

const SOURCE_SIZE = { width: 640, height: 360 };
/** Twice as fast as a camera, because tests count frames. */
const SOURCE_FPS = 60;

/** A real mediasoup router with our senders and receivers around it. */
export class RtpRig {
  readonly #worker: types.Worker;
  readonly router: types.Router;
  readonly #closers: (() => void)[] = [];
  #ssrc = 1_000;

  private constructor(worker: types.Worker, router: types.Router) {
    this.#worker = worker;
    this.router = router;
  }

  static async create(): Promise<RtpRig> {
    const worker = await spawnWorker();
    return new RtpRig(worker, await worker.createRouter({ mediaCodecs: MEDIA_CODECS }));
  }

  async sender(
    codec: OutputCodec,
    layers: number,
    options: { srtp?: boolean; listener?: RepublisherListener } = {},
  ): Promise<Sender> {
    const path = await this.#producer(codec, layers, options.srtp);
    const republisher = new Republisher({
      send: path.send,
      codec,
      payloadType: PAYLOAD_TYPES[codec],
      cname: 'presenter',
      layers: path.ssrcs.map((ssrc) => ({ ssrc })),
      clock: steadyClock,
      listener: options.listener ?? { keyframeRequested: () => undefined },
    });
    this.#closers.push(() => republisher.close());
    await path.start((datagram) => republisher.receive(datagram));
    return { republisher, producer: path.producer };
  }

  /** Opens a source that plays video of one layer to a producer. */
  async source(codec: InputCodec, { srtp = false, answers = true }: SourceOptions = {}): Promise<Source> {
    const keyframeRequested = () => {
      if (answers) player.keyframe();
    };
    const { producer, send } =
      codec === 'VP9'
        ? await this.#vp9Sender(srtp, keyframeRequested)
        : await this.#frameSender(codec, srtp, keyframeRequested);
    const player = await SourcePlayer.open({ codec, ...SOURCE_SIZE, fps: SOURCE_FPS }, send);
    this.#closers.push(() => player.stop());
    return { player, producer };
  }

  async #vp9Sender(srtp: boolean, keyframeRequested: () => void) {
    const { producer, ssrcs, payloadType, send, start } = await this.#producer('VP9', 1, srtp);
    const sender = new Vp9Sender({ send, ssrc: ssrcs[0] ?? 0, payloadType, keyframeRequested });
    await start((datagram) => sender.receive(datagram));
    return { producer, send: (frame: CodedFrame) => sender.sendFrame(frame) };
  }

  async #frameSender(codec: OutputCodec, srtp: boolean, keyframeRequested: () => void) {
    const { republisher, producer } = await this.sender(codec, 1, { srtp, listener: { keyframeRequested } });
    return {
      producer,
      send: (frame: CodedFrame) => republisher.sendFrame({ ...frame, ...SOURCE_SIZE, layer: 0 }),
    };
  }

  /** Opens a producer and a path to it. */
  async #producer(codec: InputCodec, layers: number, srtp = false) {
    const ssrcs = Array.from({ length: layers }, () => this.#ssrc++);
    const path = await this.#openPath(srtp);
    const producer = await path.transport.produce({
      kind: 'video',
      keyFrameRequestDelay: 100,
      rtpParameters: {
        codecs: [
          {
            mimeType: `video/${codec}`,
            payloadType: PAYLOAD_TYPES[codec],
            clockRate: 90_000,
            parameters: PARAMETERS[codec],
            rtcpFeedback: FEEDBACK,
          },
        ],
        encodings: ssrcs.map((ssrc) => ({ ssrc })),
        rtcp: { cname: 'presenter', reducedSize: true },
      },
    });
    return { producer, ssrcs, payloadType: PAYLOAD_TYPES[codec], send: path.send, start: path.start };
  }

  async receiver(producer: types.Producer, codec: InputCodec, options: ReceiverOptions = {}): Promise<Receiver> {
    const path = await this.#openPath(options.srtp ?? false, options.loses);
    const consumer = await path.transport.consume({
      producerId: producer.id,
      rtpCapabilities: {
        codecs: [
          {
            kind: 'video',
            mimeType: `video/${codec}`,
            preferredPayloadType: PAYLOAD_TYPES[codec],
            clockRate: 90_000,
            parameters: PARAMETERS[codec],
            rtcpFeedback: FEEDBACK,
          },
        ],
        headerExtensions: [],
      },
      paused: true,
    });
    const frames: CodedFrame[] = [];
    const tap = new TapReceiver({
      send: path.send,
      ssrc: consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0,
      payloadType: consumer.rtpParameters.codecs[0]?.payloadType ?? 0,
      codec,
      clock: steadyClock,
      listener: { frame: (frame) => frames.push(frame), discontinuity: () => undefined },
    });
    this.#closers.push(() => tap.close());
    await path.start((datagram) => tap.receive(datagram));
    tap.requestKeyframe();
    await consumer.resume();
    return { tap, consumer, frames };
  }

  close(): void {
    for (const close of this.#closers) close();
    this.#worker.close();
  }

  async #openPath(srtp: boolean, loses: (datagram: Buffer) => boolean = () => false) {
    const socket = await UdpSocket.open({ address: LOOPBACK });
    this.#closers.push(() => socket.close());
    const transport = await this.router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: LOOPBACK },
      rtcpMux: true,
      comedia: false,
      ...(srtp ? { enableSrtp: true, srtpCryptoSuite: 'AEAD_AES_128_GCM' as const } : {}),
    });
    const sendKey = createSrtpKey();
    await transport.connect({ ip: LOOPBACK, port: socket.port, ...(srtp ? { srtpParameters: sendKey } : {}) });
    const peerKey = transport.srtpParameters;
    const session = srtp && peerKey ? new SrtpSession({ sendKey, receiveKey: toKey(peerKey) }) : null;
    return {
      transport,
      send: (packet: Buffer) => socket.send(session === null ? packet : session.protect(packet)),
      start: (receive: (datagram: Buffer) => void) =>
        socket.connect({ address: LOOPBACK, port: transport.tuple.localPort }, (datagram) => {
          if (loses(datagram)) return;
          const opened = session === null ? datagram : session.unprotect(datagram);
          if (opened !== null) receive(opened);
        }),
    };
  }
}

function toKey({ cryptoSuite, keyBase64 }: types.SrtpParameters): SrtpKey {
  if (cryptoSuite !== 'AEAD_AES_128_GCM') throw new Error(`mediasoup chose ${cryptoSuite}`);
  return { cryptoSuite, keyBase64 };
}
