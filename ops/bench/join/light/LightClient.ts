import type { Socket } from 'socket.io-client';
import { z } from 'zod';
import { SrtpSession } from '../../../../reencoder/rtp/srtp/SrtpSession.ts';
import { Id, RtpCapabilities, TrackKind } from '../../../../signaling/protocol/shapes.ts';
import { ask } from '../../../kit/ask.ts';
import { enter } from '../../../kit/enter.ts';
import { pictureLossIndication } from '../../reencoder/pictureLossIndication.ts';
import { DtlsClient } from './dtls/DtlsClient.ts';
import { FirstMedia } from './FirstMedia.ts';
import { IceOffer, IcePair } from './IcePair.ts';
import type { Certificate } from './selfSigned.ts';

export interface Person {
  readonly name: string;
  readonly token: string;
}

/** ms since the epoch. */
export interface Arrival {
  readonly joined: number;
  /** One for each publisher, in the order of their coming; so is `sounds`. */
  readonly pictures: readonly number[];
  readonly sounds: readonly number[];
}

export interface LightClientOptions {
  readonly url: string;
  readonly person: Person;
  readonly certificate: Certificate;
  /** From how many a picture and a sound are expected. */
  readonly publishers: number;
}

/** Of what the server answers and tells, that which matters here. */
const Joined = z.object({ rtpCapabilities: RtpCapabilities });
const Opened = z.object({
  transports: z.object({
    recv: IceOffer.extend({
      id: Id,
      dtlsParameters: z.object({ fingerprints: z.array(z.object({ algorithm: z.string(), value: z.string() })) }),
    }),
  }),
});
const Offered = z.object({
  consumers: z.array(
    z.object({
      trackId: Id,
      kind: TrackKind,
      rtpParameters: z.object({ encodings: z.tuple([z.object({ ssrc: z.number() })]) }),
    }),
  ),
});

const ADDRESS = '127.0.0.1';
/** As long as libwebrtc waits for a keyframe before it asks for one. */
const ASK_AFTER_MS = 200;
/** A page measures its tiles once they are there, and reports them a little later (client/view). */
const VIEW_AFTER_MS = 150;
const TILE = { width: 320, height: 180, pinned: false };

/**
 * One person who only looks and listens: signaling, ICE, DTLS and SRTP are real and in the order of our SDK, nothing is
 * decoded. After the first picture and sound of every publisher it stays, and lets media go by. Of RTCP it sends what the first
 * picture may depend on (PLI), and no reports.
 */
export class LightClient {
  readonly #options: LightClientOptions;
  readonly #media = new FirstMedia();
  readonly #arrived = Promise.withResolvers<void>();
  #asking: ReturnType<typeof setInterval> | undefined;
  #reporting: ReturnType<typeof setTimeout> | undefined;
  #ice: IcePair | undefined;
  #dtls: DtlsClient | undefined;
  #srtp: SrtpSession | undefined;
  #socket: Socket | undefined;
  #joined = Number.NaN;
  readonly #pictures: number[] = [];
  readonly #sounds: number[] = [];

  /** All that a page has when its person clicks; nothing is sent yet. */
  static async prepare(options: LightClientOptions): Promise<LightClient> {
    const client = new LightClient(options);
    client.#ice = await IcePair.open(ADDRESS, (datagram) => client.#receive(datagram));
    return client;
  }

  private constructor(options: LightClientOptions) {
    this.#options = options;
  }

  /** What has not come yet; null: nothing. */
  get missing(): string | null {
    const { person, publishers } = this.#options;
    if (this.#isThere) return null;
    return `${person.name} has ${this.#pictures.length} pictures and ${this.#sounds.length} sounds of ${publishers}`;
  }

  /** Resolves when everything has come for the first time. */
  async join(): Promise<Arrival> {
    const { url, person, certificate } = this.#options;
    const { socket, joined } = enter(url, person.token, person.name);
    this.#socket = socket;
    socket.on('consumersOpened', (offers: unknown, acknowledge: () => void) => {
      this.#consume(socket, Offered.parse(offers));
      acknowledge();
    });
    const { rtpCapabilities } = Joined.parse(await joined);
    this.#joined = now();

    const { transports } = Opened.parse(await ask(socket, 'openMedia', { rtpCapabilities }));
    const { id: transportId, dtlsParameters, ...iceOffer } = transports.recv;
    const fingerprints = [{ algorithm: 'sha-256', value: certificate.fingerprint }];
    const connecting = ask(socket, 'connectTransport', {
      transportId,
      dtlsParameters: { role: 'client', fingerprints },
    });
    // The server's answer is not waited for: ICE begins at once.
    this.#dtls = this.#createDtls(dtlsParameters.fingerprints);
    this.#ice?.connect(iceOffer, () => this.#dtls?.start());
    await Promise.all([connecting, this.#arrived.promise]);
    return { joined: this.#joined, pictures: this.#pictures, sounds: this.#sounds };
  }

  close(): void {
    clearInterval(this.#asking);
    clearTimeout(this.#reporting);
    this.#socket?.disconnect();
    this.#dtls?.close();
    this.#ice?.close();
  }

  get #isThere(): boolean {
    const { publishers } = this.#options;
    return this.#pictures.length >= publishers && this.#sounds.length >= publishers;
  }

  #createDtls(fingerprints: readonly { algorithm: string; value: string }[]): DtlsClient {
    return new DtlsClient({
      certificate: this.#options.certificate,
      serverFingerprint: fingerprints.find(({ algorithm }) => algorithm === 'sha-256')?.value ?? '',
      send: (datagram) => this.#ice?.send(datagram),
      connected: (keys) => {
        this.#srtp = new SrtpSession(keys);
        this.#asking = setInterval(() => this.#askForPictures(), ASK_AFTER_MS);
      },
      failed: (error) => this.#arrived.reject(error),
    });
  }

  /** All consumers are in place when their streams are known. */
  #consume(socket: Socket, { consumers }: z.infer<typeof Offered>): void {
    for (const { kind, rtpParameters } of consumers) this.#media.expect(rtpParameters.encodings[0].ssrc, kind);
    const tiles = consumers.filter(({ kind }) => kind === 'video').map(({ trackId }) => ({ trackId, ...TILE }));
    const report = (): void => {
      ask(socket, 'setView', { tiles }).catch((error: unknown) => this.#arrived.reject(error));
    };
    this.#reporting = setTimeout(report, VIEW_AFTER_MS);
  }

  #receive(datagram: Buffer): void {
    if (this.#srtp) this.#receiveMedia(this.#srtp, datagram);
    else this.#dtls?.receive(datagram);
  }

  #receiveMedia(srtp: SrtpSession, datagram: Buffer): void {
    if (datagram.length < 12 || !this.#media.isAwaited(datagram.readUInt32BE(8))) return;
    const packet = srtp.unprotect(datagram);
    const kind = packet && this.#media.push(packet);
    if (!kind) return;
    (kind === 'video' ? this.#pictures : this.#sounds).push(now());
    if (!this.#isThere) return;
    this.#ice?.ignore();
    clearInterval(this.#asking);
    this.#arrived.resolve();
  }

  #askForPictures(): void {
    for (const ssrc of this.#media.unseen) {
      const protectedPacket = this.#srtp?.protect(pictureLossIndication(ssrc));
      if (protectedPacket) this.#ice?.send(protectedPacket);
    }
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
