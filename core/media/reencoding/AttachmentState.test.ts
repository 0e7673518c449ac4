import { describe, expect, it } from 'vitest';
import { type AttachmentState, advance, CLOSED, endOf, handOver, leave, phaseOf, SERVING } from './AttachmentState.ts';

/** The state at 0 that `changes` lead to, each at its time. */
type Change = (state: AttachmentState, now: number) => AttachmentState;
const stateAfter = (...changes: readonly (readonly [number, Change])[]): AttachmentState =>
  changes.reduce((state, [now, change]) => change(state, now), SERVING);

const succeeded: Change = (state, now) => advance(state, true, now);
const alone: Change = (state, now) => advance(state, false, now);

describe('the life of an attachment', () => {
  it('an attachment without a successor serves for any length of time', () => {
    expect(stateAfter([1_000_000, alone])).toEqual({ type: 'serving' });
    expect(endOf(SERVING, false, 1_000_000)).toBeNull();
  });

  it('an attachment whose sidecar gives the track back serves until another is ready', () => {
    const waiting = stateAfter([100, handOver], [5_000, handOver], [10_100, alone]);
    expect(waiting).toEqual({ type: 'handingOver', since: 100 });
    expect(phaseOf(waiting, true)).toBe('ready');
    expect(endOf(waiting, false, 10_100)).toBeNull();
    expect(succeeded(waiting, 10_100)).toMatchObject({ type: 'superseded', since: 10_100 });
  });

  it('a hand-over that nobody answers within ten seconds sends the viewers to the source', () => {
    const state = stateAfter([100, handOver], [10_101, alone]);
    expect(state).toEqual({ type: 'leaving', since: 10_101 });
    expect(phaseOf(state, true)).toBe('leaving');
  });

  it('an attachment with a successor ends when its last viewer has moved, or after three seconds', () => {
    const state = stateAfter([100, succeeded], [2_000, succeeded]);
    expect(state).toMatchObject({ type: 'superseded', since: 100 });
    expect(phaseOf(state, true)).toBe('ready');
    expect(endOf(state, true, 3_100)).toBeNull();
    expect(endOf(state, true, 3_101)).toBe('handed over');
    expect(endOf(state, false, 101)).toBe('handed over');
  });

  it('an attachment serves again when its successor fails', () => {
    expect(stateAfter([100, succeeded], [200, alone])).toEqual({ type: 'serving' });
  });

  it('the time of a hand-over keeps running when the successor fails', () => {
    expect(stateAfter([100, handOver], [200, succeeded], [300, alone])).toEqual({ type: 'handingOver', since: 100 });
    expect(stateAfter([100, succeeded], [200, handOver], [300, alone])).toEqual({ type: 'handingOver', since: 200 });
    expect(stateAfter([100, handOver], [200, succeeded], [10_101, alone])).toEqual({ type: 'leaving', since: 10_101 });
  });

  it('an attachment that leaves ends when its last viewer has moved, or after three seconds', () => {
    const state = stateAfter([100, leave], [2_000, leave], [2_500, succeeded], [2_600, handOver]);
    expect(state).toEqual({ type: 'leaving', since: 100 });
    expect(endOf(state, true, 3_100)).toBeNull();
    expect(endOf(state, true, 3_101)).toBe('over');
    expect(endOf(state, false, 101)).toBe('over');
  });

  it('viewers of a superseded attachment get their three seconds when the wish ends', () => {
    expect(stateAfter([100, succeeded], [2_000, leave])).toEqual({ type: 'leaving', since: 2_000 });
  });

  it('a closed attachment never comes back', () => {
    for (const change of [handOver, leave, succeeded, alone]) expect(change(CLOSED, 100)).toEqual(CLOSED);
    expect(endOf(CLOSED, false, 100)).toBeNull();
  });

  it('the plan shows no viewer an attachment whose media are not good enough, whatever its state', () => {
    for (const state of [SERVING, stateAfter([1, handOver]), stateAfter([1, succeeded]), stateAfter([1, leave])]) {
      expect(phaseOf(state, false)).toBe('warming');
    }
  });
});
