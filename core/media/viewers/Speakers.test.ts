import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../test/support/ManualClock.ts';
import type { Speaker } from '../RoomMedia.ts';
import { Speakers } from './Speakers.ts';

function speakersIn(places: number | null, audience = 2) {
  const told: (readonly Speaker[])[] = [];
  const clock = new ManualClock();
  const speakers = new Speakers(
    clock,
    (producerId) => producerId,
    () => places,
    () => audience,
    (now) => told.push(now),
  );
  const hear = (...loud: readonly [string, number][]): boolean =>
    speakers.heard(
      'router',
      loud.map(([id, volume]) => ({ producer: { id } as never, volume })),
    );
  return { speakers, hear, told, clock };
}

describe('who is among the loudest', () => {
  test('whoever begins to speak takes the place of the one who was silent longest, who is next in line', () => {
    const { speakers, hear } = speakersIn(3);
    for (const id of ['ann', 'bob', 'cem']) speakers.dominates(id);
    expect(speakers.recent).toEqual(['cem', 'bob', 'ann']);
    expect(hear(['cem', -30], ['dan', -35])).toBe(true);
    expect(speakers.recent.slice(0, 3).sort()).toEqual(['bob', 'cem', 'dan']);
    expect(speakers.recent[3]).toBe('ann');
    expect(hear(['cem', -30], ['dan', -35])).toBe(false);
  });

  test('nobody who speaks loses the place, and noise takes none', () => {
    const { speakers, hear } = speakersIn(2);
    expect(hear(['ann', -30], ['bob', -40])).toBe(true);
    expect(hear(['ann', -30], ['bob', -40], ['cem', -30])).toBe(false);
    expect(hear(['ann', -30], ['cem', -58])).toBe(false);
    expect(hear(['ann', -30], ['cem', -45])).toBe(true);
    expect(speakers.recent).toEqual(['ann', 'cem', 'bob']);
  });

  test('where everybody is heard only the dominant speaker counts', () => {
    const { speakers, hear } = speakersIn(null);
    expect(hear(['ann', -20])).toBe(false);
    expect(speakers.recent).toEqual([]);
  });
});

test('everybody hears who speaks: in a large room less often', () => {
  for (const [audience, everyMs] of [
    [2, 200],
    [600, 600],
    [5_000, 1_000],
  ] as const) {
    const { hear, told, clock } = speakersIn(null, audience);
    hear(['ann', -20]);
    clock.advance(everyMs - 1);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual([[{ participantId: 'ann', volumeDbov: -20 }]]);
  }
});
