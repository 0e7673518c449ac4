import { randomInt } from 'node:crypto';
import { NackPacket, PliPacket, type RtcpPacket, type SenderReportPacket } from 'rtp.js/packets';
import type { Clock } from '../../core/ports.ts';
import { toNackItems } from './LossRepair.ts';
import { compound } from './packets.ts';
import { ReceptionReports } from './ReceptionReports.ts';

const REPORT_INTERVAL_MS = 1_000;

/** Sends RTCP from the receiver of a stream to its sender. */
export class TapFeedback {
  readonly #ownSsrc = randomInt(1, 2 ** 32);
  readonly #mediaSsrc: number;
  readonly #clock: Clock;
  readonly #send: (packet: Buffer) => void;
  readonly #reports: ReceptionReports;
  #cancelTimer: (() => void) | null = null;
  nacksSent = 0;
  plisSent = 0;

  constructor(mediaSsrc: number, clock: Clock, send: (packet: Buffer) => void) {
    this.#mediaSsrc = mediaSsrc;
    this.#clock = clock;
    this.#send = send;
    this.#reports = new ReceptionReports(this.#ownSsrc, mediaSsrc);
  }

  /** A new packet arrived, not a duplicate. Reports begin with the first one. */
  received(index: number, timestamp: number): void {
    this.#reports.packet(index, timestamp, this.#clock.now());
    this.#cancelTimer ??= this.#clock.setTimer(REPORT_INTERVAL_MS, () => this.#reportAgain());
  }

  /** The sender continues with another sequence. */
  restart(): void {
    this.#reports.restart();
  }

  /** Notes the report: the sender computes the round trip from our answer to it. */
  senderReport(report: SenderReportPacket): void {
    this.#reports.senderReport(report.getNtpSeconds(), report.getNtpFraction(), this.#clock.now());
  }

  sendReport(): void {
    const report = this.#reports.report(this.#clock.now());
    if (report !== null) this.#send(compound([report]));
  }

  sendNack(indexes: readonly number[]): void {
    const nack = new NackPacket();
    this.#address(nack);
    nack.setItems(toNackItems(indexes));
    this.nacksSent += 1;
    this.#send(compound([nack]));
  }

  sendPli(): void {
    const pli = new PliPacket();
    this.#address(pli);
    this.plisSent += 1;
    this.#send(compound([pli]));
  }

  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #reportAgain(): void {
    this.#cancelTimer = this.#clock.setTimer(REPORT_INTERVAL_MS, () => this.#reportAgain());
    this.sendReport();
  }

  #address(packet: RtcpPacket & { setSenderSsrc(ssrc: number): void; setMediaSsrc(ssrc: number): void }): void {
    packet.setSenderSsrc(this.#ownSsrc);
    packet.setMediaSsrc(this.#mediaSsrc);
  }
}
