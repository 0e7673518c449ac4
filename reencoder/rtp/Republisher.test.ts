import {
  CompoundPacket,
  createNackItem,
  GenericFeedbackPacket,
  NackPacket,
  PliPacket,
  ReceiverReportPacket,
  ReceptionReport,
  SdesPacket,
  SenderReportPacket,
} from 'rtp.js/packets';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../test/support/ManualClock.ts';
import type { LayerFrame } from '../frames.ts';
import { fromNtp } from './ntp.ts';
import { kindOf, type MediaPacket, parseMediaPacket, toDatagram } from './packets.ts';
import { Republisher } from './Republisher.ts';

const SSRCS = [0x11111111, 0x22222222, 0x33333333] as const;
const [LOW, MIDDLE, HIGH] = SSRCS;

let clock: ManualClock;
let republisher: Republisher;
let sent: { datagram: Buffer; atMs: number }[];
let asked: { layer: number; kind: string }[];

beforeEach(() => {
  clock = new ManualClock();
  sent = [];
  asked = [];
  republisher = new Republisher({
    send: (datagram) => sent.push({ datagram, atMs: clock.now() }),
    codec: 'VP8',
    payloadType: 96,
    cname: 'presenter',
    layers: SSRCS.map((ssrc) => ({ ssrc })),
    clock,
    listener: { keyframeRequested: (layer, kind) => asked.push({ layer, kind }) },
  });
});

function frame(layer: number, timestamp: number, { keyframe = false, size = 2_000 } = {}): LayerFrame {
  const data = Buffer.alloc(size, timestamp);
  if (keyframe) data.write('1000009d012a40016801', 0, 'hex');
  else data.writeUInt8(0x31, 0);
  return { layer, timestamp, keyframe, data, width: 320, height: 180 };
}

function media(ssrc?: number): MediaPacket[] {
  const packets = sent
    .filter(({ datagram }) => kindOf(datagram) === 'rtp')
    .map(({ datagram }) => parseMediaPacket(datagram));
  return packets.filter((packet) => packet !== null).filter((packet) => ssrc === undefined || packet.ssrc === ssrc);
}

function compounds() {
  return sent
    .filter(({ datagram }) => kindOf(datagram) === 'rtcp')
    .map(({ datagram }) =>
      new CompoundPacket(new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)).getPackets(),
    );
}

const lastReports = () =>
  compounds()
    .at(-1)
    ?.filter((packet) => packet instanceof SenderReportPacket) ?? [];
const ntpOf = (report: SenderReportPacket) => fromNtp(report.getNtpSeconds(), report.getNtpFraction());

function pli(ssrc: number): Buffer {
  const packet = new PliPacket();
  packet.setMediaSsrc(ssrc);
  return toDatagram(packet);
}

function nack(ssrc: number, sequenceNumbers: number[]): Buffer {
  const packet = new NackPacket();
  packet.setMediaSsrc(ssrc);
  const { pid, bitmask } = createNackItem(sequenceNumbers);
  packet.addItem(pid, bitmask);
  return toDatagram(packet);
}

/** Each entry holds the ssrc and the number of the request. */
function fir(senderSsrc: number, ...entries: readonly (readonly [number, number])[]): Buffer {
  const body = Buffer.alloc(entries.length * 8);
  for (const [i, [ssrc, number]] of entries.entries()) {
    body.writeUInt32BE(ssrc, i * 8);
    body.writeUInt8(number, i * 8 + 4);
  }
  const packet = new GenericFeedbackPacket(undefined, 206, 4 as 1);
  packet.setSenderSsrc(senderSsrc);
  packet.setBody(new DataView(body.buffer, body.byteOffset, body.byteLength));
  return toDatagram(packet);
}

