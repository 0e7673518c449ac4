import { expect, test } from 'vitest';
import { evolveCommits } from '../../core/room/evolve.ts';
import { EMPTY_ROOM } from '../../core/room/state.ts';
import { recordRoom } from './recordedRoom.ts';

test('a recorded room has the asked length and size, and is the same for the same seed', () => {
  const commits = recordRoom(5, 300, 1);
  expect(commits).toHaveLength(300);
  expect(evolveCommits(EMPTY_ROOM, commits).participants.size).toBe(5);
  expect(recordRoom(5, 300, 1)).toEqual(commits);
  expect(recordRoom(5, 300, 2)).not.toEqual(commits);
});

test('a recorded room holds many kinds of event of a meeting', () => {
  const types = new Set(recordRoom(5, 2_000, 1).flatMap(({ events }) => events.map(({ type }) => type)));
  for (const type of [
    'ChatPosted',
    'TrackMuted',
    'TrackUnmuted',
    'HandRaised',
    'HandLowered',
    'ParticipantDisconnected',
    'ParticipantResumed',
    'TrackPublished',
    'TrackUnpublished',
  ]) {
    expect(types, type).toContain(type);
  }
});
