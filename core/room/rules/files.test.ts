import { describe, expect, it } from 'vitest';
import {
  by,
  type CommandBody,
  commitOf,
  created,
  given,
  joined,
  NOW,
  posted,
  shared,
  stateOf,
} from '../../../test/support/room.ts';
import { ORIGIN } from '../commit.ts';
import type { RoomEvent } from '../events.ts';
import { evolveCommit } from '../evolve.ts';
import { filesGone, findFile } from '../files.ts';
import { CHAT_KEPT, type SharedFile } from '../state.ts';

const FILE: SharedFile = { id: 'f1', name: 'f1.pdf', bytes: 10, mediaType: 'application/pdf' };
const share = (messageId: string, file: Partial<SharedFile> = {}, roomBytes = 100): CommandBody => ({
  type: 'ShareFile',
  messageId,
  file: { ...FILE, ...file },
  roomBytes,
});
const deleted: RoomEvent = { type: 'ChatDeleted', messageId: 'm1', at: NOW };
const ROOM = [created(), joined('ann', 1), joined('bob', 2)];

describe('files', () => {
  it('[R-FILE-5] where files are switched off nobody shares one, and those of before stay', () => {
    const off: RoomEvent = { type: 'FilesAllowedChanged', filesAllowed: false };
    const room = given(...ROOM, shared('ann', 'm1', 'f1'), off);
    room.when(by('bob', 2), share('m2', { id: 'f2' })).refused('NOT_GRANTED');
    room.when(by('ann', 1), share('m1')).nothing();
    expect(findFile('f1', stateOf(...ROOM, shared('ann', 'm1', 'f1'), off))?.id).toBe('f1');
    room.when(by('ann', 1), { type: 'SetFilesAllowed', filesAllowed: true }).refused('FORBIDDEN');
  });

  it('[R-FILE-1] a file is shared by one message, whoever says so again', () => {
    const room = given(...ROOM, shared('ann', 'm1', 'f1'));
    given(...ROOM)
      .when(by('ann', 1), share('m1'))
      .then([shared('ann', 'm1', 'f1')]);
    room.when(by('ann', 1), share('m1')).nothing();
    room.when(by('bob', 2), share('m1')).refused('INVALID');
    room.when(by('ann', 1), share('m2')).refused('INVALID');
  });

  it.each<Partial<SharedFile>>([
    { name: '../f1.pdf' },
    { name: 'f1\u202efdp.exe' },
    { mediaType: 'text/html; charset=utf-8' },
    { bytes: -1 },
    { bytes: 0.5 },
    { id: '' },
    { preview: 'data:image/svg+xml,<svg onload=alert(1)>' },
    { preview: `/9j/${'A'.repeat(4_096)}` },
    { preview: '/9j/"><script>' },
  ])('[R-FILE-1] a file with %j is refused', (wrong) => {
    given(...ROOM)
      .when(by('ann', 1), share('m1', wrong))
      .refused('INVALID');
  });

  it('[R-FILE-2] the files of a room have no more bytes than it may have, and deleting one makes room', () => {
    const half = [...ROOM, shared('ann', 'm1', 'f1', 60)];
    given(...half)
      .when(by('bob', 2), share('m2', { id: 'f2', bytes: 41 }))
      .refused('FILES_FULL');
    given(...half)
      .when(by('bob', 2), share('m2', { id: 'f2', name: 'f2.pdf', bytes: 40 }))
      .then([shared('bob', 'm2', 'f2', 40)]);
    given(...half, deleted)
      .when(by('bob', 2), share('m2', { id: 'f2', name: 'f2.pdf', bytes: 41 }))
      .then([shared('bob', 'm2', 'f2', 41)]);
  });

  it('[R-FILE-3] a deleted file leaves nothing behind, and its message has no text to edit', () => {
    given(...ROOM, shared('ann', 'm1', 'f1'))
      .when(by('ann', 1), { type: 'EditChat', messageId: 'm1', text: 'other.pdf' })
      .refused('INVALID');
    const state = stateOf(...ROOM, shared('ann', 'm1', 'f1'), deleted);
    expect(state.chat[0]).toMatchObject({ text: '', deleted: true });
    expect(state.chat[0]?.file).toBeUndefined();
    expect(findFile('f1', state)).toBeUndefined();
  });

  it('[R-GRANT-1] whoever may not write shares no files', () => {
    const grants = { sources: [], chat: false, unmute: true };
    given(...ROOM, { type: 'GrantsChanged', participantId: 'ann', grants })
      .when(by('ann', 1), share('m1'))
      .refused('NOT_GRANTED');
  });

  it.each<[string, RoomEvent[], RoomEvent[], string[]]>([
    ['deleted', [], [deleted], ['f1']],
    ['erased with its person', [], [{ type: 'ParticipantErased', participantId: 'ann', at: NOW }], ['f1']],
    [
      'pushed out by newer messages',
      Array.from({ length: CHAT_KEPT - 1 }, (_, index) => posted('bob', `b${index}`)),
      [posted('bob', 'last')],
      ['f1'],
    ],
    ['one of others', [], [posted('bob', 'm2'), { type: 'HandRaised', participantId: 'bob', at: NOW }], []],
  ])('[R-FILE-4] a file ends when its message is %s', (_, meanwhile, last, gone) => {
    const before = stateOf(...ROOM, shared('ann', 'm1', 'f1'), ...meanwhile);
    const commit = commitOf(ORIGIN, last);
    expect(filesGone(commit, before, evolveCommit(before, commit))).toEqual(gone);
  });
});
