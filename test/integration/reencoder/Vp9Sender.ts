import { PliPacket } from 'rtp.js/packets';
import type { CodedFrame } from '../../../reencoder/frames.ts';
import { cutEvenly } from '../../../reencoder/rtp/formats/PayloadFormat.ts';
import { buildRtpPacket, kindOf, parseRtcp } from '../../../reencoder/rtp/packets.ts';

const MAX_PAYLOAD_BYTES = 1_100;
/** Bits of the payload descriptor (RFC 9628 section 4.2). */
const HAS_PICTURE_ID = 0x80;
const INTER_PREDICTED = 0x40;
const STARTS_FRAME = 0x08;
const ENDS_FRAME = 0x04;

interface Vp9SenderOptions {
  send(packet: Buffer): void;
  readonly ssrc: number;
  readonly payloadType: number;
  keyframeRequested(): void;
}

/** The sending end of a VP9 stream, for tests of receivers. Reencoders never send VP9. */
export class Vp9Sender {
  readonly #options: Vp9SenderOptions;
  #sequenceNumber = 100;
  #pictureId = 0;

  constructor(options: Vp9SenderOptions) {
    this.#options = options;
  }

  sendFrame({ data, keyframe, timestamp }: CodedFrame): void {
    const { send, ssrc, payloadType } = this.#options;
    const pieces = cutEvenly(data, MAX_PAYLOAD_BYTES);
    this.#pictureId = (this.#pictureId + 1) & 0x7f;
    for (const [index, piece] of pieces.entries()) {
      const marker = index === pieces.length - 1;
      const flags =
        HAS_PICTURE_ID |
        (keyframe ? 0 : INTER_PREDICTED) |
        (index === 0 ? STARTS_FRAME : 0) |
        (marker ? ENDS_FRAME : 0);
      const sequenceNumber = this.#sequenceNumber++ & 0xffff;
      const header = { ssrc, payloadType, sequenceNumber, timestamp: timestamp >>> 0, marker };
      send(buildRtpPacket(header, [Buffer.from([flags, this.#pictureId]), piece]));
    }
  }

  receive(datagram: Buffer): void {
    const packets = kindOf(datagram) === 'rtcp' ? parseRtcp(datagram) : null;
    if (packets?.some((packet) => packet instanceof PliPacket)) this.#options.keyframeRequested();
  }
}
