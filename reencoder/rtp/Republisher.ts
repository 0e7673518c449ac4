import {
  type FeedbackPacket,
  GenericFeedbackPacket,
  NackPacket,
  PliPacket,
  ReceiverReportPacket,
  type RtcpPacket,
  SdesChunk,
  SdesPacket,
} from 'rtp.js/packets';
import type { Clock } from '../../core/ports.ts';
import type { OutputCodec } from '../../core/reencoding/messages.ts';
import type { LayerFrame } from '../frames.ts';
import { LayerSender, type LayerStats } from './LayerSender.ts';
import { fromNackItem } from './LossRepair.ts';
import type { ClockMapping } from './ntp.ts';
import { Pacer } from './Pacer.ts';
import { compound, kindOf, parseRtcp } from './packets.ts';
import { ReportClock } from './ReportClock.ts';

const REPORT_INTERVAL_MS = 1_000;
/**
 * mediasoup switches viewers to a layer only when it knows the layer's clock. That takes three reports, a frame after
 * them, and one more report that makes it check again.
 */
const FRESH_REPORT_INTERVAL_MS = 10;
/** RTCP numbers: RFC 5104 section 4.3.1 and RFC 3550 section 12.2. */
const PSFB = 206;
const FIR = 4;
const FIR_ENTRY_BYTES = 8;
const SDES_CNAME = 1;
/** One server sends FIRs; many senders are a sign of rubbish. */
const MAX_FIR_SENDERS = 64;
/** Beyond this nothing is sent again, which would make the overload worse. */
const MAX_BACKLOG_FOR_RESEND = 500;

export interface RepublisherListener {
  /** Somebody needs a keyframe of this layer. Called for every request, but not for the repetition of a FIR. */
  keyframeRequested(layer: number, kind: 'pli' | 'fir'): void;
}

export interface RepublisherOptions {
  send(packet: Buffer): void;
  readonly codec: OutputCodec;
  readonly payloadType: number;
  readonly cname: string;
  /** Lowest layer first. */
  readonly layers: readonly { readonly ssrc: number }[];
  readonly clock: Clock;
  readonly listener: RepublisherListener;
}

export interface RepublisherStats {
  readonly layers: readonly LayerStats[];
  readonly malformed: number;
}

/**
 * The sending end of a track's layers. Timestamps go out unchanged, so that all layers and the source share one time
 * line. The sender reports of all layers describe the same instant; otherwise no viewer could switch layers.
 */
export class Republisher {
  readonly #options: RepublisherOptions;
  readonly #clock: Clock;
  readonly #layers: readonly LayerSender[];
  readonly #pacer: Pacer;
  #sourceReport: ClockMapping | null = null;
  #reportClock: ReportClock | null = null;
  #reportsOften = false;
  /** Number of the last FIR that counted, by sender and layer. */
  readonly #firNumbers = new Map<string, number>();
  #malformed = 0;
  #cancelReportTimer: (() => void) | null = null;
  #closed = false;

  constructor(options: RepublisherOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#layers = options.layers.map(({ ssrc }) => new LayerSender(ssrc, options.payloadType, options.codec));
    this.#pacer = new Pacer(options.clock, options.send);
  }

