import { SenderReportPacket } from 'rtp.js/packets';
import type { Clock } from '../../core/ports.ts';
import type { InputCodec } from '../../core/reencoding/messages.ts';
import type { CodedFrame } from '../frames.ts';
import { FrameAssembler } from './FrameAssembler.ts';
import { createFormat } from './formats/createFormat.ts';
import type { PayloadFormat } from './formats/PayloadFormat.ts';
import { KeyframeRequests } from './KeyframeRequests.ts';
import { LossRepair } from './LossRepair.ts';
import { type ClockMapping, fromNtp } from './ntp.ts';
import { kindOf, type MediaPacket, parseMediaPacket, parseRtcp } from './packets.ts';
import { ReorderBuffer } from './ReorderBuffer.ts';
import { SequenceTracker } from './SequenceTracker.ts';
import { TapFeedback } from './TapFeedback.ts';
import { TimestampUnwrapper } from './TimestampUnwrapper.ts';

/** A timer this late means that the process stood still: read the socket first, where missing packets may wait. */
const STALL_MS = 30;
const AFTER_STALL_MS = 5;

export interface TapListener {
  /**
   * Gets whole frames in decoding order: the first is a keyframe, and none builds on a missing one. Timestamps grow.
   */
  frame(frame: CodedFrame): void;
  /** The source restarted: the next frame is a keyframe and does not continue the earlier ones. */
  discontinuity(): void;
}

export interface TapOptions {
  /** Sends RTCP to the sender of the media. */
  send(packet: Buffer): void;
  readonly ssrc: number;
  readonly payloadType: number;
  readonly codec: InputCodec;
  readonly clock: Clock;
  readonly listener: TapListener;
}

export interface TapStats {
  readonly packets: number;
  readonly bytes: number;
  /** Packets that never came. */
  readonly lost: number;
  /** Packets that came after a NACK. */
  readonly recovered: number;
  readonly nacksSent: number;
  readonly plisSent: number;
  readonly framesIn: number;
  readonly keyframesIn: number;
  readonly framesDropped: number;
  readonly malformed: number;
}

/**
 * The receiving end of one RTP stream: repairs its losses, asks for keyframes where that is impossible, and joins its
 * packets into frames. Accepts any datagram; its memory is bounded.
 */
