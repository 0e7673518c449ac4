import { CompoundPacket, type RtcpPacket, RtpPacket, type Serializable } from 'rtp.js/packets';

/** One RTP packet of the tap. */
export interface MediaPacket {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly marker: boolean;
  /** Empty if the packet is padding only. */
  readonly payload: Buffer;
}

const RTP_HEADER_BYTES = 12;

/** Tells RTP from RTCP on one port (RFC 5761 section 4). Returns null for anything else. */
export function kindOf(datagram: Buffer): 'rtp' | 'rtcp' | null {
  const [first, second] = datagram;
  if (first === undefined || second === undefined || first >> 6 !== 2) return null;
  if (second >= 192 && second <= 223) return 'rtcp';
  return datagram.length >= RTP_HEADER_BYTES ? 'rtp' : null;
}

/** Returns null if the datagram is malformed. The payload shares the datagram's memory. */
export function parseMediaPacket(datagram: Buffer): MediaPacket | null {
  try {
    const packet = new RtpPacket(viewOf(datagram));
    const payload = packet.getPayload();
    return {
      ssrc: packet.getSsrc(),
      payloadType: packet.getPayloadType(),
      sequenceNumber: packet.getSequenceNumber(),
      timestamp: packet.getTimestamp(),
      marker: packet.getMarker(),
      payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    };
  } catch {
    return null; // The parser throws if these bytes are no RTP packet.
  }
}

/** Sender and receiver reports and both kinds of feedback; nothing else is read here. */
const READ_RTCP_TYPES: readonly number[] = [200, 201, 205, 206];

/** Returns the packets of the types above, or null if the datagram is malformed. */
export function parseRtcp(datagram: Buffer): RtcpPacket[] | null {
  const packets: RtcpPacket[] = [];
  for (let start = 0; start < datagram.length; ) {
    if (start + 4 > datagram.length) return null;
    const end = start + 4 + datagram.readUInt16BE(start + 2) * 4;
    if (end > datagram.length) return null;
    if (READ_RTCP_TYPES.includes(datagram.readUInt8(start + 1))) {
      const parsed = parseOne(datagram.subarray(start, end));
      if (parsed === null) return null;
      packets.push(...parsed);
    }
    start = end;
  }
  return packets;
}

function parseOne(packet: Buffer): RtcpPacket[] | null {
  try {
    return new CompoundPacket(viewOf(packet)).getPackets();
  } catch {
    return null; // The parser throws if these bytes are no RTCP packet.
  }
}

export function toDatagram(packet: Serializable): Buffer {
  const view = packet.getView();
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

export function compound(packets: readonly RtcpPacket[]): Buffer {
  const whole = new CompoundPacket();
  for (const packet of packets) whole.addPacket(packet);
  return toDatagram(whole);
}

export interface RtpHeader {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly marker: boolean;
}

export function buildRtpPacket(header: RtpHeader, payload: readonly Buffer[]): Buffer {
  const bytes = Buffer.allocUnsafe(RTP_HEADER_BYTES);
  bytes.writeUInt8(0x80, 0); // Version 2; no padding, extension or contributing sources.
  bytes.writeUInt8((header.marker ? 0x80 : 0) | header.payloadType, 1);
  bytes.writeUInt16BE(header.sequenceNumber, 2);
  bytes.writeUInt32BE(header.timestamp, 4);
  bytes.writeUInt32BE(header.ssrc, 8);
  return Buffer.concat([bytes, ...payload]);
}

function viewOf(datagram: Buffer): DataView {
  return new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
}