  sendFrame(frame: LayerFrame): void {
    const layer = this.#layers[frame.layer];
    if (this.#closed || layer === undefined) return;
    const now = this.#clock.now();
    this.#reportClock ??= this.#startReportClock(now, frame.timestamp);
    for (const packet of layer.toPackets(frame, now)) this.#pacer.push(packet);
    if (layer.isFresh(now) && !this.#reportsOften) this.#sendReports();
  }

  /** Takes decrypted RTCP. Never throws, whatever it holds. */
  receive(datagram: Buffer): void {
    if (this.#closed) return;
    const packets = kindOf(datagram) === 'rtcp' ? parseRtcp(datagram) : null;
    if (packets === null) {
      this.#malformed += 1;
      return;
    }
    for (const packet of packets) this.#receivePacket(packet);
  }

  /** Takes the source's last report. Until the first one, this process's clock replaces it. */
  setClockMapping(mapping: ClockMapping): void {
    this.#sourceReport = mapping;
    this.#reportClock?.learn(mapping);
  }

  stats(): RepublisherStats {
    return { layers: this.#layers.map((layer) => ({ ...layer.stats })), malformed: this.#malformed };
  }

  close(): void {
    this.#closed = true;
    this.#pacer.close();
    this.#cancelReportTimer?.();
  }

  #startReportClock(nowMs: number, timestamp: number): ReportClock {
    const clock = new ReportClock(nowMs, timestamp);
    if (this.#sourceReport !== null) clock.learn(this.#sourceReport);
    return clock;
  }

  #sendReports(): void {
    this.#cancelReportTimer?.();
    const now = this.#clock.now();
    this.#reportsOften = this.#layers.some((layer) => layer.isFresh(now));
    const intervalMs = this.#reportsOften ? FRESH_REPORT_INTERVAL_MS : REPORT_INTERVAL_MS;
    this.#cancelReportTimer = this.#clock.setTimer(intervalMs, () => this.#sendReports());

    const started = this.#layers.filter((layer) => layer.started);
    if (this.#reportClock === null || started.length === 0) return;
    const timestamp = this.#reportClock.timestampAt(now);
    this.#pacer.push(compound([...started.map((layer) => layer.toReport(now, timestamp)), this.#description(started)]));
  }

  #description(layers: readonly LayerSender[]): SdesPacket {
    const packet = new SdesPacket();
    for (const { ssrc } of layers) {
      const chunk = new SdesChunk();
      chunk.setSsrc(ssrc);
      chunk.addItem(SDES_CNAME, this.#options.cname);
      packet.addChunk(chunk);
    }
    return packet;
  }

  #receivePacket(packet: RtcpPacket): void {
    if (packet instanceof NackPacket) this.#resend(packet);
    else if (packet instanceof PliPacket) this.#receivePli(packet);
    else if (packet instanceof ReceiverReportPacket) this.#receiveReport(packet);
    else if (packet instanceof GenericFeedbackPacket && isFir(packet)) this.#receiveFir(packet);
  }

  #resend(nack: NackPacket): void {
    const layer = this.#layerOf(nack.getMediaSsrc())?.layer;
    if (layer === undefined) return;
    const now = this.#clock.now();
    for (const sequenceNumber of nack.getItems().flatMap(fromNackItem)) {
      if (this.#pacer.backlog > MAX_BACKLOG_FOR_RESEND) return;
      const packet = layer.toResend(sequenceNumber, now);
      if (packet !== null) this.#pacer.push(packet);
    }
  }

  #receivePli(pli: PliPacket): void {
    const found = this.#layerOf(pli.getMediaSsrc());
    if (found === null) return;
    found.layer.stats.pliReceived += 1;
    this.#options.listener.keyframeRequested(found.index, 'pli');
  }

  #receiveFir(fir: GenericFeedbackPacket): void {
    const body = fir.getBody();
    for (let at = 0; at + FIR_ENTRY_BYTES <= body.byteLength; at += FIR_ENTRY_BYTES) {
      const found = this.#layerOf(body.getUint32(at));
      if (found === null) continue;
      const key = `${fir.getSenderSsrc()} ${found.index}`;
      const number = body.getUint8(at + 4);
      if (this.#firNumbers.get(key) === number) continue;
      if (this.#firNumbers.size > MAX_FIR_SENDERS) this.#firNumbers.clear();
      this.#firNumbers.set(key, number);
      found.layer.stats.firReceived += 1;
      this.#options.listener.keyframeRequested(found.index, 'fir');
    }
  }

  #receiveReport(packet: ReceiverReportPacket): void {
    for (const report of packet.getReports()) {
      const found = this.#layerOf(report.getSsrc());
      if (found !== null) found.layer.stats.fractionLost = report.getFractionLost() / 256;
    }
  }

  #layerOf(ssrc: number): { layer: LayerSender; index: number } | null {
    const index = this.#layers.findIndex((layer) => layer.ssrc === ssrc);
    const layer = this.#layers[index];
    return layer === undefined ? null : { layer, index };
  }
}

function isFir(packet: FeedbackPacket): boolean {
  return Number(packet.getPacketType()) === PSFB && Number(packet.getMessageType()) === FIR;
}
