import { expect, test } from 'vitest';
import { EMPTY_ROOM, type RoomState } from '../../../core/room/state.ts';
import { differences, viewOfState } from './state.ts';

const state: RoomState = {
  ...EMPTY_ROOM,
  status: 'open',
  settings: { ...EMPTY_ROOM.settings, name: 'Drill', passwordHash: 'scrypt$secret' },
  participants: new Map(
    ['ann', 'ben'].map((id) => [
      id,
      {
        id,
        name: id,
        role: 'member',
        session: 1,
        sessionCommandId: 'c',
        nodeId: 'n',
        connected: true,
        expiresAt: null,
        joinedAt: 5,
        handRaisedAt: null,
        tracks: new Map([
          [`mic-${id}`, { id: `mic-${id}`, source: 'microphone', kind: 'audio', muted: true, reencoding: null }],
        ]),
      },
    ]),
  ),
  chat: [
    { id: 'm1', participantId: 'ann', name: 'ann', text: 'hi', at: 1, editedAt: null, deleted: false },
    { id: 'm2', participantId: 'ben', name: 'ben', text: 'ho', at: 2, editedAt: null, deleted: false },
  ],
};
const view = viewOfState('room', state);

test('a view shows no secret and no node', () => {
  expect(JSON.stringify(view)).not.toMatch(/scrypt|nodeId|sessionCommandId/);
  expect(view.passwordProtected).toBe(true);
});

test('[J1] two views of a room are equal in whatever order participants are listed', () => {
  expect(differences(view, structuredClone(view))).toEqual([]);
  expect(differences(view, { ...view, participants: view.participants.toReversed() })).toEqual([]);
});

test('[J1] every difference of two views is named: a mute, somebody missing, somebody too many, a text', () => {
  const unmuted = structuredClone(view);
  const track = unmuted.participants[0]?.tracks[0];
  if (track) track.muted = false;
  expect(differences(view, unmuted)).toEqual(['participants.0.tracks.0.muted is false instead of true']);

  expect(differences(view, { ...view, participants: view.participants.slice(0, 1) })).toHaveLength(1);
  expect(differences({ ...view, participants: view.participants.slice(0, 1) }, view)).toHaveLength(1);

  const edited = structuredClone(view);
  const message = edited.chat[1];
  if (message) message.text = 'hm';
  expect(differences(view, edited)).toEqual(['chat.1.text is "hm" instead of "ho"']);
});

test('a copy may have forgotten the oldest messages, and no others', () => {
  expect(differences(view, { ...view, chat: view.chat.slice(1) })).toEqual([]);
  expect(differences(view, { ...view, chat: view.chat.slice(0, 1) })).toHaveLength(1);
  expect(differences(view, { ...view, chat: [] })).toHaveLength(2);
});