describe('frames', () => {
  it('frames go out as consecutive packets with an unchanged timestamp, the last one marked', () => {
    republisher.sendFrame(frame(1, 2 ** 32 + 5_000, { keyframe: true }));
    republisher.sendFrame(frame(1, 2 ** 32 + 8_000));
    const packets = media(MIDDLE);
    expect(packets.map(({ timestamp }) => timestamp)).toEqual([5_000, 5_000, 8_000, 8_000]);
    expect(packets.map(({ marker }) => marker)).toEqual([false, true, false, true]);
    const numbers = packets.map(({ sequenceNumber }) => sequenceNumber);
    expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
    expect(numbers[0]).toBeLessThan(0x8000 + 1);
    expect(packets.every(({ payloadType }) => payloadType === 96)).toBe(true);
    expect(republisher.stats().layers[1]).toMatchObject({ packets: 4, frames: 2, keyframes: 1 });
    expect(republisher.stats().layers[0]).toMatchObject({ packets: 0, frames: 0 });
  });

  it('the timestamps of a layer always grow, whatever comes', () => {
    for (const timestamp of [1_000, 4_000, 3_000, 4_000, 9_000])
      republisher.sendFrame(frame(0, timestamp, { size: 100 }));
    republisher.sendFrame(frame(1, 3_000, { size: 100 }));
    expect(media(LOW).map(({ timestamp }) => timestamp)).toEqual([1_000, 4_000, 4_001, 4_002, 9_000]);
    expect(media(MIDDLE).map(({ timestamp }) => timestamp)).toEqual([3_000]);
  });

  it('frames of an unknown layer and empty frames are not sent', () => {
    republisher.sendFrame(frame(3, 1_000));
    republisher.sendFrame({ ...frame(0, 1_000), data: Buffer.alloc(0) });
    expect(sent).toEqual([]);
  });

  it('large frames go out in bursts within a few ms', () => {
    republisher.sendFrame(frame(2, 1_000, { keyframe: true, size: 100_000 }));
    const start = clock.now();
    clock.advance(6);
    const times = sent.filter(({ datagram }) => kindOf(datagram) === 'rtp').map(({ atMs }) => atMs - start);
    expect(times).toHaveLength(84);
    expect(Math.max(...times)).toBeLessThanOrEqual(5);
    for (let ms = 0; ms < 5; ms++) expect(times.filter((at) => at === ms).length).toBeLessThanOrEqual(20);
  });

  it('small frames go out at once', () => {
    for (let i = 1; i < 200; i++) {
      republisher.sendFrame(frame(0, i * 3_000, { size: 4_000 }));
      expect(media(LOW).at(-1)?.timestamp).toBe(i * 3_000);
      clock.advance(33);
    }
  });
});

describe('lost packets', () => {
  it('lost packets are sent again unchanged, at most every 10 ms', () => {
    republisher.sendFrame(frame(0, 1_000, { size: 5_000 }));
    const [first, , third] = media(LOW);
    const originals = sent.map(({ datagram }) => datagram);
    sent = [];
    const request = nack(LOW, [first?.sequenceNumber ?? 0, third?.sequenceNumber ?? 0]);
    republisher.receive(request);
    republisher.receive(request);
    expect(sent.map(({ datagram }) => datagram)).toEqual([originals[0], originals[2]]);
    clock.advance(10);
    republisher.receive(request);
    expect(media(LOW)).toHaveLength(4);
    expect(republisher.stats().layers[0]).toMatchObject({ retransmitted: 4, packets: 5 });
  });

  it('packets are not sent again if they are older than a second or never existed', () => {
    republisher.sendFrame(frame(0, 1_000, { size: 100 }));
    const number = media(LOW)[0]?.sequenceNumber ?? 0;
    sent = [];
    republisher.receive(nack(LOW, [(number + 1) & 0xffff]));
    republisher.receive(nack(LOW, [(number - 1) & 0xffff]));
    republisher.receive(nack(MIDDLE, [number]));
    republisher.receive(nack(99, [number]));
    clock.advance(1_001);
    republisher.receive(nack(LOW, [number]));
    expect(media()).toEqual([]);
  });

  it('lost packets are found even after the numbers wrapped and the history is full', () => {
    for (let i = 1; i <= 70_000; i++) {
      republisher.sendFrame(frame(0, i * 10, { size: 10 }));
      sent.length = 0;
      if (i % 10 === 0) clock.advance(1);
    }
    republisher.sendFrame(frame(0, 1_000_000, { size: 10 }));
    const last = media(LOW)[0]?.sequenceNumber ?? 0;
    sent = [];
    republisher.receive(nack(LOW, [(last - 999) & 0xffff]));
    republisher.receive(nack(LOW, [(last - 1_000) & 0xffff]));
    expect(media(LOW).map(({ sequenceNumber }) => sequenceNumber)).toEqual([(last - 999) & 0xffff]);
  });
});

describe('requests for keyframes', () => {
  it('requests for keyframes name their layer', () => {
    republisher.receive(pli(HIGH));
    republisher.receive(pli(LOW));
    republisher.receive(pli(99));
    expect(asked).toEqual([
      { layer: 2, kind: 'pli' },
      { layer: 0, kind: 'pli' },
    ]);
    expect(republisher.stats().layers.map(({ pliReceived }) => pliReceived)).toEqual([1, 0, 1]);
  });

  it('a FIR counts once for each number and sender', () => {
    republisher.receive(fir(5, [MIDDLE, 7], [HIGH, 7], [99, 7]));
    republisher.receive(fir(5, [MIDDLE, 7]));
    republisher.receive(fir(5, [MIDDLE, 8]));
    republisher.receive(fir(6, [MIDDLE, 8]));
    expect(asked.map(({ layer, kind }) => `${kind} ${layer}`)).toEqual(['fir 1', 'fir 2', 'fir 1', 'fir 1']);
    expect(republisher.stats().layers.map(({ firReceived }) => firReceived)).toEqual([0, 3, 1]);
  });
});

