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

interface ReceiverOptions {
  /** Share of RTP that is lost on its way to the receiver. */
  readonly loss?: number;
  readonly srtp?: boolean;
}

/** A real mediasoup router, with senders and receivers of ours around it. */
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
    const path = await this.producer(codec, layers, options.srtp);
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

  /** A producer and the way to it. */
  async producer(codec: InputCodec, layers: number, srtp = false) {
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
    const path = await this.#openPath(options.srtp ?? false);
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
    await path.start((datagram) => {
      const isRtcp = (datagram[1] ?? 0) >= 192;
      if (isRtcp || Math.random() >= (options.loss ?? 0)) tap.receive(datagram);
    });
    tap.requestKeyframe();
    await consumer.resume();
    return { tap, consumer, frames };
  }

  close(): void {
    for (const close of this.#closers) close();
    this.#worker.close();
  }

  async #openPath(srtp: boolean) {
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
