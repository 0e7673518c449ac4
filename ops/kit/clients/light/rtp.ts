/** The fields of an RTP packet that light clients need, written and read by offset: they have thousands a second. */

const HEADER_BYTES = 12;
const ONE_BYTE_PROFILE = 0xbede;
const FIRST_RTCP_TYPE = 192;
const LAST_RTCP_TYPE = 223;

export interface PacketToSend {
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly marker: boolean;
  /** One-byte header extensions (RFC 8285), by id. */
  readonly extensions: readonly { readonly id: number; readonly value: Uint8Array }[];
  readonly payload: Uint8Array;
}

export function isRtcp(packet: Buffer): boolean {
  const type = packet[1] ?? 0;
  return type >= FIRST_RTCP_TYPE && type <= LAST_RTCP_TYPE;
}

export function ssrcOf(packet: Buffer): number {
  return packet.readUInt32BE(8);
}

export function buildPacket(wanted: PacketToSend): Buffer {
  const used = wanted.extensions.reduce((sum, { value }) => sum + 1 + value.length, 0);
  const words = Math.ceil(used / 4);
  const packet = Buffer.alloc(HEADER_BYTES + 4 + 4 * words + wanted.payload.length);
  packet.writeUInt8(0x90, 0);
  packet.writeUInt8((wanted.marker ? 0x80 : 0) | wanted.payloadType, 1);
  packet.writeUInt16BE(wanted.sequenceNumber % 0x1_0000, 2);
  packet.writeUInt32BE(wanted.timestamp >>> 0, 4);
  packet.writeUInt32BE(wanted.ssrc, 8);
  packet.writeUInt16BE(ONE_BYTE_PROFILE, HEADER_BYTES);
  packet.writeUInt16BE(words, HEADER_BYTES + 2);
  let at = HEADER_BYTES + 4;
  for (const { id, value } of wanted.extensions) {
    packet.writeUInt8((id << 4) | (value.length - 1), at);
    packet.set(value, at + 1);
    at += 1 + value.length;
  }
  packet.set(wanted.payload, HEADER_BYTES + 4 + 4 * words);
  return packet;
}

/** Returns where the value of a one-byte header extension begins, or -1 if the packet has none with this id. */
export function extensionAt(packet: Buffer, id: number): number {
  const first = packet[0] ?? 0;
  const start = HEADER_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) === 0 || packet.length < start + 4 || packet.readUInt16BE(start) !== ONE_BYTE_PROFILE) return -1;
  const end = Math.min(packet.length, start + 4 + 4 * packet.readUInt16BE(start + 2));
  for (let at = start + 4; at < end; ) {
    const head = packet[at] ?? 0;
    if (head === 0) {
      at += 1; // Padding.
      continue;
    }
    if (head >> 4 === id) return at + 1;
    at += 2 + (head & 0x0f);
  }
  return -1;
}
