import type { PlainEnd, SrtpKey } from '../../core/reencoding/messages.ts';
import { createSrtpKey, SrtpSession } from '../rtp/srtp/SrtpSession.ts';
import { UdpSocket } from '../rtp/UdpSocket.ts';

/** One socket to the node, encrypted if the two are not on one host. */
export class MediaPath {
  readonly #socket: UdpSocket;
  /** This side's key for sending, or null without encryption. */
  readonly key: SrtpKey | null;
  #srtp: SrtpSession | null = null;

  private constructor(socket: UdpSocket, key: SrtpKey | null) {
    this.#socket = socket;
    this.key = key;
  }

  /** @throws MediaPortUnavailable when no port can be opened */
  static async open(address: string, encrypted: boolean): Promise<MediaPath> {
    return new MediaPath(await UdpSocket.open({ address }), encrypted ? createSrtpKey() : null);
  }

  get port(): number {
    return this.#socket.port;
  }

  /** @throws Error when only one side encrypts */
  async connect(end: PlainEnd, receive: (datagram: Buffer) => void): Promise<void> {
    if ((this.key === null) !== (end.srtp === null)) throw new Error('Only one end of the media path is encrypted.');
    if (this.key && end.srtp) this.#srtp = new SrtpSession({ sendKey: this.key, receiveKey: end.srtp });
    await this.#socket.connect(end, (datagram) => {
      const plain = this.#srtp ? this.#srtp.unprotect(datagram) : datagram;
      if (plain) receive(plain);
    });
  }

  send(packet: Buffer): void {
    this.#socket.send(this.#srtp ? this.#srtp.protect(packet) : packet);
  }

  close(): void {
    this.#socket.close();
  }
}
