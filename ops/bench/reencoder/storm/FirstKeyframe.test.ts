import { packets } from 'rtp.js';
import { expect, test } from 'vitest';
import { FirstKeyframe } from './FirstKeyframe.ts';

/** Descriptor with a picture id of 15 bits, then the first byte of the payload: its lowest bit is 0 in a keyframe. */
const KEYFRAME = [0x90, 0x80, 0x80, 0x01, 0x10];
const DELTA = [0x90, 0x80, 0x80, 0x02, 0x11];
const CONTINUED = [0x80, 0x80, 0x80, 0x01, 0x10];

function packet(sequence: number, timestamp: number, payload: number[], marker = false): packets.RtpPacket {
  const made = new packets.RtpPacket();
  made.setSequenceNumber(sequence);
  made.setTimestamp(timestamp);
  made.setMarker(marker);
  made.setPayload(new DataView(new Uint8Array(payload).buffer));
  return made;
}

test('a keyframe counts when its last packet is there', () => {
  const keyframe = new FirstKeyframe();
  expect(keyframe.push(packet(65_535, 1, KEYFRAME))).toBe(false);
  expect(keyframe.push(packet(0, 1, CONTINUED))).toBe(false);
  expect(keyframe.push(packet(1, 1, CONTINUED, true))).toBe(true);
});

test('pictures that are no keyframes do not count', () => {
  const keyframe = new FirstKeyframe();
  expect(keyframe.push(packet(1, 1, DELTA, true))).toBe(false);
  expect(keyframe.push(packet(2, 2, KEYFRAME, true))).toBe(true);
});

test('a keyframe with a hole does not count, the next one does', () => {
  const keyframe = new FirstKeyframe();
  expect(keyframe.push(packet(1, 1, KEYFRAME))).toBe(false);
  expect(keyframe.push(packet(3, 1, CONTINUED, true))).toBe(false);
  expect(keyframe.push(packet(4, 2, KEYFRAME))).toBe(false);
  expect(keyframe.push(packet(5, 2, CONTINUED, true))).toBe(true);
});
