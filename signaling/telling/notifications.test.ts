import { describe, expect, it } from 'vitest';
import { ORIGIN } from '../../core/room/commit.ts';
import type { RoomEvent } from '../../core/room/events.ts';
import { commitOf, joined, published } from '../../test/support/room.ts';
import { changesRoleOf, endedBy, knockDecidedBy } from './notifications.ts';

const commit = (events: RoomEvent[]) => commitOf(ORIGIN, events);

describe('what somebody missed', () => {
  it('[R-REDACT-2] missed commits come one by one, unless they change the receiver’s role or stay', () => {
    const commits = [commit([joined('bob', 2)]), commit([published('bob', 'mic')])];
    expect(changesRoleOf(commits, 'ann')).toBe(false);
    const role: RoomEvent = { type: 'RoleChanged', participantId: 'ann', role: 'host' };
    expect(changesRoleOf([...commits, commit([role])], 'ann')).toBe(true);
    expect(changesRoleOf([commit([joined('ann', 3)])], 'ann')).toBe(true);
  });
});

describe('who is put out by a commit', () => {
  it('a commit ends the stay of those it names, and of everybody when the room closes', () => {
    const gone = (departure: 'left' | 'banned'): RoomEvent => ({
      type: 'ParticipantGone',
      participantId: 'ann',
      departure,
      at: 1,
    });
    expect(endedBy(commit([gone('banned')]), 'ann')).toBe('banned');
    expect(endedBy(commit([gone('left')]), 'bob')).toBeNull();
    expect(endedBy(commit([{ type: 'RoomClosed', at: 1 }]), 'bob')).toBe('roomClosed');
  });

  it('somebody at the door hears whether they were admitted, denied or banned', () => {
    const decide = (event: RoomEvent) => knockDecidedBy(commit([event]), 'carl');
    expect(decide({ type: 'ParticipantAdmitted', participantId: 'carl' })).toBe('admitted');
    expect(decide({ type: 'ParticipantDenied', participantId: 'carl' })).toBe('denied');
    expect(decide({ type: 'ParticipantBanned', participantId: 'carl' })).toBe('banned');
    expect(decide({ type: 'RoomClosed', at: 1 })).toBe('roomClosed');
    expect(decide({ type: 'ParticipantAdmitted', participantId: 'dora' })).toBeNull();
    expect(decide(joined('carl', 1))).toBeNull();
  });
});
