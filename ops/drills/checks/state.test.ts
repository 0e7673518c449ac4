import { expect, test } from 'vitest';
import { EMPTY_ROOM, type RoomState } from '../../../core/room/state.ts';
import { aParticipant, aTrack } from '../../../test/support/people.ts';
import type { RoomPicture } from '../../kit/clients/roomPicture.ts';
import { differences, viewOfState } from './state.ts';

const state: RoomState = {
  ...EMPTY_ROOM,
  status: 'open',
  settings: { ...EMPTY_ROOM.settings, name: 'Drill', passwordHash: 'scrypt$secret' },
  participants: new Map(
    ['ann', 'ben'].map((id) => {
      const microphone = aTrack({ id: `mic-${id}`, source: 'microphone', kind: 'audio', muted: true });
      const placed = { sessionCommandId: 'command-1', nodeId: 'node-1', joinedAt: 5 };
      return [id, aParticipant(id, { ...placed, tracks: new Map([[microphone.id, microphone]]) })];
    }),
  ),
  chat: [
    { id: 'm1', participantId: 'ann', name: 'ann', text: 'hi', at: 1, editedAt: null, deleted: false },
    { id: 'm2', participantId: 'ben', name: 'ben', text: 'ho', at: 2, editedAt: null, deleted: false },
  ],
};
const view = viewOfState(state);

test('a view shows no secret and no node', () => {
  expect(JSON.stringify(view)).not.toMatch(/scrypt|node-1|command-1/);
  expect(view.settings.passwordHash).toBe('set');
});

test('[J1] two views of a room are equal whatever the order of their participants', () => {
  expect(differences(view, structuredClone(view))).toEqual([]);
  expect(differences(view, { ...view, participants: view.participants.toReversed() })).toEqual([]);
});

test('[J1] every difference of two views is named: a mute, a missing or surplus participant, a text', () => {
  const unmuted = JSON.parse(JSON.stringify(view).replace('"muted":true', '"muted":false')) as RoomPicture;
  expect(differences(view, unmuted)).toEqual(['participants.0.tracks.0.muted is false instead of true']);

  expect(differences(view, { ...view, participants: view.participants.slice(0, 1) })).toHaveLength(1);
  expect(differences({ ...view, participants: view.participants.slice(0, 1) }, view)).toHaveLength(1);

  const edited = JSON.parse(JSON.stringify(view).replace('"text":"ho"', '"text":"hm"')) as RoomPicture;
  expect(differences(view, edited)).toEqual(['chat.1.text is "hm" instead of "ho"']);
});

test('a copy may have dropped the oldest messages, and no others', () => {
  expect(differences(view, { ...view, chat: view.chat.slice(1) })).toEqual([]);
  expect(differences(view, { ...view, chat: view.chat.slice(0, 1) })).toHaveLength(1);
  expect(differences(view, { ...view, chat: [] })).toHaveLength(2);
});
