import { packets, utils } from 'rtp.js';

/** The RTP packet of a datagram; null if it is RTCP, which comes to the same port, or neither. */
export function toRtpPacket(datagram: Buffer): packets.RtpPacket | null {
  const view = utils.nodeBufferToDataView(datagram);
  return packets.isRtp(view) && !packets.isRtcp(view) ? new packets.RtpPacket(view) : null;
}
