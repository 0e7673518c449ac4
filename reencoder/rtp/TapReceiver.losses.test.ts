import { beforeEach, describe, expect, it } from 'vitest';
import { sequenceNumber, TapBench, vp8 } from '../../test/support/TapBench.ts';

let bench: TapBench;
let { clock, tap, packetsOf, numbers, receive, play, feedback } = new TapBench();
beforeEach(() => {
  bench = new TapBench();
  ({ clock, tap, packetsOf, numbers, receive, play, feedback } = bench);
});

describe('losses', () => {
  it('lost packets are requested after 2 ms, requested again until they come, and repaired', () => {
    play(1, 1);
    const lost = packetsOf(vp8(2));
    const next = packetsOf(vp8(3));
    feedback();
    receive([lost[0], ...next]); // The second and third packet are missing.
    clock.advance(2);
    expect(feedback().nacked).toEqual([[sequenceNumber(lost[1]), sequenceNumber(lost[2])]]);
    clock.advance(19);
    expect(feedback().nacked).toEqual([]);
    clock.advance(11);
    expect(feedback().nacked).toHaveLength(1);
    receive([lost[1], lost[2]]);
    expect(numbers()).toEqual([1, 2, 3]);
    clock.advance(500);
    expect(feedback().nacked).toEqual([]);
    expect(tap.stats()).toMatchObject({ lost: 0, recovered: 2, nacksSent: 2, framesDropped: 0, plisSent: 0 });
  });

  it('lost packets are given up after 250 ms: a keyframe is requested, and no frame is delivered before it', () => {
    play(1, 1);
    packetsOf(vp8(2));
    play(3, 10, 0);
    expect(numbers()).toEqual([1]);
    expect(tap.stats()).toMatchObject({ lost: 3, plisSent: 1, framesDropped: 8 });
    play(11, 12, 12);
    expect(numbers()).toEqual([1, 12]);
    clock.advance(2_000);
    expect(tap.stats().plisSent).toBe(1);
  });

  it('a keyframe that arrived replaces the packets lost before it, and no other keyframe is requested', () => {
    play(1, 1);
    packetsOf(vp8(2));
    receive(packetsOf(vp8(3)));
    receive(packetsOf(vp8(4, { keyframe: true })));
    expect(numbers()).toEqual([1]);
    clock.advance(250);
    expect(numbers()).toEqual([1, 4]);
    expect(tap.stats()).toMatchObject({ plisSent: 0, lost: 3 });
  });

  it('no packet is given up because this process stood still: the socket is read first', () => {
    play(1, 1);
    const lost = packetsOf(vp8(2));
    receive(packetsOf(vp8(3)));
    clock.stall(400);
    receive(lost);
    clock.advance(100);
    expect(numbers()).toEqual([1, 2, 3]);
    expect(tap.stats()).toMatchObject({ lost: 0, plisSent: 0 });
  });

  it('lost packets are requested after this process stood still for any time, while other packets keep coming', () => {
    play(1, 1);
    const lost = packetsOf(vp8(2));
    receive(packetsOf(vp8(3)));
    clock.stall(400);
    for (let number = 4; number <= 9; number++) {
      receive(packetsOf(vp8(number, { size: 100 })));
      clock.advance(3);
    }
    expect(feedback()).toMatchObject({ nacked: [lost.map(sequenceNumber)], plis: [] });
    clock.advance(100);
    receive(lost);
    expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(tap.stats()).toMatchObject({ lost: 0, plisSent: 0 });
  });

  it('losses do not delay the keyframe that everybody waits for', () => {
    tap.requestKeyframe();
    receive(packetsOf(vp8(1)));
    packetsOf(vp8(2));
    receive(packetsOf(vp8(3)));
    receive(packetsOf(vp8(4, { keyframe: true })));
    expect(numbers()).toEqual([4]);
  });

  it('a keyframe is requested if too many packets are lost to repair them', () => {
    play(1, 1);
    for (let i = 0; i < 700; i++) packetsOf(vp8(2, { size: 100 }));
    receive(packetsOf(vp8(3)));
    expect(feedback().plis).toHaveLength(1);
    play(4, 6, 5);
    expect(numbers()).toEqual([1, 5, 6]);
    expect(bench.discontinuities).toBe(0);
    expect(tap.stats().nacksSent).toBe(0);
  });

  it('the buffer stays bounded during losses', () => {
    play(1, 1);
    packetsOf(vp8(2, { size: 100 }));
    for (let i = 0; i < 5_000; i++) receive(packetsOf(vp8(3, { size: 1_000, timestamp: 9_000 + i })));
    expect(tap.stats().lost).toBe(1);
    expect(tap.stats().framesDropped).toBeGreaterThan(2_000);
  });
});

describe('the first packets of a stream', () => {
  it('the first packets of a stream are repaired if they are lost, and no other keyframe is needed', () => {
    const [first, second, ...rest] = packetsOf(vp8(1, { keyframe: true, size: 6_000 }));
    receive([...rest, ...packetsOf(vp8(2))]);
    clock.advance(2);
    const { nacked } = feedback();
    expect(nacked.flat()).toEqual(expect.arrayContaining([sequenceNumber(first), sequenceNumber(second)]));
    receive([second, first]);
    expect(numbers()).toEqual([1, 2]);
    expect(tap.stats()).toMatchObject({ lost: 0, recovered: 2, framesDropped: 0 });
    clock.advance(1_000);
    expect(feedback()).toMatchObject({ nacked: [], plis: [] });
  });

  it('the tap waits for the first packets of a stream when others overtake them', () => {
    const [first, second, third] = packetsOf(vp8(1, { keyframe: true }));
    receive([third, second, first, ...packetsOf(vp8(2))]);
    clock.advance(1_000);
    expect(numbers()).toEqual([1, 2]);
    expect(tap.stats()).toMatchObject({ lost: 0, recovered: 0, nacksSent: 0, framesDropped: 0 });
  });

  it('the tap requests a keyframe at once if a stream does not begin with one', () => {
    receive(packetsOf(vp8(1)));
    expect(feedback().plis).toHaveLength(1);
    receive(packetsOf(vp8(2, { keyframe: true })));
    expect(numbers()).toEqual([2]);
    clock.advance(1_000);
    expect(feedback()).toMatchObject({ nacked: [], plis: [] });
  });

  it('packets that may never have been sent are given up and do not count as lost', () => {
    play(1, 12, 0);
    expect(tap.stats()).toMatchObject({ framesIn: 0, lost: 0 });
    feedback();
    play(13, 60, 40);
    expect(numbers()).toEqual(Array.from({ length: 21 }, (_, i) => 40 + i));
    expect(feedback().nacked).toEqual([]);
    expect(tap.stats()).toMatchObject({ lost: 0, recovered: 0, framesDropped: 39 });
  });

  it('no packets are requested before a keyframe that begins the stream', () => {
    play(1, 30);
    expect(tap.stats()).toMatchObject({ nacksSent: 0, plisSent: 0, framesIn: 30 });
  });
});
