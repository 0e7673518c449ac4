import { SenderReportPacket } from 'rtp.js/packets';
import { beforeEach, describe, expect, it } from 'vitest';
import { FRAME_MS, sequenceNumber, TAP_SSRC, TapBench, vp8 } from '../../test/support/TapBench.ts';
import { toNtp } from './ntp.ts';
import { buildRtpPacket, parseMediaPacket, toDatagram } from './packets.ts';

let bench: TapBench;
let { clock, frames, tap, restartSource, packetsOf, numbers, receive, play, feedback } = new TapBench();
beforeEach(() => {
  bench = new TapBench();
  ({ clock, frames, tap, restartSource, packetsOf, numbers, receive, play, feedback } = bench);
});

describe('frames', () => {
  it('frames come whole, in order, from the first keyframe on', () => {
    play(1, 8, 3);
    expect(numbers()).toEqual([3, 4, 5, 6, 7, 8]);
    expect(frames[0]).toEqual(vp8(3, { keyframe: true }));
    expect(tap.stats()).toMatchObject({ framesIn: 6, keyframesIn: 1, framesDropped: 2, lost: 0, recovered: 0 });
  });

  it('a frame comes at once with its last packet', () => {
    receive(packetsOf(vp8(1, { keyframe: true })));
    expect(numbers()).toEqual([1]);
  });

  it('frames survive reordering and duplicates without a NACK', () => {
    play(1, 2);
    const packets = [3, 4].flatMap((number) => packetsOf(vp8(number)));
    const [a, b, c, d, e, f] = packets;
    receive([b, a, a, d, f, c, b, e]);
    clock.advance(1_000);
    expect(numbers()).toEqual([1, 2, 3, 4]);
    expect(tap.stats()).toMatchObject({ nacksSent: 0, recovered: 0, lost: 0 });
  });

  it('frames without a marker are separated by their timestamps', () => {
    const withoutMarker = (packet: Buffer) => {
      const copy = Buffer.from(packet);
      copy.writeUInt8(copy.readUInt8(1) & 0x7f, 1);
      return copy;
    };
    receive([1, 2, 3].flatMap((n) => packetsOf(vp8(n, { keyframe: n === 1 })).map(withoutMarker)));
    expect(numbers()).toEqual([1, 2]);
  });

  it('frames continue when sequence numbers and timestamps wrap', () => {
    let [last] = packetsOf(vp8(0, { size: 10 }));
    while (sequenceNumber(last) < 2 ** 16 - 60) [last] = packetsOf(vp8(0, { size: 10 }));
    const first = 2 ** 32 - 60_000;
    for (let number = 1; number <= 40; number++) {
      receive(packetsOf(vp8(number, { keyframe: number === 1, timestamp: first + number * 2_970 })));
      clock.advance(FRAME_MS);
    }
    expect(numbers()).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(frames.at(-1)?.timestamp).toBe(first + 40 * 2_970);
    expect(tap.stats()).toMatchObject({ lost: 0, malformed: 0 });
  });

  it('a packet of padding alone belongs to no frame', () => {
    play(1, 1);
    const [padding] = packetsOf(vp8(1, { size: 100 }));
    const header = parseMediaPacket(padding ?? Buffer.alloc(0));
    if (header === null) throw new Error('the source makes no RTP packets');
    const empty = buildRtpPacket({ ...header, marker: false }, [Buffer.from([0, 0, 0, 4])]);
    empty.writeUInt8(0xa0, 0);
    receive([empty]);
    play(2, 3, 0);
    expect(numbers()).toEqual([1, 2, 3]);
    expect(tap.stats().framesDropped).toBe(0);
  });
});

describe('keyframe requests', () => {
  it('a keyframe is requested from the start until one arrives', () => {
    tap.requestKeyframe();
    clock.advance(370);
    expect(feedback().plis).toHaveLength(2);
    play(1, 2);
    clock.advance(1_000);
    expect(feedback().plis).toHaveLength(0);
  });

  it('no frame is delivered before the keyframe that a decoder requested', () => {
    play(1, 2);
    tap.requestKeyframe();
    play(3, 5, 5);
    expect(numbers()).toEqual([1, 2, 5]);
  });
});

