import { createECDH, createHash, randomBytes, sign, verify, X509Certificate } from 'node:crypto';
import type { SrtpKey } from '../../../../../core/reencoding/messages.ts';
import { ByteReader, uint } from '../bytes.ts';
import { type Certificate, fingerprintOf } from '../selfSigned.ts';
import {
  certificateMessage,
  certificateVerify,
  clientHello,
  clientKeyExchange,
  HANDSHAKE,
  type HandshakeMessage,
  parseCertificate,
  parseServerHello,
  parseServerKeyExchange,
  type ServerKeyExchange,
  toMessage,
} from './messages.ts';
import { prf } from './prf.ts';
import { Reassembly } from './Reassembly.ts';
import {
  CONTENT_TYPE,
  type DtlsRecord,
  openRecord,
  parseRecords,
  type RecordKey,
  sealRecord,
  toBytes,
} from './records.ts';

export interface SrtpKeys {
  readonly sendKey: SrtpKey;
  readonly receiveKey: SrtpKey;
}

export interface DtlsClientOptions {
  readonly certificate: Certificate;
  /** What signaling said of the server's certificate: SHA-256, as SDP spells it. */
  readonly serverFingerprint: string;
  readonly send: (datagram: Buffer) => void;
  readonly connected: (keys: SrtpKeys) => void;
  readonly failed: (error: Error) => void;
}

type Outgoing = Pick<DtlsRecord, 'type' | 'epoch' | 'content'>;

/** As libwebrtc does: from 50 ms on, twice as long each time, 3 s at the most. */
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 3_000;
const VERIFY_BYTES = 12;
const SRTP_KEY_BYTES = 16;
const SRTP_SALT_BYTES = 12;

/**
 * The client's side of one DTLS 1.2 handshake that ends in keys for SRTP. It checks all that a browser checks: the server's
 * fingerprint, its signature, its Finished. It cannot do what a WebRTC client never needs: other ciphers, cookies, resuming,
 * data. All of its mathematics is OpenSSL's, by node:crypto.
 */
