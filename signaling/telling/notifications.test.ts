import { describe, expect, it } from 'vitest';
import type { Actor } from '../../core/room/commands.ts';
import { ORIGIN } from '../../core/room/commit.ts';
import type { RoomEvent } from '../../core/room/events.ts';
import { by, commitOf, joined, knocked, OPERATOR, posted, published, stateOf } from '../../test/support/room.ts';
import {
  concernsHostsOnly,
  encode,
  endedBy,
  knockDecidedBy,
  toMissed,
  toWireCommit,
  toWireCommitOfRoleChange,
} from './notifications.ts';

const commit = (events: RoomEvent[], actor?: Actor) => commitOf(ORIGIN, events, actor ? { actor } : {});
const changesOf = (events: RoomEvent[], viewer: 'host' | 'other', actor?: Actor) =>
  toWireCommit(commit(events, actor), viewer).changes;

describe('what is told of a commit', () => {
  it('a commit is told as one change for each event, without node ids and sessions', () => {
    expect(changesOf([joined('ann', 3), posted('ann', 'm1')], 'other')).toMatchObject([
      { type: 'participantJoined', participant: { id: 'ann', connected: true, tracks: [] } },
      { type: 'chatPosted', message: { id: 'm1', text: 'hello' } },
    ]);
    expect(encode('committed', toWireCommit(commit([joined('ann', 3)]), 'other'))).not.toMatch(/node-1|session/);
  });

  it('a told commit says whether somebody else muted or stopped a track', () => {
    const muted: RoomEvent = { type: 'TrackMuted', participantId: 'ann', trackId: 'mic' };
    const stopped: RoomEvent = { type: 'TrackUnpublished', participantId: 'ann', trackId: 'mic' };
    const byHost = (actor: Actor) =>
      changesOf([muted, stopped], 'other', actor).map((change) => 'byHost' in change && change.byHost);
    expect(byHost(by('ann', 1))).toEqual([false, false]);
    expect(byHost(by('hal', 2))).toEqual([true, true]);
    expect(byHost(OPERATOR)).toEqual([true, true]);
  });

  it('lobby and bans are told to hosts alone, though everybody hears that there was a commit', () => {
    const events: RoomEvent[] = [
      knocked('carl'),
      { type: 'KnockWithdrawn', participantId: 'carl' },
      { type: 'ParticipantAdmitted', participantId: 'carl' },
      { type: 'ParticipantDenied', participantId: 'carl' },
      { type: 'ParticipantBanned', participantId: 'carl' },
      { type: 'ParticipantUnbanned', participantId: 'carl' },
    ];
    expect(changesOf(events, 'host')).toHaveLength(6);
    expect(toWireCommit(commit(events), 'other')).toEqual({ version: 1, commandId: 'command-1', changes: [] });
    expect(concernsHostsOnly(commit(events))).toBe(true);
    expect(concernsHostsOnly(commit([joined('ann', 1)]))).toBe(false);
  });

  it('[S2] a told commit never holds a password hash', () => {
    const changes = changesOf([{ type: 'PasswordChanged', passwordHash: 'scrypt$…' }], 'host');
    expect(changes).toEqual([{ type: 'passwordChanged', protected: true }]);
  });

  it('lobby and bans are brought to a new host, and taken from one who is no longer', () => {
    const lobby: RoomEvent[] = [knocked('carl'), { type: 'ParticipantBanned', participantId: 'mallory' }];
    const state = stateOf({ type: 'RoomCreated', settings: stateOf().settings, at: 1 }, ...lobby);
    const promoted = commit([{ type: 'RoleChanged', participantId: 'ann', role: 'host' }]);
    const types = (viewer: 'host' | 'other') =>
      toWireCommitOfRoleChange(promoted, state, state, viewer).changes.map(({ type }) => type);
    expect(types('host')).toEqual(['roleChanged', 'participantKnocked', 'participantBanned']);
    expect(types('other')).toEqual(['roleChanged', 'knockWithdrawn', 'participantUnbanned']);
  });

  it('a commit is told again to whoever missed it, unless its own role or stay changed meanwhile', () => {
    const commits = [commit([joined('bob', 2)]), commit([published('bob', 'mic')])];
    expect(toMissed(commits, 'ann', 'other')).toHaveLength(2);
    const role: RoomEvent = { type: 'RoleChanged', participantId: 'ann', role: 'host' };
    expect(toMissed([...commits, commit([role])], 'ann', 'host')).toBeNull();
    expect(toMissed([commit([joined('ann', 3)])], 'ann', 'host')).toBeNull();
  });
});

describe('who is put out by a commit', () => {
  it('a commit puts out those it names, and everybody when the room closes', () => {
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
