import { randomInt } from 'node:crypto';
import { SenderReportPacket } from 'rtp.js/packets';
import type { OutputCodec } from '../../core/reencoding/messages.ts';
import type { CodedFrame } from '../frames.ts';
import { createPacketizer } from './formats/createFormat.ts';
import type { Packetizer } from './formats/PayloadFormat.ts';
import { toNtp } from './ntp.ts';
import { PacketHistory } from './PacketHistory.ts';
import { buildRtpPacket, type RtpHeader } from './packets.ts';

/** Leaves room for IP, UDP, RTP and SRTP within the smallest usual MTU. */
const MAX_PAYLOAD_BYTES = 1_200;
/** After this long without a frame the next one counts as a new start of the layer. */
const STOPPED_AFTER_MS = 500;
/** A started layer counts as fresh for FRESH_MS and its first frames, but never longer than MAX_FRESH_MS. */
const FRESH_MS = 100;
const FRESH_FRAMES = 3;
const MAX_FRESH_MS = 1_000;

export interface LayerStats {
  packets: number;
  bytes: number;
  frames: number;
  keyframes: number;
  retransmitted: number;
  pliReceived: number;
  firReceived: number;
  /** The receiver's last report, 0–1. */
  fractionLost: number;
}

/** One outgoing RTP stream. */
export class LayerSender {
  readonly ssrc: number;
  readonly stats: LayerStats = {
    packets: 0,
    bytes: 0,
    frames: 0,
    keyframes: 0,
    retransmitted: 0,
    pliReceived: 0,
    firReceived: 0,
    fractionLost: 0,
  };
  readonly #payloadType: number;
  readonly #packetizer: Packetizer;
  readonly #history = new PacketHistory();
  /** Starts in the lower half, so that a receiver who misses the first packets still counts cycles (RFC 3711 3.3.1). */
  #sequenceNumber = randomInt(1, 0x8000);
  #lastTimestamp = Number.NEGATIVE_INFINITY;
  #lastFrameAtMs = Number.NEGATIVE_INFINITY;
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #framesSinceStart = 0;
  #payloadBytes = 0;

  constructor(ssrc: number, payloadType: number, codec: OutputCodec) {
    this.ssrc = ssrc;
    this.#payloadType = payloadType;
    this.#packetizer = createPacketizer(codec);
  }

  get started(): boolean {
    return this.stats.packets > 0;
  }

  /** Returns whether the layer has just begun to send, at first or after a break. */
  isFresh(nowMs: number): boolean {
    const sinceStartMs = nowMs - this.#startedAtMs;
    return sinceStartMs < FRESH_MS || (this.#framesSinceStart <= FRESH_FRAMES && sinceStartMs < MAX_FRESH_MS);
  }

  /** Cuts the frame into packets. Raises its timestamp if that is not later than the last one. */
  toPackets(frame: CodedFrame, nowMs: number): Buffer[] {
    const payloads = this.#packetizer.packetize(frame, MAX_PAYLOAD_BYTES);
    if (payloads.length === 0) return [];
    const timestamp = Math.max(frame.timestamp, this.#lastTimestamp + 1);
    this.#lastTimestamp = timestamp;
    if (nowMs - this.#lastFrameAtMs > STOPPED_AFTER_MS) {
      this.#startedAtMs = nowMs;
      this.#framesSinceStart = 0;
    }
    this.#lastFrameAtMs = nowMs;
    this.#framesSinceStart += 1;
    this.stats.frames += 1;
    if (frame.keyframe) this.stats.keyframes += 1;
    return payloads.map((payload, i) => {
      const header = this.#nextHeader(toWire(timestamp), i === payloads.length - 1);
      const packet = buildRtpPacket(header, payload);
      this.#payloadBytes += payload.reduce((sum, piece) => sum + piece.length, 0);
      this.#remember(header, packet, nowMs);
      return packet;
    });
  }

  /** Returns the packet that a receiver misses, or null if it is no longer stored or was just sent again. */
  toResend(sequenceNumber: number, nowMs: number): Buffer | null {
    const packet = this.#history.takeForResend(sequenceNumber, nowMs);
    if (packet !== null) this.stats.retransmitted += 1;
    return packet;
  }

  toReport(ntpMs: number, timestamp: number): SenderReportPacket {
    const report = new SenderReportPacket();
    const { seconds, fraction } = toNtp(ntpMs);
    report.setSsrc(this.ssrc);
    report.setNtpSeconds(seconds);
    report.setNtpFraction(fraction);
    report.setRtpTimestamp(toWire(timestamp));
    report.setPacketCount(this.stats.packets % 2 ** 32);
    report.setOctetCount(this.#payloadBytes % 2 ** 32);
    return report;
  }

  #nextHeader(timestamp: number, marker: boolean): RtpHeader {
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    return { ssrc: this.ssrc, payloadType: this.#payloadType, sequenceNumber: this.#sequenceNumber, timestamp, marker };
  }

  #remember(header: RtpHeader, packet: Buffer, nowMs: number): void {
    this.#history.add(header.sequenceNumber, packet, nowMs);
    this.stats.packets += 1;
    this.stats.bytes += packet.length;
  }
}

/** Reduces a timestamp modulo 2³². It may be fractional or negative. */
function toWire(timestamp: number): number {
  return Math.round(timestamp) >>> 0;
}
