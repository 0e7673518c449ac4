import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { steadyClock } from '../../../../reencoder/rtp/steadyClock.ts';
import { startsKeyframe } from '../../../kit/FirstKeyframe.ts';
import { pictureLossIndication } from '../../../kit/pictureLossIndication.ts';
import { toRtpPacket } from '../../../kit/toRtpPacket.ts';

export interface Taken {
  /** The latency that reencoding added to each frame of each layer, in ms. */
  readonly latencies: readonly number[];
  /** The time from each keyframe request to the first packet of the keyframe, in ms. */
  readonly answers: readonly number[];
  /** Frames of each layer, by ssrc. */
  readonly frames: ReadonlyMap<number, number>;
}

const RECEIVE_BUFFER_BYTES = 2 << 20;

/**
 * The SFU's end of the republished layers. Notes when frames start to arrive and when keyframe requests are answered.
 */
export class Sink {
  readonly #socket: Socket;
  readonly #sentAt: (timestamp: number) => number | undefined;
  readonly #newest = new Map<number, number>();
  readonly #asked = new Map<number, number>();
  #latencies: number[] = [];
  #answers: number[] = [];
  #frames = new Map<number, number>();

  /** `sentAt` returns when the last packet of the source's frame with this RTP timestamp went out. */
  static async open(sentAt: (timestamp: number) => number | undefined): Promise<Sink> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new Sink(socket, sentAt);
  }

  private constructor(socket: Socket, sentAt: (timestamp: number) => number | undefined) {
    this.#socket = socket;
    this.#sentAt = sentAt;
    socket.on('message', (datagram: Buffer) => this.#receive(datagram));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Asks the sender on `port` for a keyframe of one layer, unless the last request is still unanswered. */
  ask(ssrc: number, port: number): void {
    if (this.#asked.has(ssrc)) return;
    this.#asked.set(ssrc, steadyClock.now());
    this.#socket.send(pictureLossIndication(ssrc), port, '127.0.0.1');
  }

  /** Requests that nothing has answered yet. */
  get unanswered(): number {
    return this.#asked.size;
  }

  /** Drops requests that are older than `limitMs`; returns how many there were. */
  giveUp(limitMs: number): number {
    const old = [...this.#asked].filter(([, askedAt]) => steadyClock.now() - askedAt > limitMs);
    for (const [ssrc] of old) this.#asked.delete(ssrc);
    return old.length;
  }

  /** Returns and resets the measurements since the last call. */
  take(): Taken {
    const taken = { latencies: this.#latencies, answers: this.#answers, frames: this.#frames };
    this.#latencies = [];
    this.#answers = [];
    this.#frames = new Map();
    return taken;
  }

  close(): void {
    this.#socket.close();
  }

  #receive(datagram: Buffer): void {
    const now = steadyClock.now();
    const packet = toRtpPacket(datagram);
    if (!packet) return;
    const ssrc = packet.getSsrc();
    const timestamp = packet.getTimestamp();
    const newest = this.#newest.get(ssrc);
    // Another packet of a frame that has started to arrive, or a retransmission.
    if (newest !== undefined && ((timestamp - newest) | 0) <= 0) return;
    this.#newest.set(ssrc, timestamp);
    this.#frames.set(ssrc, (this.#frames.get(ssrc) ?? 0) + 1);
    const sentAt = this.#sentAt(timestamp);
    if (sentAt !== undefined) this.#latencies.push(now - sentAt);
    const askedAt = this.#asked.get(ssrc);
    if (askedAt === undefined || !startsKeyframe(packet.getPayload())) return;
    this.#asked.delete(ssrc);
    this.#answers.push(now - askedAt);
  }
}
