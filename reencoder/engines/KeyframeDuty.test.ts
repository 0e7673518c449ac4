import { expect, test } from 'vitest';
import { KeyframeDuty, OFF_AFTER } from './KeyframeDuty.ts';

const on = { encode: true, keyframe: false, bitrateBps: 1 };
const off = { ...on, encode: false };

function started(): KeyframeDuty {
  const duty = new KeyframeDuty();
  duty.wished(on, 0);
  expect(duty.due).toBe(true);
  duty.done();
  return duty;
}

test('a wish stays until a keyframe is made, even if its picture is not encoded', () => {
  const duty = started();
  duty.wished({ ...off, keyframe: true }, 3_000);
  duty.wished(on, 6_000);
  expect(duty.due).toBe(true);
  duty.done();
  duty.wished(on, 9_000);
  expect(duty.due).toBe(false);
});

test('a layer needs a keyframe after it was off, but not after it shed frames', () => {
  const duty = started();
  duty.wished(off, 3_000);
  duty.wished(off, 3_000 + OFF_AFTER - 1);
  duty.wished(on, 3_000 + OFF_AFTER - 1);
  expect(duty.due).toBe(false);
  duty.wished(off, 100_000);
  duty.wished(on, 100_000 + OFF_AFTER);
  expect(duty.due).toBe(true);
});

test('a layer does not count as off while the input pauses', () => {
  const duty = started();
  duty.wished(on, 10_000_000);
  expect(duty.due).toBe(false);
});
