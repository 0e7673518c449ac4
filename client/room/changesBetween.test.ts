import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RoomView } from '../../signaling/protocol/shapes.ts';
import { catchUp } from './catchUp.ts';
import { changesBetween } from './changesBetween.ts';
import { applyChange } from './RoomCopy.ts';
import { anyChange, aParticipant, aRoom } from './roomCopy.fixtures.ts';

const changed = (room: RoomView, changes: readonly Parameters<typeof applyChange>[1][]): RoomView =>
  changes.reduce(applyChange, room);

/** Lists in one order, whatever their history. */
function sorted(room: RoomView): RoomView {
  const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
  return {
    ...room,
    participants: room.participants
      .map((participant) => ({ ...participant, tracks: participant.tracks.toSorted(byId) }))
      .toSorted(byId),
    lobby: room.lobby.toSorted((a, b) => a.participantId.localeCompare(b.participantId)),
    banned: room.banned.toSorted(),
  };
}

describe('changesBetween', () => {
  it('the changes between two copies lead from one to the other', () => {
    fc.assert(
      fc.property(fc.array(anyChange), fc.array(anyChange), (history, missed) => {
        const before = changed(aRoom(), history);
        const after = changed(before, missed);
        expect(sorted(changed(before, changesBetween(before, after)))).toEqual(sorted(after));
      }),
    );
  });

  it('nobody leaves and joins who was there all the time', () => {
    const before = aRoom({ participants: [aParticipant('a', { connected: false })] });
    const after = aRoom({ participants: [aParticipant('a')] });
    expect(changesBetween(before, after)).toEqual([{ type: 'participantResumed', participantId: 'a' }]);
  });

  it('the changes between two copies tell of messages posted, edited and deleted meanwhile', () => {
    const message = { id: 'm1', participantId: 'a', name: 'a', text: 'x', at: 1, editedAt: null, deleted: false };
    const other = { ...message, id: 'm2' };
    const edited = { ...message, text: 'y', editedAt: 5 };
    expect(changesBetween(aRoom({ chat: [message] }), aRoom({ chat: [edited, other] }))).toEqual([
      { type: 'chatEdited', messageId: 'm1', text: 'y', at: 5 },
      { type: 'chatPosted', message: other },
    ]);
  });
});

describe('catchUp', () => {
  const before = { room: aRoom(), version: 3 };
  const locked = { type: 'lockChanged', locked: true } as const;

  it('catching up takes the whole room where the session brings it', () => {
    const room = aRoom({ locked: true });
    expect(catchUp(before, { room, missed: null, version: 9 })).toEqual({
      copy: { room, version: 9 },
      changes: [locked],
    });
  });

  it('catching up adds the commits that were missed', () => {
    const missed = [
      { version: 3, commandId: 'known', changes: [] },
      { version: 4, commandId: 'c', changes: [locked] },
    ];
    expect(catchUp(before, { room: null, missed, version: 4 })).toEqual({
      copy: { room: aRoom({ locked: true }), version: 4 },
      changes: [locked],
    });
  });

  it('[J4] catching up does not paper over missing commits', () => {
    const missed = [{ version: 5, commandId: 'c', changes: [] }];
    expect(() => catchUp(before, { room: null, missed, version: 5 })).toThrow('missing');
    expect(() => catchUp(before, { room: null, missed: [], version: 5 })).toThrow('missed commits end at 3');
  });
});
