import { randomInt } from 'node:crypto';
import { type Direction, PeerConnection, type Track, Video } from 'node-datachannel';
import { z } from 'zod';
import type { TransportOffer } from '../../../../signaling/protocol/shapes.ts';
import { extensionAt, isRtcp, ssrcOf } from './rtp.ts';
import { TransportFeedback } from './TransportFeedback.ts';

/** The ids of header extensions, the same on every router. */
export const EXTENSION = { absoluteSendTime: 4, transportSequence: 5, audioLevel: 6 } as const;

export interface DtlsAnswer {
  readonly role: 'client';
  readonly fingerprints: readonly { readonly algorithm: 'sha-256'; readonly value: string }[];
}

/** Where to find the other end. */
const Offered = z.object({
  iceParameters: z.object({ usernameFragment: z.string(), password: z.string() }),
  iceCandidates: z.array(
    z.object({ foundation: z.string(), protocol: z.string(), priority: z.number(), ip: z.string(), port: z.number() }),
  ),
  dtlsParameters: z.object({ fingerprints: z.array(z.object({ algorithm: z.string(), value: z.string() })) }),
});

const FEEDBACK_EVERY_MS = 100;
const OPEN_LIMIT_MS = 30_000;
const PAYLOAD_TYPE = 96;

/** All of them share one timer: a thousand timers would be a load of their own. */
const reporting = new Set<LightPeer>();
let reporter: ReturnType<typeof setInterval> | undefined;

/**
 * The other end of a WebRtcTransport: ICE, DTLS and SRTP as a browser does them, by libdatachannel, but no codec. What
 * it sends and receives are RTP packets. The bandwidth estimate of the server is told that every packet took equally
 * long, as on a network that never fills.
 */
export class LightPeer {
  readonly #connection: PeerConnection;
  readonly #track: Track;
  readonly #onPacket: (packet: Buffer) => void;
  readonly #onRtcp: (packet: Buffer) => void;
  readonly #feedback = new TransportFeedback(randomInt(1, 2 ** 31));
  #someSsrc = 0;
  #clockUs = 0;
  #lastSendTime = -1;
  packetsReceived = 0;
  #nextTransportSequence = 0;

