import { describe, expect, it } from 'vitest';
import { ORIGIN } from '../../core/room/commit.ts';
import type { RoomEvent } from '../../core/room/events.ts';
import { evolveCommit } from '../../core/room/evolve.ts';
import { redact } from '../../core/room/redact.ts';
import { by, commitOf, created, joined, knocked, posted, published, stateOf } from '../../test/support/room.ts';
import { changesBetween } from './changesBetween.ts';

const ROOM = stateOf(created(), joined('ann', 1), joined('bob', 2), published('bob', 'mic'), posted('bob', 'm1'));

/** Returns what these events change in one commit; `actor` is bob himself by default. */
function changesBy(events: readonly RoomEvent[], actor = by('bob', 2)) {
  const commit = commitOf(ORIGIN, events, { actor });
  return changesBetween(ROOM, evolveCommit(ROOM, commit), redact(commit, 'host'));
}

describe('changesBetween', () => {
  it('two equal rooms have no changes between them', () => {
    expect(changesBetween(ROOM, structuredClone(ROOM))).toEqual([]);
  });

  it('changes between two rooms tell who came, and why somebody is gone', () => {
    expect(changesBy([joined('zoe', 3)])).toEqual([{ type: 'joined', participantId: 'zoe' }]);
    expect(changesBy([{ type: 'ParticipantGone', participantId: 'bob', departure: 'banned', at: 1 }])).toEqual([
      { type: 'gone', participantId: 'bob', departure: 'banned' },
    ]);
  });

  it('changes between two rooms tell whether a host muted or stopped a track', () => {
    const muted: RoomEvent = { type: 'TrackMuted', participantId: 'bob', trackId: 'mic' };
    const stopped: RoomEvent = { type: 'TrackUnpublished', participantId: 'bob', trackId: 'mic' };
    const mute = { type: 'muted', participantId: 'bob', trackId: 'mic' };
    expect(changesBy([muted])).toEqual([{ ...mute, byHost: false }]);
    expect(changesBy([muted], by('ann', 1))).toEqual([{ ...mute, byHost: true }]);
    expect(changesBy([stopped], by('ann', 1))).toEqual([{ type: 'unpublished', trackId: 'mic', byHost: true }]);
  });

  it.each<[string, RoomEvent]>([
    ['a name', { type: 'ParticipantRenamed', participantId: 'bob', name: 'Bob' }],
    ['a hand', { type: 'HandRaised', participantId: 'bob', at: 5 }],
    ['a role', { type: 'RoleChanged', participantId: 'bob', role: 'host' }],
    ['a lost connection', { type: 'ParticipantDisconnected', participantId: 'bob', session: 2, expiresAt: 9 }],
    ['a wish to reencode', { type: 'TrackReencodingWished', participantId: 'bob', trackId: 'mic', wanted: true }],
  ])('%s is one change of its participant', (_, event) => {
    expect(changesBy([event])).toEqual([{ type: 'participant', participantId: 'bob' }]);
  });

  it('a new session of somebody who stayed is no change', () => {
    expect(changesBy([{ type: 'ParticipantResumed', participantId: 'bob', session: 3, nodeId: '', at: 1 }])).toEqual(
      [],
    );
  });

  it('settings and bans change the room, and knocks the lobby', () => {
    expect(changesBy([{ type: 'LockChanged', locked: true }])).toEqual([{ type: 'room' }]);
    expect(changesBy([{ type: 'ParticipantBanned', participantId: 'eve' }])).toEqual([{ type: 'room' }]);
    expect(changesBy([knocked('zoe')])).toEqual([{ type: 'lobby' }]);
  });

  it('changes between two rooms name messages posted, edited and deleted', () => {
    const edited = changesBy([{ type: 'ChatEdited', messageId: 'm1', text: 'hi', at: 5 }, posted('bob', 'm2')]);
    expect(edited).toMatchObject([
      { type: 'edited', message: { id: 'm1', text: 'hi' } },
      { type: 'posted', message: { id: 'm2' } },
    ]);
    expect(changesBy([{ type: 'ChatDeleted', messageId: 'm1', at: 5 }])).toMatchObject([{ type: 'deleted' }]);
  });

  it('two whole rooms tell the same as a commit, except reasons that only a commit knows', () => {
    const gone: RoomEvent = { type: 'ParticipantGone', participantId: 'bob', departure: 'removed', at: 1 };
    const after = evolveCommit(ROOM, commitOf(ORIGIN, [gone, { type: 'LockChanged', locked: true }]));
    expect(changesBetween(ROOM, structuredClone(after))).toEqual([
      { type: 'gone', participantId: 'bob', departure: 'left' },
      { type: 'room' },
    ]);
  });
});
