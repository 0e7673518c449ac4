import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../test/support/ManualClock.ts';
import { KeyframeRequests } from './KeyframeRequests.ts';

let clock: ManualClock;
let requests: KeyframeRequests;
let plis: number;

beforeEach(() => {
  clock = new ManualClock();
  plis = 0;
  requests = new KeyframeRequests(clock, () => {
    plis += 1;
  });
});

describe('keyframe requests', () => {
  it('a keyframe is requested at most every 370 ms until it arrives', () => {
    requests.want();
    requests.want();
    expect(plis).toBe(1);
    clock.advance(369);
    expect(plis).toBe(1);
    clock.advance(1);
    expect(plis).toBe(2);
    clock.advance(66);
    requests.fulfil();
    requests.want();
    expect(plis).toBe(2);
    clock.advance(370 - 66);
    expect(plis).toBe(3);
    requests.fulfil();
    clock.advance(10_000);
    expect(plis).toBe(3);
  });

  it('a keyframe is requested less often when nobody answers', () => {
    requests.want();
    clock.advance(10 * 60_000);
    expect(plis).toBeGreaterThan(500);
    expect(plis).toBeLessThan(610);
  });

  it('a keyframe is not requested while the input is paused, but at once when it resumes', () => {
    requests.setPaused(true);
    requests.want();
    clock.advance(10_000);
    expect(plis).toBe(0);
    requests.setPaused(false);
    expect(plis).toBe(1);
    requests.fulfil();
    requests.setPaused(true);
    requests.setPaused(false);
    clock.advance(10_000);
    expect(plis).toBe(1);
  });

  it('a keyframe is not requested while one arrives, but again if that stays incomplete', () => {
    requests.want();
    clock.advance(300);
    requests.arriving();
    clock.advance(249);
    expect(plis).toBe(1);
    clock.advance(121);
    expect(plis).toBe(2);
  });

  it('a keyframe is not requested after the end', () => {
    requests.want();
    requests.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
