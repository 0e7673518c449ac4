import { packets } from 'rtp.js';
import { expect, test } from 'vitest';
import { FirstKeyframe } from './FirstKeyframe.ts';

/** A descriptor with a picture id of 15 bits, then the start of the frame: of a keyframe the whole header. */
const KEYFRAME = [0x90, 0x80, 0x80, 0x01, 0x10, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0x68, 0x01];
const DELTA = [0x90, 0x80, 0x80, 0x02, 0x11, 0x00, 0x00];
const CONTINUED = [0x80, 0x80, 0x80, 0x01, 0x10];

function packet(sequence: number, timestamp: number, payload: number[], marker = false): packets.RtpPacket {
  const made = new packets.RtpPacket();
  made.setSequenceNumber(sequence);
  made.setTimestamp(timestamp);
  made.setMarker(marker);
  made.setPayload(new DataView(new Uint8Array(payload).buffer));
  return made;
}

test('a keyframe counts once its last packet is there', () => {
  const keyframe = new FirstKeyframe();
  expect(keyframe.push(packet(65_535, 1, KEYFRAME))).toBe(false);
  expect(keyframe.push(packet(0, 1, CONTINUED))).toBe(false);
  expect(keyframe.push(packet(1, 1, CONTINUED, true))).toBe(true);
});

test('pictures that are not keyframes do not count', () => {
  const keyframe = new FirstKeyframe();
  expect(keyframe.push(packet(1, 1, DELTA, true))).toBe(false);
  expect(keyframe.push(packet(2, 2, KEYFRAME, true))).toBe(true);
});

test('a keyframe with a hole does not count, but the next one does', () => {
  const keyframe = new FirstKeyframe();
  expect(keyframe.push(packet(1, 1, KEYFRAME))).toBe(false);
  expect(keyframe.push(packet(3, 1, CONTINUED, true))).toBe(false);
  expect(keyframe.push(packet(4, 2, KEYFRAME))).toBe(false);
  expect(keyframe.push(packet(5, 2, CONTINUED, true))).toBe(true);
});
