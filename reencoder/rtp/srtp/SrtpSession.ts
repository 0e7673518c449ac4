import { randomBytes } from 'node:crypto';
import type { SrtpKey } from '../../../core/reencoding/messages.ts';
import { kindOf } from '../packets.ts';
import { openRtcp, openRtp, rtpHeaderBytes, sealRtcp, sealRtp } from './aead.ts';
import { deriveKeys, MASTER_BYTES } from './deriveKeys.ts';
import { ReplayWindow } from './ReplayWindow.ts';

const CYCLE = 0x1_0000;
const HALF_CYCLE = 0x8000;
/** A key protects no more packets than this (RFC 7714 section 8.4): 30,000 years of RTCP at this rate, or a bug. */
const LAST_RTCP_INDEX = 0x7fff_ffff;

/** Returns a new random key for sending. */
export function createSrtpKey(): SrtpKey {
  return { cryptoSuite: 'AEAD_AES_128_GCM', keyBase64: randomBytes(MASTER_BYTES).toString('base64') };
}

interface ReceivedStream {
  highest: number;
  readonly window: ReplayWindow;
}

/**
 * Encrypts packets to one peer and decrypts packets from it: RTP and RTCP on one port, with a key for each direction.
 */
export class SrtpSession {
  readonly #send: ReturnType<typeof deriveKeys>;
  readonly #receive: ReturnType<typeof deriveKeys>;
  /** The highest index (cycles and sequence number) by ssrc. */
  readonly #sent = new Map<number, number>();
  readonly #received = new Map<number, ReceivedStream>();
  readonly #receivedRtcp = new Map<number, ReplayWindow>();
  #rtcpIndex = 0;
  #rejected = 0;

  /** @throws RangeError when a key has the wrong length */
  constructor({ sendKey, receiveKey }: { sendKey: SrtpKey; receiveKey: SrtpKey }) {
    this.#send = deriveKeys(Buffer.from(sendKey.keyBase64, 'base64'));
    this.#receive = deriveKeys(Buffer.from(receiveKey.keyBase64, 'base64'));
  }

  /** Number of datagrams that were forged, repeated or malformed. */
  get rejected(): number {
    return this.#rejected;
  }

  /** Encrypts a packet that this process built. Encrypting the same packet again gives the same bytes. */
  protect(packet: Buffer): Buffer {
    return kindOf(packet) === 'rtcp' ? this.#protectRtcp(packet) : this.#protectRtp(packet);
  }

  /** Returns null if the datagram is forged, repeated or malformed. */
  unprotect(datagram: Buffer): Buffer | null {
    const kind = kindOf(datagram);
    const opened = kind === 'rtp' ? this.#openRtp(datagram) : kind === 'rtcp' ? this.#openRtcp(datagram) : null;
    if (opened === null) this.#rejected += 1;
    return opened;
  }

  #protectRtp(packet: Buffer): Buffer {
    const headerBytes = rtpHeaderBytes(packet);
    if (headerBytes === null) throw new TypeError('not an RTP packet');
    const ssrc = packet.readUInt32BE(8);
    const highest = this.#sent.get(ssrc);
    const index = indexOf(packet.readUInt16BE(2), highest);
    this.#sent.set(ssrc, Math.max(highest ?? 0, index));
    return sealRtp(this.#send.rtp, packet, headerBytes, Math.floor(index / CYCLE));
  }

  #protectRtcp(packet: Buffer): Buffer {
    // Never use an index twice: two messages under one nonce would reveal the key.
    if (this.#rtcpIndex >= LAST_RTCP_INDEX) throw new RangeError('the SRTCP key is used up');
    this.#rtcpIndex += 1;
    return sealRtcp(this.#send.rtcp, packet, this.#rtcpIndex);
  }

  #openRtp(datagram: Buffer): Buffer | null {
    const headerBytes = rtpHeaderBytes(datagram);
    if (headerBytes === null) return null;
    const ssrc = datagram.readUInt32BE(8);
    const stream = this.#received.get(ssrc);
    const index = indexOf(datagram.readUInt16BE(2), stream?.highest);
    if (stream !== undefined && !stream.window.isNew(index)) return null;
    const packet = openRtp(this.#receive.rtp, datagram, headerBytes, Math.floor(index / CYCLE));
    if (packet === null) return null;

    // Only authentic packets change the state, since anybody can send a wrong number.
    const known = stream ?? { highest: index, window: new ReplayWindow() };
    known.highest = Math.max(known.highest, index);
    known.window.add(index);
    this.#received.set(ssrc, known);
    return packet;
  }

  #openRtcp(datagram: Buffer): Buffer | null {
    const opened = openRtcp(this.#receive.rtcp, datagram);
    if (opened === null) return null;
    const ssrc = datagram.readUInt32BE(4);
    const window = this.#receivedRtcp.get(ssrc) ?? new ReplayWindow();
    if (!window.isNew(opened.index)) return null;
    window.add(opened.index);
    this.#receivedRtcp.set(ssrc, window);
    return opened.packet;
  }
}

/** Returns the index with this sequence number that is nearest to the highest one (RFC 3711 appendix A). */
function indexOf(sequenceNumber: number, highest: number | undefined): number {
  if (highest === undefined) return sequenceNumber;
  const step = ((sequenceNumber - (highest % CYCLE) + CYCLE + HALF_CYCLE) % CYCLE) - HALF_CYCLE;
  const index = highest + step;
  return index >= 0 ? index : sequenceNumber;
}
