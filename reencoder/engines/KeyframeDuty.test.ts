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

test('a wish stays until a keyframe was made, also when its picture is not encoded', () => {
  const duty = started();
  duty.wished({ ...off, keyframe: true }, 3_000);
  duty.wished(on, 6_000);
  expect(duty.due).toBe(true);
  duty.done();
  duty.wished(on, 9_000);
  expect(duty.due).toBe(false);
});

test('frames that were shed ask for no keyframe, a layer that was off does', () => {
  const duty = started();
  duty.wished(off, 3_000);
  duty.wished(off, 3_000 + OFF_AFTER - 1);
  duty.wished(on, 3_000 + OFF_AFTER - 1);
  expect(duty.due).toBe(false);
  duty.wished(off, 100_000);
  duty.wished(on, 100_000 + OFF_AFTER);
  expect(duty.due).toBe(true);
});

test('a pause of the input is not a layer that was off', () => {
  const duty = started();
  duty.wished(on, 10_000_000);
  expect(duty.due).toBe(false);
});
