import { ReceiverReportPacket, ReceptionReport } from 'rtp.js/packets';
import { TICKS_PER_MS } from './ntp.ts';

/** Builds a receiver's reports about one stream (RFC 3550 section 6.4 and appendix A). */
export class ReceptionReports {
  readonly #ownSsrc: number;
  readonly #mediaSsrc: number;
  #first: number | null = null;
  #highest = 0;
  #received = 0;
  #jitterTicks = 0;
  #lastTransit: number | null = null;
  #before = { expected: 0, received: 0 };
  #senderReport: { middleNtp: number; atMs: number } | null = null;

  constructor(ownSsrc: number, mediaSsrc: number) {
    this.#ownSsrc = ownSsrc;
    this.#mediaSsrc = mediaSsrc;
  }

  packet(index: number, timestamp: number, nowMs: number): void {
    this.#first = Math.min(this.#first ?? index, index);
    this.#highest = Math.max(this.#highest, index);
    this.#received += 1;
    const transit = (Math.round(nowMs * TICKS_PER_MS) - timestamp) | 0;
    if (this.#lastTransit !== null) {
      const difference = Math.abs((transit - this.#lastTransit) | 0);
      this.#jitterTicks += (difference - this.#jitterTicks) / 16;
    }
    this.#lastTransit = transit;
  }

  senderReport(ntpSeconds: number, ntpFraction: number, nowMs: number): void {
    this.#senderReport = { middleNtp: (((ntpSeconds & 0xffff) << 16) | (ntpFraction >>> 16)) >>> 0, atMs: nowMs };
  }

  /** The sender began a new sequence: counting starts again. */
  restart(): void {
    this.#first = null;
    this.#highest = 0;
    this.#received = 0;
    this.#lastTransit = null;
    this.#before = { expected: 0, received: 0 };
  }

  /** Returns null before the first packet. */
  report(nowMs: number): ReceiverReportPacket | null {
    if (this.#first === null) return null;
    const expected = this.#highest - this.#first + 1;
    const expectedSince = expected - this.#before.expected;
    const lostSince = expectedSince - (this.#received - this.#before.received);
    this.#before = { expected, received: this.#received };

    const block = new ReceptionReport();
    block.setSsrc(this.#mediaSsrc);
    block.setFractionLost(
      expectedSince <= 0 || lostSince <= 0 ? 0 : Math.floor((lostSince * 256) / expectedSince) & 0xff,
    );
    block.setTotalLost(Math.min(Math.max(expected - this.#received, 0), 0x7f_ffff));
    block.setHighestSeqNumber(this.#highest % 2 ** 32);
    block.setJitter(Math.min(Math.floor(this.#jitterTicks), 0xffff_ffff));
    if (this.#senderReport !== null) {
      block.setLastSRTimestamp(this.#senderReport.middleNtp);
      block.setDelaySinceLastSR(
        Math.min(Math.floor(((nowMs - this.#senderReport.atMs) * 65_536) / 1_000), 0xffff_ffff),
      );
    }
    const packet = new ReceiverReportPacket();
    packet.setSsrc(this.#ownSsrc);
    packet.addReport(block);
    return packet;
  }
}
