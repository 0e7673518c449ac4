import { expect, it } from 'vitest';
import { aMedia, aPerson } from '../../model/peopleForTests.ts';
import { isAlone } from './isAlone.ts';

const alone: Parameters<typeof isAlone>[0] = {
  connection: 'connected',
  others: [],
  lobby: [],
  breakouts: null,
  self: aPerson('ann'),
  ownRecording: { step: 'none' },
};

const breakouts = {
  ...{ id: 'b', free: false, endsAt: null, rooms: [], waiting: [] },
  ...{ assigned: null, place: null, moving: false },
};

it('whoever is in a meeting without others, and does nothing in it, is alone', () => {
  expect(isAlone(alone)).toBe(true);
});

it.each<[string, Partial<typeof alone>]>([
  ['somebody is away for a moment', { others: [aPerson('bob', { connected: false })] }],
  ['somebody waits at the door', { lobby: [{ participantId: 'bob', name: 'Bob', knockedAt: 1 }] }],
  ['a screen is recorded', { ownRecording: { step: 'running', since: 1 } }],
  ['a screen is shared', { self: aPerson('ann', { screen: aMedia() }) }],
  ['the server may know of others', { connection: 'reconnecting' }],
  ['others are in breakout rooms', { breakouts }],
])('nobody is alone while %s', (_, change) => {
  expect(isAlone({ ...alone, ...change })).toBe(false);
});
