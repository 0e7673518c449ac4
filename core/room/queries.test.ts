import { describe, expect, it } from 'vitest';
import { created, disconnected, joined, published, stateOf } from '../../test/support/room.ts';
import { findTrack, nextDeadline } from './queries.ts';

describe('queries', () => {
  it('the next deadline of a room is the first expiry', () => {
    const events = [created(), joined('ann', 1), joined('bob', 2), joined('eve', 3)];
    expect(nextDeadline(stateOf(...events))).toBeNull();
    expect(nextDeadline(stateOf(...events, disconnected('bob', 2, 70), disconnected('eve', 3, 60)))).toBe(60);
  });

  it('a track is found with its owner', () => {
    const state = stateOf(created(), joined('ann', 1), joined('bob', 2), published('bob', 'cam', 'camera'));
    expect(findTrack(state, 'cam')).toMatchObject({ participant: { id: 'bob' }, track: { source: 'camera' } });
    expect(findTrack(state, 'mic')).toBeUndefined();
  });
});