describe('reports', () => {
  function play(frames: number, layers = [0, 1, 2]): void {
    for (let i = 0; i < frames; i++) {
      for (const layer of layers) republisher.sendFrame(frame(layer, 500_000 + i * 2_970, { size: 100 }));
      clock.advance(33);
    }
  }

  it('sender reports of all layers describe one instant, and name the presenter', () => {
    play(40);
    const compound = compounds().at(-1) ?? [];
    const reports = lastReports();
    expect(reports.map((report) => report.getSsrc())).toEqual([...SSRCS]);
    expect(
      new Set(
        reports.map((report) => `${report.getNtpSeconds()} ${report.getNtpFraction()} ${report.getRtpTimestamp()}`),
      ).size,
    ).toBe(1);
    const description = compound.find((packet) => packet instanceof SdesPacket);
    const chunks = description?.getChunks() ?? [];
    expect(chunks.map((chunk) => chunk.getSsrc())).toEqual([...SSRCS]);
    expect(chunks.flatMap((chunk) => chunk.getItems())).toEqual(SSRCS.map(() => ({ type: 1, text: 'presenter' })));
    expect(reports[0]?.getPacketCount()).toBeGreaterThan(20);
  });

  it('sender reports come often when a layer begins, then every second, and only for layers that began', () => {
    play(1, [1]);
    expect(lastReports().map((report) => report.getSsrc())).toEqual([MIDDLE]);
    expect(compounds().length).toBeGreaterThanOrEqual(3);
    play(10, [1]);
    sent = [];
    clock.advance(5_000);
    expect(compounds()).toHaveLength(5);
    sent = [];
    play(4, [0, 1]);
    expect(compounds().length).toBeGreaterThanOrEqual(4);
    expect(lastReports().map((report) => report.getSsrc())).toEqual([LOW, MIDDLE]);
  });

  it('sender reports use our clock until the source reports its own', () => {
    const start = clock.now();
    play(10);
    const [own] = lastReports();
    if (!own) throw new Error('no report');
    expect(own.getRtpTimestamp()).toBeCloseTo(500_000 + (ntpOf(own) - start) * 90, -1);

    // The source captured picture 500,000 about 80 ms before sending it; its clock is an hour ahead.
    republisher.setClockMapping({ ntpMs: start - 80 + 3_600_000, timestamp: 500_000, receivedAtMs: start - 80 });
    clock.advance(1_000);
    const [mapped] = lastReports();
    if (!mapped) throw new Error('no report');
    expect(mapped.getRtpTimestamp()).toBeCloseTo(500_000 + (ntpOf(mapped) - (start - 80)) * 90, -1);
    expect(Math.abs(ntpOf(mapped) - clock.now())).toBeLessThan(1_000);
  });

  it('sender reports do not jump when a report of the source was late', () => {
    play(1);
    const start = clock.now();
    for (const [second, delayMs] of [5, 3, 120, 60, 4].entries()) {
      const takenAtMs = start + second * 1_000;
      clock.advance(takenAtMs + delayMs - clock.now());
      republisher.setClockMapping({
        ntpMs: takenAtMs,
        timestamp: 700_000 + second * 90_000,
        receivedAtMs: clock.now(),
      });
    }
    clock.advance(1_000);
    const [report] = lastReports();
    if (!report) throw new Error('no report');
    const expected = 700_000 + (ntpOf(report) - start - 3) * 90;
    expect(Math.abs(report.getRtpTimestamp() - expected)).toBeLessThan(5);
  });

  it("the receiver's reports appear in the statistics", () => {
    const block = new ReceptionReport();
    block.setSsrc(MIDDLE);
    block.setFractionLost(64);
    const packet = new ReceiverReportPacket();
    packet.addReport(block);
    republisher.receive(toDatagram(packet));
    expect(republisher.stats().layers.map(({ fractionLost }) => fractionLost)).toEqual([0, 0.25, 0]);
  });
});

describe('bad input', () => {
  it('bad input from the receiver is counted', () => {
    for (const bad of [
      '',
      '80',
      '80c9',
      '81c9ffff00000000',
      '8060000000000000000000000000',
      '81ce0003000000010000000b',
    ]) {
      republisher.receive(Buffer.from(bad, 'hex'));
    }
    expect(republisher.stats().malformed).toBe(6);
  });

  it('a closed republisher sends nothing', () => {
    republisher.sendFrame(frame(0, 1, { size: 200_000 }));
    republisher.close();
    sent = [];
    expect(clock.pendingTimers).toBe(0);
    republisher.sendFrame(frame(0, 2));
    republisher.receive(pli(LOW));
    clock.advance(5_000);
    expect(sent).toEqual([]);
    expect(asked).toEqual([]);
  });
});
