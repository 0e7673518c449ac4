import { describe, expect, it } from 'vitest';
import { applyChange, applyCommit } from './RoomCopy.ts';
import { aParticipant, aRoom, aTrack } from './roomCopy.fixtures.ts';

describe('RoomCopy', () => {
  const copy = { room: aRoom(), version: 7 };

  it('[J4] a commit that follows is applied', () => {
    const outcome = applyCommit(copy, {
      version: 8,
      commandId: 'c',
      changes: [{ type: 'lockChanged', locked: true }],
    });
    expect(outcome).toEqual({ type: 'applied', copy: { room: aRoom({ locked: true }), version: 8 } });
  });

  it('[J4] a commit that is known already changes nothing', () => {
    expect(applyCommit(copy, { version: 7, commandId: 'c', changes: [] })).toEqual({ type: 'known' });
  });

  it('[J4] a commit after a missing one is never applied', () => {
    expect(applyCommit(copy, { version: 9, commandId: 'c', changes: [] })).toEqual({ type: 'gap' });
  });

  it('a commit with nothing for this participant still counts', () => {
    const outcome = applyCommit(copy, { version: 8, commandId: 'c', changes: [] });
    expect(outcome).toEqual({ type: 'applied', copy: { room: copy.room, version: 8 } });
  });

  it('a participant who joins is no longer in the lobby', () => {
    const room = aRoom({ lobby: [{ participantId: 'a', name: 'a', knockedAt: 1 }] });
    const after = applyChange(room, { type: 'participantJoined', participant: aParticipant('a') });
    expect(after.lobby).toEqual([]);
    expect(after.participants).toEqual([aParticipant('a')]);
  });

  it('a track is muted for its own participant alone', () => {
    const track = aTrack({ id: 't' });
    const room = aRoom({
      participants: [aParticipant('a', { tracks: [track] }), aParticipant('b', { tracks: [track] })],
    });
    const after = applyChange(room, { type: 'trackMuted', participantId: 'a', trackId: 't', byHost: true });
    expect(after.participants.map((participant) => participant.tracks[0]?.muted)).toEqual([true, false]);
  });

  it('a change about nobody we know changes nothing', () => {
    const room = aRoom({ participants: [aParticipant('a')] });
    expect(applyChange(room, { type: 'trackUnpublished', participantId: 'x', trackId: 't', byHost: false })).toEqual(
      room,
    );
  });

  it('a deleted message keeps its place without its text', () => {
    const message = {
      id: 'm',
      participantId: 'a',
      name: 'a',
      text: 'hello',
      at: 1,
      editedAt: null,
      deleted: false,
    };
    const after = applyChange(aRoom({ chat: [message] }), { type: 'chatDeleted', messageId: 'm', at: 5 });
    expect(after.chat).toEqual([{ ...message, text: '', deleted: true }]);
  });
});
