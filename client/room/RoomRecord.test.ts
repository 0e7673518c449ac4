import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../../core/room/commit.ts';
import { evolveCommit } from '../../core/room/evolve.ts';
import { redact, redactState } from '../../core/room/redact.ts';
import { EMPTY_ROOM, type RoomState } from '../../core/room/state.ts';
import { anyFacts } from '../../test/support/facts.ts';
import { canonical, commitsOf, created, joined, stateOf } from '../../test/support/room.ts';
import { seeded } from '../../test/support/seed.ts';
import { RoomRecord } from './RoomRecord.ts';

const ROOM = redactState(stateOf(created(), joined('ann', 1)), 'participant');
const LOCKED = [{ type: 'LockChanged', locked: true }] as const;

function entered(version = 7): RoomRecord {
  const record = new RoomRecord();
  record.enter({ roomId: 'room', room: ROOM, missed: null, version, earlierChat: false, commitId: `c${version}` });
  return record;
}

describe('RoomRecord', () => {
  it('[J4] the record takes a commit that follows', () => {
    const record = entered();
    expect(record.commit({ version: 8, commitId: 'c8', byOthers: false, events: LOCKED })).toEqual([{ type: 'room' }]);
    expect([record.version, record.room?.settings.locked]).toEqual([8, true]);
  });

  it('[J4] the record counts a commit with nothing for its participant', () => {
    const record = entered();
    expect(record.commit({ version: 8, commitId: 'c8', byOthers: false, events: [] })).toEqual([]);
    expect(record.version).toBe(8);
  });

  it('[J4] the record ignores a commit that it knows', () => {
    const record = entered();
    expect(record.commit({ version: 7, commitId: 'c7', byOthers: false, events: LOCKED })).toEqual([]);
    expect(record.room).toBe(ROOM);
  });

  it('[J4] the record never takes a commit after a missing one', () => {
    const record = entered();
    expect(record.commit({ version: 9, commitId: 'c9', byOthers: false, events: LOCKED })).toBeNull();
    expect(record.room).toBe(ROOM);
  });

  it('earlier messages come before those of the copy, and only where they belong', () => {
    const chat = ['m1', 'm2', 'm3', 'm4'].map((id, at) => ({
      ...{ id, participantId: 'ann', name: 'Ann', text: id, at, editedAt: null, deleted: false },
    }));
    const room = { ...ROOM, chat: chat.slice(2) };
    const record = new RoomRecord();
    record.enter({ roomId: 'room', room, missed: null, version: 7, earlierChat: true });
    expect(record.hasEarlierChat).toBe(true);
    record.addEarlierChat('m4', chat.slice(0, 1), false);
    expect(record.room?.chat).toEqual(chat.slice(2));
    record.addEarlierChat('m3', chat.slice(1, 2), true);
    record.addEarlierChat('m2', chat.slice(0, 1), false);
    expect([record.room?.chat, record.hasEarlierChat]).toEqual([chat, false]);
    const edit = { type: 'ChatEdited', messageId: 'm1', text: 'edited', at: 9 } as const;
    expect(record.commit({ version: 8, commitId: 'c8', byOthers: false, events: [edit] })).toMatchObject([
      { type: 'edited' },
    ]);

    // A whole room that goes back further than the copy before brings no news.
    record.enter({ roomId: 'room', room, missed: null, version: 9, earlierChat: true });
    expect(
      record.enter({
        roomId: 'room',
        room: { ...ROOM, chat },
        missed: null,
        version: 10,
        earlierChat: false,
      }),
    ).toEqual([]);
  });

  it('a record that is not trusted asks for the whole room, and takes no commit until it has it', () => {
    const record = entered();
    expect(record.entryPosition).toEqual({ version: 7, commitId: 'c7' });
    record.distrust();
    expect(record.entryPosition).toEqual({ version: 0 });
    expect(record.commit({ version: 8, commitId: 'c8', byOthers: false, events: LOCKED })).toEqual([]);
    expect(record.version).toBe(7);
    record.enter({ roomId: 'room', room: ROOM, missed: null, version: 9, commitId: 'c9', earlierChat: false });
    expect(record.entryPosition).toEqual({ version: 9, commitId: 'c9' });
  });

  it('[J4] the record knows its newest commit by id, however it came', () => {
    const record = entered();
    record.commit({ version: 8, commitId: 'c8', byOthers: false, events: LOCKED });
    expect(record.entryPosition).toEqual({ version: 8, commitId: 'c8' });
    const missed = [{ version: 9, commitId: 'c9', byOthers: false, events: [] }];
    record.enter({ roomId: 'room', room: null, missed, version: 9, commitId: 'c9', earlierChat: false });
    expect(record.entryPosition).toEqual({ version: 9, commitId: 'c9' });
    record.refresh({ room: ROOM, version: 10, commitId: 'c10', earlierChat: false });
    expect(record.entryPosition).toEqual({ version: 10, commitId: 'c10' });
    record.refresh({ room: ROOM, version: 11, earlierChat: false }); // From a server that does not say.
    expect(record.entryPosition).toEqual({ version: 11 });
  });

  it('the record adds missed commits, and says what changed', () => {
    const record = entered(3);
    const missed = [
      { version: 3, commitId: 'c3', byOthers: false, events: [] },
      { version: 4, commitId: 'c4', byOthers: false, events: LOCKED },
    ];
    expect(record.enter({ roomId: 'room', room: null, missed, version: 4, earlierChat: false })).toEqual([
      { type: 'room' },
    ]);
    expect(record.room?.settings.locked).toBe(true);
  });

  it('[J4] the record does not paper over missing commits: it asks for the whole room', () => {
    const record = entered(3);
    const gap = [{ version: 5, commitId: 'c5', byOthers: false, events: [] }];
    expect(() => record.enter({ roomId: 'room', room: null, missed: gap, version: 5, earlierChat: false })).toThrow(
      'missing',
    );
    expect(() => record.enter({ roomId: 'room', room: null, missed: [], version: 5, earlierChat: false })).toThrow(
      'missed commits end at 3',
    );
    expect(record.entryPosition).toEqual({ version: 0 });
  });

  it('the record takes a fresh room in place of a commit', () => {
    const record = entered();
    const locked = { ...ROOM, settings: { ...ROOM.settings, locked: true } };
    expect(record.refresh({ room: locked, version: 8, earlierChat: false })).toEqual([{ type: 'room' }]);
    expect(record.refresh({ room: ROOM, version: 8, earlierChat: false })).toEqual([]);
    expect([record.version, record.room]).toEqual([8, locked]);
  });

  it('[J1] the record is the room as its participant may see it, whichever version it was away since', () => {
    fc.assert(
      fc.property(anyFacts, fc.nat(20), fc.nat(20), (facts, from, away) => {
        const commits = commitsOf(facts);
        const stateAt = (version: number): RoomState => commits.slice(0, version).reduce(evolveCommit, EMPTY_ROOM);
        const redacted = (some: readonly Commit[]) => some.map((commit) => redact(commit, 'participant'));
        const first = Math.min(from, commits.length);
        const back = Math.min(first + away, commits.length);
        const record = new RoomRecord();
        const room = redactState(stateAt(first), 'participant');
        record.enter({ roomId: 'room', room, missed: null, version: first, earlierChat: false });
        record.enter({
          roomId: 'room',
          room: null,
          missed: redacted(commits.slice(first, back)),
          version: back,
          earlierChat: false,
        });
        for (const commit of redacted(commits.slice(back))) expect(record.commit(commit)).not.toBeNull();
        expect(record.room && canonical(record.room)).toBe(
          canonical(redactState(stateAt(commits.length), 'participant')),
        );
      }),
      seeded("a client's copy", 200),
    );
  });
});