export class DtlsClient {
  readonly #options: DtlsClientOptions;
  readonly #random = randomBytes(32);
  readonly #reassembly = new Reassembly();
  readonly #transcript: Buffer[] = [];
  /** By epoch. */
  readonly #sent = [0, 0];
  #messages = 0;
  #serverRandom = Buffer.alloc(0);
  #serverCertificate = Buffer.alloc(0);
  #keyExchange: ServerKeyExchange | undefined;
  #master: Buffer = Buffer.alloc(0);
  #keys: { readonly send: RecordKey; readonly receive: RecordKey } | undefined;
  #flight: readonly Outgoing[] = [];
  #retryMs = FIRST_RETRY_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(options: DtlsClientOptions) {
    this.#options = options;
  }

  start(): void {
    this.#begin([this.#handshake(0, HANDSHAKE.clientHello, clientHello(this.#random))]);
  }

  receive(datagram: Buffer): void {
    if (this.#over) return;
    try {
      for (const record of parseRecords(datagram)) this.#receiveRecord(record);
    } catch (error) {
      this.close();
      this.#options.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #receiveRecord(record: DtlsRecord): void {
    if (this.#over || (record.epoch === 1 && !this.#keys)) return; // Ours gets lost now and then: both sides send again.
    const { type, content } = record.epoch === 1 && this.#keys ? openRecord(record, this.#keys.receive) : record;
    if (type === CONTENT_TYPE.alert) throw new Error(`the server ends the handshake with alert ${content.at(1)}`);
    if (type !== CONTENT_TYPE.handshake) return;
    for (const message of this.#reassembly.push(content)) this.#receiveMessage(message);
  }

  #receiveMessage(message: HandshakeMessage): void {
    if (message.type === HANDSHAKE.finished) {
      this.#finish(message);
      return;
    }
    this.#transcript.push(message.whole);
    switch (message.type) {
      case HANDSHAKE.serverHello:
        this.#serverRandom = Buffer.from(parseServerHello(message.body));
        return;
      case HANDSHAKE.certificate:
        this.#serverCertificate = Buffer.from(parseCertificate(message.body));
        return;
      case HANDSHAKE.serverKeyExchange:
        this.#keyExchange = parseServerKeyExchange(message.body);
        return;
      case HANDSHAKE.certificateRequest:
        return; // There is one certificate to choose from.
      case HANDSHAKE.serverHelloDone:
        this.#answer(this.#checkServer());
        return;
      default:
        throw new Error(`the server sends an unexpected handshake message ${message.type}`);
    }
  }

  /** Answers the public key that the server has signed. */
  #checkServer(): Buffer {
    const { serverFingerprint } = this.#options;
    if (fingerprintOf(this.#serverCertificate) !== serverFingerprint) {
      throw new Error("the server's certificate is not the one that signaling has told of");
    }
    if (!this.#keyExchange) throw new Error('the server has sent no key');
    const { parameters, publicKey, signature } = this.#keyExchange;
    const signed = Buffer.concat([this.#random, this.#serverRandom, parameters]);
    if (!verify('sha256', signed, new X509Certificate(this.#serverCertificate).publicKey, signature)) {
      throw new Error("the server's key is not signed by its certificate");
    }
    return publicKey;
  }

  #answer(serverKey: Buffer): void {
    const { certificate } = this.#options;
    const ecdh = createECDH('prime256v1');
    const publicKey = ecdh.generateKeys();
    const flight = [
      this.#handshake(0, HANDSHAKE.certificate, certificateMessage(certificate.der)),
      this.#handshake(0, HANDSHAKE.clientKeyExchange, clientKeyExchange(publicKey)),
    ];
    this.#master = prf(ecdh.computeSecret(serverKey), 'extended master secret', this.#transcriptHash(), 48);
    this.#keys = this.#deriveRecordKeys();
    const signature = sign('sha256', Buffer.concat(this.#transcript), certificate.privateKey);
    flight.push(
      this.#handshake(0, HANDSHAKE.certificateVerify, certificateVerify(signature)),
      { type: CONTENT_TYPE.changeCipherSpec, epoch: 0, content: uint(1, 1) },
      this.#handshake(1, HANDSHAKE.finished, this.#verifyData('client finished')),
    );
    this.#begin(flight);
  }

  #finish({ body }: HandshakeMessage): void {
    if (!this.#keys || !body.equals(this.#verifyData('server finished'))) {
      throw new Error('the server has seen another handshake');
    }
    this.close();
    this.#options.connected(this.#exportSrtpKeys());
  }

  /** RFC 5246 section 6.3: no MAC keys, for the cipher authenticates by itself. */
  #deriveRecordKeys(): { send: RecordKey; receive: RecordKey } {
    const seed = Buffer.concat([this.#serverRandom, this.#random]);
    const block = new ByteReader(prf(this.#master, 'key expansion', seed, 2 * (16 + 4)));
    const [sendKey, receiveKey, sendSalt, receiveSalt] = [block.take(16), block.take(16), block.take(4), block.take(4)];
    return { send: { key: sendKey, salt: sendSalt }, receive: { key: receiveKey, salt: receiveSalt } };
  }

  /** RFC 5764 section 4.2, RFC 7714 section 12. */
  #exportSrtpKeys(): SrtpKeys {
    const seed = Buffer.concat([this.#random, this.#serverRandom]);
    const exported = prf(this.#master, 'EXTRACTOR-dtls_srtp', seed, 2 * (SRTP_KEY_BYTES + SRTP_SALT_BYTES));
    const block = new ByteReader(exported);
    const keys = [block.take(SRTP_KEY_BYTES), block.take(SRTP_KEY_BYTES)];
    const [sendKey, receiveKey] = keys.map((key): SrtpKey => {
      const master = Buffer.concat([key, block.take(SRTP_SALT_BYTES)]);
      return { cryptoSuite: 'AEAD_AES_128_GCM', keyBase64: master.toString('base64') };
    });
    if (!sendKey || !receiveKey) throw new RangeError('there are keys for two');
    return { sendKey, receiveKey };
  }

  #verifyData(label: 'client finished' | 'server finished'): Buffer {
    return prf(this.#master, label, this.#transcriptHash(), VERIFY_BYTES);
  }

  #transcriptHash(): Buffer {
    return createHash('sha256').update(Buffer.concat(this.#transcript)).digest();
  }

  #handshake(epoch: number, type: number, body: Buffer): Outgoing {
    const { whole } = toMessage(type, this.#messages, body);
    this.#messages += 1;
    this.#transcript.push(whole);
    return { type: CONTENT_TYPE.handshake, epoch, content: whole };
  }

  #begin(flight: readonly Outgoing[]): void {
    this.#flight = flight;
    this.#retryMs = FIRST_RETRY_MS;
    this.#transmit();
  }

  /** The whole flight in one datagram, which it fits into, again and again until it is answered. */
  #transmit(): void {
    clearTimeout(this.#timer);
    this.#options.send(Buffer.concat(this.#flight.map((outgoing) => this.#toDatagram(outgoing))));
    this.#timer = setTimeout(() => this.#transmit(), this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
  }

  #toDatagram(outgoing: Outgoing): Buffer {
    const sequence = this.#sent[outgoing.epoch] ?? 0;
    this.#sent[outgoing.epoch] = sequence + 1;
    const record = { ...outgoing, sequence };
    return toBytes(outgoing.epoch === 1 && this.#keys ? sealRecord(record, this.#keys.send) : record);
  }
}
