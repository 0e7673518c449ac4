import type { StoredFrame } from '../../../../reencoder/codecs/ivf.ts';
import { Republisher } from '../../../../reencoder/rtp/Republisher.ts';
import { steadyClock } from '../../../../reencoder/rtp/steadyClock.ts';
import { UdpSocket } from '../../../../reencoder/rtp/UdpSocket.ts';
import { toRtpPacket } from '../../../kit/toRtpPacket.ts';
import { FILM } from './makeFilm.ts';

const CLOCK_RATE = 90_000;
export const SOURCE = { ssrc: 1_001, payloadType: 96 } as const;

/**
 * A camera over plain UDP: sends the film in a loop at the pace of the clock. A keyframe request starts the film again.
 */
export class Source {
  readonly socket: UdpSocket;
  readonly #sender: Republisher;
  readonly #film: readonly StoredFrame[];
  /** RTP timestamp → when the last packet of that frame went out, ms since the epoch. */
  readonly #sentAt = new Map<number, number>();
  #frame = 0;
  #timestamp = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  static async open(film: readonly StoredFrame[]): Promise<Source> {
    return new Source(film, await UdpSocket.open({ address: '127.0.0.1' }));
  }

  private constructor(film: readonly StoredFrame[], socket: UdpSocket) {
    this.socket = socket;
    this.#film = film;
    this.#sender = new Republisher({
      send: (packet) => this.#send(packet),
      codec: 'VP8',
      payloadType: SOURCE.payloadType,
      cname: 'camera',
      layers: [{ ssrc: SOURCE.ssrc }],
      clock: steadyClock,
      listener: {
        keyframeRequested: () => {
          this.#frame = 0;
        },
      },
    });
  }

  async sendTo(port: number): Promise<void> {
    await this.socket.connect({ address: '127.0.0.1', port }, (datagram) => this.#sender.receive(datagram));
    const startedAt = steadyClock.now();
    let sent = 0;
    this.#timer = setInterval(() => {
      const due = ((steadyClock.now() - startedAt) * FILM.framesPerSecond) / 1_000;
      for (; sent < due; sent += 1) this.#next();
    }, 2);
  }

  /** Returns when the last packet of the frame with this RTP timestamp went out. */
  sentAt(timestamp: number): number | undefined {
    return this.#sentAt.get(timestamp);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#sender.close();
    this.socket.close();
  }

  #next(): void {
    const frame = this.#film[this.#frame % this.#film.length];
    if (!frame) return;
    this.#frame += 1;
    this.#timestamp += CLOCK_RATE / FILM.framesPerSecond;
    this.#sender.sendFrame({
      ...frame,
      timestamp: this.#timestamp,
      layer: 0,
      width: FILM.width,
      height: FILM.height,
    });
  }

  #send(packet: Buffer): void {
    this.socket.send(packet);
    const rtp = toRtpPacket(packet);
    if (rtp) this.#sentAt.set(rtp.getTimestamp(), steadyClock.now());
  }
}