export class TapReceiver {
  readonly #options: TapOptions;
  readonly #clock: Clock;
  readonly #format: PayloadFormat;
  readonly #assembler: FrameAssembler;
  readonly #feedback: TapFeedback;
  readonly #keyframes: KeyframeRequests;
  readonly #timestamps = new TimestampUnwrapper();
  #sequence = new SequenceTracker();
  #buffer = new ReorderBuffer();
  #repair = new LossRepair();
  /** A packet that may be the first of a new sequence. */
  #stray: MediaPacket | null = null;
  /** True if the time line broke off and no keyframe has begun the new one yet. */
  #timeRestarted = false;
  #senderReport: { ntpMs: number; rtpTimestamp: number; receivedAtMs: number } | null = null;
  #cancelRepairTimer: (() => void) | null = null;
  /** After this process stood still, no packet is requested or given up before this time. */
  #readUntilMs = Number.NEGATIVE_INFINITY;
  #closed = false;
  readonly #stats = {
    packets: 0,
    bytes: 0,
    lost: 0,
    recovered: 0,
    framesIn: 0,
    keyframesIn: 0,
    framesDropped: 0,
    malformed: 0,
  };

  constructor(options: TapOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#format = createFormat(options.codec);
    this.#feedback = new TapFeedback(options.ssrc, options.clock, (packet) => options.send(packet));
    this.#keyframes = new KeyframeRequests(options.clock, () => this.#feedback.sendPli());
    this.#assembler = new FrameAssembler(this.#format, {
      frame: (data, keyframe, timestamp) => this.#deliver(data, keyframe, timestamp),
      dropped: () => {
        this.#stats.framesDropped += 1;
      },
      broken: () => this.#keyframes.want(),
    });
  }

  /** Takes decrypted RTP or RTCP. Never throws, whatever it holds. */
  receive(datagram: Buffer): void {
    if (this.#closed) return;
    const kind = kindOf(datagram);
    if (kind === 'rtcp') this.#receiveRtcp(datagram);
    else if (kind === 'rtp') this.#receiveRtp(datagram);
    else this.#stats.malformed += 1;
  }

  /** Delivers no frame before the next keyframe, and requests that until it arrives. */
  requestKeyframe(): void {
    if (this.#closed) return;
    this.#assembler.awaitKeyframe();
    this.#keyframes.want();
  }

  /** While the input is paused on purpose, no keyframe is requested. */
  setInputPaused(paused: boolean): void {
    if (!this.#closed) this.#keyframes.setPaused(paused);
  }

  /** The source's last sender report, or null before the first report or the first frame. */
  get senderReport(): ClockMapping | null {
    if (this.#senderReport === null) return null;
    const { ntpMs, rtpTimestamp, receivedAtMs } = this.#senderReport;
    const timestamp = this.#timestamps.report(rtpTimestamp);
    return timestamp === null ? null : { ntpMs, timestamp, receivedAtMs };
  }

  stats(): TapStats {
    const { nacksSent, plisSent } = this.#feedback;
    return { ...this.#stats, nacksSent, plisSent };
  }

  close(): void {
    this.#closed = true;
    this.#keyframes.close();
    this.#cancelRepairTimer?.();
    this.#feedback.close();
  }

  #receiveRtp(datagram: Buffer): void {
    const packet = parseMediaPacket(datagram);
    if (packet?.ssrc !== this.#options.ssrc || packet.payloadType !== this.#options.payloadType) {
      this.#stats.malformed += 1;
      return;
    }
    this.#stats.packets += 1;
    this.#stats.bytes += datagram.length;
    const place = this.#sequence.place(packet.sequenceNumber);
    if (place.type === 'stray') {
      this.#stray = packet;
      return;
    }
    if (place.type === 'restarted') this.#resynchronize(place.index);
    else if (this.#buffer.next === null) this.#begin(place.index, packet);
    this.#accept(place.index, packet);
  }

  /**
   * The server's stream begins with a keyframe. If its first packets are lost or overtaken, they are requested like any
   * others, and so is another keyframe of the source; whichever comes first is used.
   */
  #begin(index: number, packet: MediaPacket): void {
    if (this.#format.startsKeyframe(packet.payload)) return;
    this.#buffer.startAt(this.#repair.beganLate(index, this.#clock.now()));
    this.#keyframes.want();
  }

  #resynchronize(index: number): void {
    this.#assembler.lost();
    this.#buffer = new ReorderBuffer();
    this.#repair = new LossRepair();
    this.#feedback.restart();
    this.#keyframes.want();
    if (this.#stray !== null) this.#accept(index - 1, this.#stray);
    this.#stray = null;
  }

  #accept(index: number, packet: MediaPacket): void {
    const now = this.#clock.now();
    const expected = this.#buffer.highest === null ? index : this.#buffer.highest + 1;
    if (!this.#buffer.insert(index, packet)) return;
    this.#feedback.received(index, packet.timestamp);
    if (this.#repair.arrived(index, now)) this.#stats.recovered += 1;
    const starts = this.#assembler.awaitsKeyframe && this.#format.startsKeyframe(packet.payload);
    if (starts) this.#keyframes.arriving();

    // If the gap is too large to repair, do not wait for anything before this packet.
    const repairable = index <= expected || this.#repair.noticed(expected, index, now);
    if (!repairable) this.#stats.lost += index - expected;
    this.#drain(repairable ? null : index - 1);
  }

  /** Passes on the packets that are in order, and skips missing ones up to `givenUp`. */
  #drain(givenUp: number | null): void {
    for (;;) {
      const packet = this.#buffer.take();
      if (packet !== null) {
        this.#assembler.push(packet);
        continue;
      }
      const { next, highest } = this.#buffer;
      if (next === null || highest === null || next > highest) break;
      const goOnAt = this.#whereToGoOn(next, givenUp);
      if (goOnAt === null) break;
      this.#skipTo(goOnAt);
    }
    this.#armRepair();
  }

  /** The packet at `next` is missing. Returns where to continue, or null to wait for it. */
  #whereToGoOn(next: number, givenUp: number | null): number | null {
    const inVain = (givenUp !== null && next <= givenUp) || this.#buffer.overfull;
    if (!inVain && !this.#assembler.awaitsKeyframe) return null;
    // When only a keyframe can be shown, nothing before it counts.
    const keyframe = this.#buffer.first((packet) => this.#format.startsKeyframe(packet.payload));
    if (keyframe !== null || !inVain) return keyframe;
    this.#keyframes.want();
    return this.#buffer.first(() => true);
  }

  #skipTo(index: number): void {
    const skipped = this.#buffer.skipTo(index);
    this.#stats.framesDropped += skipped.filter((packet) => packet.marker).length;
    this.#stats.lost += this.#repair.forgetBefore(index);
    this.#assembler.lost();
  }

  #armRepair(): void {
    this.#cancelRepairTimer?.();
    this.#cancelRepairTimer = null;
    const next = this.#repair.nextAtMs();
    if (next === null) return;
    const atMs = Math.max(next, this.#readUntilMs);
    this.#cancelRepairTimer = this.#clock.setTimer(Math.max(atMs - this.#clock.now(), 0), () => this.#repairNow(atMs));
  }

  #repairNow(dueAtMs: number): void {
    const now = this.#clock.now();
    if (now - dueAtMs > STALL_MS) {
      this.#repair.stoodStill(now - dueAtMs, now);
      this.#readUntilMs = now + AFTER_STALL_MS;
      this.#armRepair();
      return;
    }
    const givenUp = this.#repair.givenUp(now);
    if (givenUp !== null) {
      this.#drain(givenUp);
      return;
    }
    const due = this.#repair.takeDue(now);
    if (due.length > 0) this.#feedback.sendNack(due);
    this.#armRepair();
  }

  #deliver(data: Buffer, keyframe: boolean, rtpTimestamp: number): void {
    const { unwrapped, restarted } = this.#timestamps.frame(rtpTimestamp, this.#clock.now());
    this.#timeRestarted ||= restarted;
    if (this.#timeRestarted && !keyframe) {
      this.#stats.framesDropped += 1;
      this.requestKeyframe();
      return;
    }
    if (this.#timeRestarted) {
      this.#timeRestarted = false;
      this.#senderReport = null; // It describes the old time line.
      this.#options.listener.discontinuity();
    }
    if (keyframe) {
      this.#keyframes.fulfil();
      this.#stats.keyframesIn += 1;
    }
    this.#stats.framesIn += 1;
    this.#options.listener.frame({ data, keyframe, timestamp: unwrapped });
  }

  #receiveRtcp(datagram: Buffer): void {
    const packets = parseRtcp(datagram);
    if (packets === null) {
      this.#stats.malformed += 1;
      return;
    }
    for (const packet of packets) {
      if (packet instanceof SenderReportPacket && packet.getSsrc() === this.#options.ssrc) this.#receiveReport(packet);
    }
  }

  #receiveReport(report: SenderReportPacket): void {
    const now = this.#clock.now();
    const isFirst = this.#senderReport === null;
    const [seconds, fraction] = [report.getNtpSeconds(), report.getNtpFraction()];
    if (seconds === 0 && fraction === 0) return; // A sender without a wall clock (RFC 3550 section 6.4.1).
    this.#senderReport = {
      ntpMs: fromNtp(seconds, fraction),
      rtpTimestamp: report.getRtpTimestamp(),
      receivedAtMs: now,
    };
    this.#feedback.senderReport(report);
    // The sender learns the round trip from the answer, and repeats packets no faster than that.
    if (isFirst) this.#feedback.sendReport();
  }
}
