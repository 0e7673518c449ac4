import { describe, expect, it } from 'vitest';
import { fc } from '../../../test/support/fastCheck.ts';
import { NOBODY, STEADY_MS, steadyForMs, steadySpeaker } from './steadySpeaker.ts';

const all = new Set(['a', 'b', 'c']);

describe('steadySpeaker', () => {
  it('the first to speak is shown at once, and stays through a pause', () => {
    const first = steadySpeaker(NOBODY, ['a'], all, 100);
    expect(first).toEqual({ id: 'a', since: 100 });
    expect(steadySpeaker(first, [], all, 60_000)).toBe(first);
  });

  it('somebody else is shown only once the person is silent and was shown for a while', () => {
    const a = { id: 'a', since: 0 };
    expect(steadySpeaker(a, ['b'], all, STEADY_MS - 1)).toBe(a);
    expect(steadySpeaker(a, ['b', 'a'], all, 60_000)).toBe(a);
    expect(steadyForMs(a, ['b'], all, 500)).toBe(STEADY_MS - 500);
    expect(steadySpeaker(a, ['b'], all, STEADY_MS)).toEqual({ id: 'b', since: STEADY_MS });
  });

  it('whoever left gives the place up at once', () => {
    expect(steadySpeaker({ id: 'gone', since: 0 }, ['c'], all, 1)).toEqual({ id: 'c', since: 1 });
    expect(steadySpeaker({ id: 'gone', since: 0 }, [], all, 1)).toEqual(NOBODY);
  });

  it('while everybody stays, changes are never closer than the steady time', () => {
    const talk = fc.array(fc.record({ speaking: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')), ms: fc.nat(900) }));
    fc.assert(
      fc.property(talk, (moments) => {
        let now = 0;
        let shown = NOBODY;
        for (const { speaking, ms } of moments) {
          now += ms;
          const next = steadySpeaker(shown, speaking, all, now);
          if (next !== shown && shown.id !== null) expect(next.since - shown.since).toBeGreaterThanOrEqual(STEADY_MS);
          shown = next;
        }
      }),
    );
  });
});