describe('reports', () => {
  function senderReport(ntpMs: number, timestamp: number): Buffer {
    const report = new SenderReportPacket();
    const { seconds, fraction } = toNtp(ntpMs);
    report.setSsrc(TAP_SSRC);
    report.setNtpSeconds(seconds);
    report.setNtpFraction(fraction);
    report.setRtpTimestamp(timestamp >>> 0);
    return toDatagram(report);
  }

  it("a sender report maps the source's clock to the time line of the frames", () => {
    expect(tap.senderReport).toBeNull();
    const ntpMs = 1_800_000_000_123.25;
    receive([senderReport(ntpMs, 5_000)]);
    expect(tap.senderReport).toBeNull();
    const receivedAtMs = clock.now();
    play(1, 1);
    expect(tap.senderReport?.ntpMs).toBeCloseTo(ntpMs, 3);
    expect(tap.senderReport).toMatchObject({ timestamp: 5_000, receivedAtMs });
  });

  it("receiver reports go out each second and after the sender's first, and give the round trip", () => {
    play(1, 1);
    feedback();
    receive([senderReport(1_800_000_000_000.5, 1)]);
    expect(feedback().reports).toHaveLength(1);
    clock.advance(1_000);
    const [report] = feedback().reports;
    const { seconds, fraction } = toNtp(1_800_000_000_000.5);
    expect(report?.getSsrc()).toBe(TAP_SSRC);
    expect(report?.getLastSRTimestamp()).toBe((((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0);
    expect(report?.getDelaySinceLastSR()).toBeCloseTo(65_536 * (1 - FRAME_MS / 1_000), -2);
  });

  it('receiver reports contain the share of packets that never came', () => {
    play(1, 3);
    for (let i = 0; i < 3; i++) packetsOf(vp8(4));
    play(5, 27, 0);
    clock.advance(300);
    const { reports } = feedback();
    const lost = reports.reduce((most, report) => Math.max(most, report.getTotalLost()), 0);
    expect(lost).toBe(9);
    expect(reports.some((report) => report.getFractionLost() > 0)).toBe(true);
  });
});

describe('a source that restarts', () => {
  it('a source that restarts with other sequence numbers continues with a keyframe on the same time line', () => {
    play(1, 5);
    const before = sequenceNumber(packetsOf(vp8(5)).at(-1));
    restartSource();
    // Its first number is a random one: moves its numbers far away.
    const isFar = (number: number) => Math.abs(((number - before + 2 ** 16) % 2 ** 16) - 2 ** 15) < 2 ** 13;
    for (let number = before; !isFar(number); ) number = sequenceNumber(packetsOf(vp8(0, { size: 10 })).at(-1));
    const far = 3_000_000_000;
    for (let number = 6; number <= 9; number++) {
      receive(packetsOf(vp8(number, { keyframe: number === 7, timestamp: far + number * 2_970 })));
      clock.advance(FRAME_MS);
    }
    expect(numbers()).toEqual([1, 2, 3, 4, 5, 7, 8, 9]);
    expect(bench.discontinuities).toBe(1);
    const steps = frames.slice(1).map((frame, i) => frame.timestamp - (frames[i]?.timestamp ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(10 * 2_970);
    expect(tap.stats().plisSent).toBe(1);
  });

  it('a source whose clock alone restarts is asked for a keyframe', () => {
    play(1, 3);
    receive(packetsOf(vp8(4, { timestamp: 2_000_000_000 })));
    expect(feedback().plis).toHaveLength(1);
    receive(packetsOf(vp8(5, { timestamp: 2_000_002_970, keyframe: true })));
    expect(numbers()).toEqual([1, 2, 3, 5]);
    expect(bench.discontinuities).toBe(1);
  });

  it('a pause of any length does not count as a restart of the source', () => {
    play(1, 3);
    const pauseMs = 20 * 3_600_000;
    clock.advance(pauseMs);
    const timestamp = 4 * 2_970 + pauseMs * 90;
    receive(packetsOf(vp8(4, { timestamp })));
    expect(numbers()).toEqual([1, 2, 3, 4]);
    expect(frames.at(-1)?.timestamp).toBe(timestamp);
    expect(bench.discontinuities).toBe(0);
  });

  it('one stray packet does not count as a restart of the source', () => {
    play(1, 3);
    const packets = packetsOf(vp8(4));
    const stray = Buffer.from(packets[0] ?? '');
    stray.writeUInt16BE((stray.readUInt16BE(2) + 20_000) & 0xffff, 2);
    receive([stray, ...packets, stray]);
    expect(numbers()).toEqual([1, 2, 3, 4]);
    expect(bench.discontinuities).toBe(0);
    expect(tap.stats()).toMatchObject({ lost: 0, plisSent: 0 });
  });
});

describe('bad input', () => {
  it('bad input is counted and dropped', () => {
    play(1, 1);
    const [good] = packetsOf(vp8(2, { size: 100 }));
    const packet = good ?? Buffer.alloc(0);
    const changed = (at: number, value: number) => {
      const copy = Buffer.from(packet);
      copy.writeUInt8(value, at);
      return copy;
    };
    const bad = [
      Buffer.alloc(0),
      Buffer.from([0x80]),
      Buffer.from('80c8ffff', 'hex'),
      packet.subarray(0, 11),
      changed(0, 0x40),
      changed(1, 0x60 + 1),
      changed(8, 99),
      Buffer.concat([changed(0, 0xa0).subarray(0, -1), Buffer.from([0xff])]), // More padding than packet.
      Buffer.concat([changed(0, 0x90).subarray(0, 12), Buffer.from('bede00ff00', 'hex')]),
    ];
    for (const datagram of bad) tap.receive(datagram);
    expect(tap.stats().malformed).toBe(bad.length);
  });

  it('a frame that is far too large is dropped', () => {
    play(1, 1);
    const absurd = packetsOf(vp8(2, { size: 5 << 20 }));
    receive(absurd);
    expect(numbers()).toEqual([1]);
    expect(tap.stats()).toMatchObject({ framesDropped: 1, plisSent: 1 });
    play(3, 4, 4);
    expect(numbers()).toEqual([1, 4]);
  });

  it('a closed tap does nothing', () => {
    play(1, 2);
    tap.requestKeyframe();
    packetsOf(vp8(3));
    receive(packetsOf(vp8(4)));
    tap.close();
    expect(clock.pendingTimers).toBe(0);
    play(5, 6, 5);
    expect(numbers()).toEqual([1, 2]);
    expect(clock.pendingTimers).toBe(0);
  });
});
