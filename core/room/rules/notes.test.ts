import { describe, expect, it } from 'vitest';
import { by, created, given, joined, node, OPERATOR, stateOf } from '../../../test/support/room.ts';
import type { RoomEvent } from '../events.ts';
import {
  MOST_NOTES_UPDATES,
  NOTES_UPDATE_LENGTH,
  NOTES_UPDATES_KEPT,
  shouldPutTogether,
  updatesAfter,
} from '../notes.ts';
import { ALL_GRANTS } from '../state.ts';

const ROOM = [created(), joined('ann', 1)];
const ANN = by('ann', 1);
const edit = (update: string) => ({ type: 'EditNotes', update }) as const;
const edited = (update: string): RoomEvent => ({ type: 'NotesEdited', participantId: 'ann', update });
const compacted = (base: string, upTo: number): RoomEvent => ({ type: 'NotesCompacted', base, upTo });
const seenAfter = (seen: number, ...events: RoomEvent[]) => updatesAfter(stateOf(...ROOM, ...events).notes, seen);

describe('notes', () => {
  it('[R-NOTES-1] whoever may write in the chat writes on them, within bounds', () => {
    given(...ROOM)
      .when(ANN, edit('AAAA'))
      .then([edited('AAAA')]);
    given(...ROOM)
      .when(ANN, edit('not base64!'))
      .refused('INVALID');
    given(...ROOM)
      .when(ANN, edit('A'.repeat(NOTES_UPDATE_LENGTH + 1)))
      .refused('INVALID');
    given(...ROOM)
      .when(OPERATOR, edit('AAAA'))
      .refused('FORBIDDEN');
    given(...ROOM, ...Array.from({ length: 8 }, () => edited('A'.repeat(NOTES_UPDATE_LENGTH))))
      .when(ANN, edit('AAAA'))
      .refused('INVALID');
    given(...ROOM, { type: 'RoomGrantsChanged', grants: { ...ALL_GRANTS, chat: false } })
      .when(ANN, edit('AAAA'))
      .refused('NOT_GRANTED');
  });

  it('[R-NOTES-2] the oldest updates are put together once, and later ones stay', () => {
    const room = given(...ROOM, edited('AAAA'), edited('BBBB'), edited('CCCC'));
    const compact = { type: 'CompactNotes', base: 'ABAB', upTo: 2 } as const;
    room.when(node(), compact).then([compacted('ABAB', 2)]);
    room.when(node(), { ...compact, upTo: 4 }).nothing();
    room.when(ANN, compact).refused('FORBIDDEN');
    given(...ROOM, edited('AAAA'), edited('BBBB'), compacted('ABAB', 2))
      .when(node(), compact)
      .nothing();
  });

  it('[R-NOTES-2] everybody gets what they lack, however much was put together', () => {
    const all = [edited('AAAA'), edited('BBBB'), edited('CCCC')];
    expect(seenAfter(0, ...all)).toEqual(['AAAA', 'BBBB', 'CCCC']);
    expect(seenAfter(2, ...all)).toEqual(['CCCC']);
    expect(seenAfter(0, ...all, compacted('ABAB', 2))).toEqual(['ABAB', 'CCCC']);
    expect(seenAfter(1, ...all, compacted('ABAB', 2))).toEqual(['ABAB', 'CCCC']);
    expect(seenAfter(2, ...all, compacted('ABAB', 2))).toEqual(['CCCC']);
    expect(seenAfter(3, ...all, compacted('ABAB', 2), compacted('ABAB', 1))).toEqual([]);
  });

  it('[R-NOTES-2] many updates are put together, but a few short ones do not make the room write long notes again', () => {
    const notesOf = (baseLength: number, updates: number) => ({
      count: updates,
      base: 'A'.repeat(baseLength),
      updates: Array<string>(updates).fill('AAAA'),
    });
    expect(shouldPutTogether(notesOf(0, NOTES_UPDATES_KEPT - 1))).toBe(false);
    expect(shouldPutTogether(notesOf(0, NOTES_UPDATES_KEPT))).toBe(true);
    expect(shouldPutTogether(notesOf(400_000, NOTES_UPDATES_KEPT))).toBe(false);
    expect(shouldPutTogether(notesOf(16 * NOTES_UPDATES_KEPT, NOTES_UPDATES_KEPT))).toBe(true);
    expect(shouldPutTogether(notesOf(400_000, MOST_NOTES_UPDATES))).toBe(true);
  });
});
