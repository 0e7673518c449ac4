import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { z } from 'zod';
import { isBindingSuccess, isStun, toBindingRequest } from './stun.ts';

/** What the server says of its end, as far as it matters here. */
export const IceOffer = z.object({
  iceParameters: z.object({ usernameFragment: z.string(), password: z.string() }),
  iceCandidates: z.array(z.object({ protocol: z.string(), address: z.string(), port: z.number() })),
});
export type IceOffer = z.infer<typeof IceOffer>;

/** As libwebrtc does: every 48 ms until the server answers, then every 2.5 s to say that we are still there (RFC 7675). */
const CHECK_EVERY_MS = 48;
const CONSENT_EVERY_MS = 2_500;

/**
 * A full ICE agent towards a lite one, with one UDP socket and one candidate on either side. Once connected it carries
 * datagrams, until it is closed. All its checks are one request sent again: there is no second pair to tell them apart.
 */
export class IcePair {
  readonly #socket: Socket;
  readonly #tieBreaker = randomBytes(8);
  readonly #usernameFragment = randomBytes(4).toString('hex');
  readonly #transactionId = randomBytes(12);
  #timer: ReturnType<typeof setInterval> | undefined;
  #send: (datagram: Buffer) => void = () => undefined;
  #answered: () => void = () => undefined;

  /** Has its socket, as a browser has gathered its candidates; nothing is sent yet. `received`: all that is not STUN. */
  static async open(address: string, received: (datagram: Buffer) => void): Promise<IcePair> {
    const socket = createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new IcePair(socket, received);
  }

  private constructor(socket: Socket, received: (datagram: Buffer) => void) {
    this.#socket = socket;
    socket.on('message', (datagram) => {
      if (!isStun(datagram)) received(datagram);
      else if (isBindingSuccess(datagram, this.#transactionId)) this.#answered();
    });
  }

  /** Calls back once, when the server has answered a check. Throws when it offers no UDP candidate. */
  connect({ iceParameters, iceCandidates }: IceOffer, connected: () => void): void {
    const candidate = iceCandidates.find(({ protocol }) => protocol === 'udp');
    if (!candidate) throw new Error('the server offers no UDP candidate');
    this.#send = (datagram) => this.#socket.send(datagram, candidate.port, candidate.address);
    const request = toBindingRequest({
      transactionId: this.#transactionId,
      username: `${iceParameters.usernameFragment}:${this.#usernameFragment}`,
      password: iceParameters.password,
      tieBreaker: this.#tieBreaker,
    });
    this.#answered = () => {
      this.#answered = () => undefined;
      this.#repeat(request, CONSENT_EVERY_MS);
      connected();
    };
    this.send(request);
    this.#repeat(request, CHECK_EVERY_MS);
  }

  send(datagram: Buffer): void {
    this.#send(datagram);
  }

  /** Says on that it is there, and does not look at what comes any more. */
  ignore(): void {
    this.#socket.removeAllListeners('message');
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #repeat(request: Buffer, everyMs: number): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.send(request), everyMs);
  }
}