  private constructor(
    connection: PeerConnection,
    track: Track,
    onPacket: (packet: Buffer) => void,
    onRtcp: (packet: Buffer) => void,
  ) {
    this.#connection = connection;
    this.#track = track;
    this.#onPacket = onPacket;
    this.#onRtcp = onRtcp;
    track.onMessage((message) => this.#receive(message));
  }

  /** Resolves once it is connected. `connect` gives the server the fingerprint. */
  static async open(
    offer: TransportOffer,
    direction: 'send' | 'receive',
    handlers: {
      readonly connect: (dtls: DtlsAnswer) => Promise<unknown>;
      readonly onPacket?: (packet: Buffer) => void;
      readonly onRtcp?: (packet: Buffer) => void;
    },
  ): Promise<LightPeer> {
    const connection = new PeerConnection(offer.id, {
      iceServers: [],
      bindAddress: '127.0.0.1',
      disableAutoNegotiation: true,
      forceMediaTransport: true,
    });
    const mine: Direction = direction === 'send' ? 'SendOnly' : 'RecvOnly';
    const media = new Video('0', mine);
    media.addVP8Codec(PAYLOAD_TYPE);
    const track = connection.addTrack(media);
    const peer = new LightPeer(connection, track, handlers.onPacket ?? ignore, handlers.onRtcp ?? ignore);
    try {
      await peer.#connect(offer, direction, handlers.connect);
      return peer;
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  /** The number of the next packet on this transport, for its header extension. */
  nextTransportSequence(): Buffer {
    const sequence = Buffer.alloc(2);
    sequence.writeUInt16BE(this.#nextTransportSequence);
    this.#nextTransportSequence = (this.#nextTransportSequence + 1) % 0x1_0000;
    return sequence;
  }

  send(packet: Buffer): void {
    if (this.#track.isOpen()) this.#track.sendMessageBinary(packet);
  }

  report(): void {
    const packet = this.#feedback.take(this.#someSsrc);
    if (packet) this.send(packet);
  }

  close(): void {
    reporting.delete(this);
    if (reporting.size === 0) {
      clearInterval(reporter);
      reporter = undefined;
    }
    this.#connection.close();
  }

  async #connect(
    offer: TransportOffer,
    direction: 'send' | 'receive',
    connect: (dtls: DtlsAnswer) => Promise<unknown>,
  ): Promise<void> {
    const described = Promise.withResolvers<string>();
    this.#connection.onLocalDescription((sdp) => described.resolve(sdp));
    this.#connection.setLocalDescription('offer');
    const [, value] = /a=fingerprint:sha-256 (\S+)/i.exec(await described.promise) ?? [];
    if (value === undefined) throw new Error('the light client has no fingerprint');
    const open = Promise.withResolvers<void>();
    this.#track.onOpen(() => open.resolve());
    this.#connection.onStateChange((state) => {
      if (state === 'failed' || state === 'closed') open.reject(new Error(`the light client's transport is ${state}`));
    });
    const limit = setTimeout(
      () => open.reject(new Error(`the light client's transport is not open after ${OPEN_LIMIT_MS} ms`)),
      OPEN_LIMIT_MS,
    );
    try {
      this.#connection.setRemoteDescription(toSdp(offer, direction), 'answer');
      await Promise.all([connect({ role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] }), open.promise]);
    } finally {
      clearTimeout(limit);
    }
    if (direction === 'send') return;
    reporting.add(this);
    reporter ??= setInterval(() => {
      for (const peer of reporting) peer.report();
    }, FEEDBACK_EVERY_MS);
  }

  #receive(packet: Buffer): void {
    if (isRtcp(packet)) {
      this.#onRtcp(packet);
      return;
    }
    this.#note(packet);
    this.packetsReceived += 1;
    this.#onPacket(packet);
  }

  #note(packet: Buffer): void {
    const sequenceAt = extensionAt(packet, EXTENSION.transportSequence);
    const timeAt = extensionAt(packet, EXTENSION.absoluteSendTime);
    if (sequenceAt < 0 || timeAt < 0) return;
    this.#someSsrc = ssrcOf(packet);
    this.#feedback.arrived(packet.readUInt16BE(sequenceAt), this.#sentAtUs(packet.readUIntBE(timeAt, 3)));
  }

  /** Unwraps the time of sending: seconds with 18 bits after the point, modulo 64 s. */
  #sentAtUs(sendTime: number): number {
    const before = this.#lastSendTime < 0 ? sendTime : this.#lastSendTime;
    const step = ((sendTime - before + 0x180_0000) % 0x100_0000) - 0x80_0000;
    this.#lastSendTime = sendTime;
    this.#clockUs += (step * 1_000_000) / 2 ** 18;
    return this.#clockUs + 1_000_000_000;
  }
}

/** The server's description, as a browser would get it from mediasoup-client. */
function toSdp(offer: TransportOffer, direction: 'send' | 'receive'): string {
  const { iceParameters, iceCandidates, dtlsParameters } = Offered.parse(offer);
  const fingerprint = dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256');
  const candidates = iceCandidates.filter(({ protocol }) => protocol === 'udp');
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=ice-lite',
    'a=group:BUNDLE 0',
    `a=fingerprint:sha-256 ${fingerprint?.value}`,
    `m=video 9 UDP/TLS/RTP/SAVPF ${PAYLOAD_TYPE}`,
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    direction === 'send' ? 'a=recvonly' : 'a=sendonly',
    'a=rtcp-mux',
    `a=rtpmap:${PAYLOAD_TYPE} VP8/90000`,
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    'a=setup:passive',
    ...candidates.map(
      ({ foundation, priority, ip, port }) => `a=candidate:${foundation} 1 udp ${priority} ${ip} ${port} typ host`,
    ),
    'a=end-of-candidates',
    '',
  ].join('\r\n');
}

function ignore(): void {
  // Nobody asked for these packets.
}
