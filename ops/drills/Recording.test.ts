import { expect, test } from 'vitest';
import type { DrillClient } from '../kit/clients/DrillClient.ts';
import type { TrackFrames } from '../kit/clients/FrameLog.ts';
import { Recording } from './Recording.ts';

/** A frame each 50 ms up to 1,000 and again from `back` up to 3,000. */
function frames(back: number): number[] {
  return [...every50(0, 1_000), ...every50(back, 3_000)];
}

function every50(from: number, to: number): number[] {
  return Array.from({ length: (to - from) / 50 + 1 }, (_, index) => from + index * 50);
}

const received = (
  publisherId: string,
  kind: 'audio' | 'video',
  times: number[],
  heardTimes: Partial<TrackFrames['heardTimes']> = {},
): TrackFrames => ({
  publisherId,
  trackId: `${kind}-${publisherId}`,
  kind,
  times,
  heardTimes: { open: [], muted: [], ...heardTimes },
  carried: [],
});

async function recorded(...batches: TrackFrames[][]): Promise<Recording> {
  const recording = new Recording();
  for (const batch of batches) {
    const client: Pick<DrillClient, 'participantId' | 'takeFrames' | 'takeSteps'> = {
      participantId: 'ann',
      takeFrames: () => Promise.resolve(batch),
      takeSteps: () => Promise.resolve([]),
    };
    await recording.collect([client]);
  }
  return recording;
}

const span = { from: 1_010, to: 3_000 };

test('a recording has a gap for every receiver and track, except for the sound of muted participants', async () => {
  const recording = await recorded([
    received('ben', 'video', frames(1_600)),
    received('ben', 'audio', frames(1_300)),
    received('cleo', 'audio', []),
  ]);
  expect(recording.gaps(span, new Set(['cleo']))).toEqual([
    { receiver: 'ann', publisher: 'ben', kind: 'video', gap: { from: 1_000, to: 1_600 }, gapMs: 600 },
    { receiver: 'ann', publisher: 'ben', kind: 'audio', gap: { from: 1_000, to: 1_300 }, gapMs: 300 },
  ]);
  expect(recording.gaps(span, new Set()).at(-1)?.gapMs).toBeNull();
});

test('frames collected in several calls form one recording', async () => {
  const recording = await recorded(
    [received('ben', 'video', every50(0, 1_000))],
    [received('ben', 'video', every50(1_600, 3_000))],
  );
  expect(recording.gaps(span, new Set())).toMatchObject([{ gapMs: 600 }]);
  expect(recording.intervals('video', { from: 0, to: 200 }, new Map())).toEqual([50, 50, 50, 50]);
});

test('[M2] the muted tone is a hot mic; silence and the open tone are not', async () => {
  const muted = new Map([['ben', [{ from: 0, to: 5_000 }]]]);
  const silent = await recorded([received('ben', 'audio', every50(0, 3_000), { open: [700] })]);
  expect(silent.takeHotMics(muted)).toEqual([]);
  const heard = await recorded([received('ben', 'audio', [], { muted: [2_000] })]);
  expect(heard.takeHotMics(muted)).toMatchObject([{ receiver: 'ann', publisher: 'ben' }]);
});

test('a recording names the receivers that did not hear an unmuted participant', async () => {
  const recording = await recorded([received('ben', 'audio', [], { open: [2_000] })]);
  expect(recording.unheard('ben', ['ann', 'ben', 'cleo'], span)).toEqual(['cleo']);
});
