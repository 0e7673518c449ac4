import { expect, test } from 'vitest';
import { TransportFeedback } from './TransportFeedback.ts';

const MEDIA = 0x0a0b0c0d;

function reports(): TransportFeedback {
  return new TransportFeedback(1);
}

test('packets that arrived in a row are one run with the times between them', () => {
  const feedback = reports();
  feedback.arrived(7, 64_000);
  feedback.arrived(8, 65_000);
  feedback.arrived(9, 66_000);
  // Base 7, three packets, reference time 1 × 64 ms, report 0; a run of three small deltas: 0, 4 and 4 ticks.
  expect(feedback.take(MEDIA)?.toString('hex')).toBe('8fcd0006000000010a0b0c0d00070003000001002003000404000000');
  expect(feedback.take(MEDIA)).toBeNull();
});

test('a missing packet is reported as lost, also when it is the first one after a report', () => {
  const feedback = reports();
  feedback.arrived(0xffff, 0);
  feedback.take(MEDIA);
  feedback.arrived(1, 250);
  // Base 0, two packets, report 1; a run of one lost, a run of one small delta: 1 tick.
  expect(feedback.take(MEDIA)?.subarray(12).toString('hex')).toBe('00000002000000010001200101000000');
});

test('a pause takes a large delta, and a packet older than the last report is left out', () => {
  const feedback = reports();
  feedback.arrived(10, 0);
  feedback.arrived(11, 100_000);
  // A run of one small delta (0), a run of one large one (400 ticks).
  expect(feedback.take(MEDIA)?.subarray(20).toString('hex')).toBe('2001400100019000');
  feedback.arrived(9, 100_000);
  expect(feedback.take(MEDIA)).toBeNull();
});
