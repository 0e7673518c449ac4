import { expect, it } from 'vitest';
import { forbidden, memory } from './memoryForTests.ts';
import { forgetStay, readPlace, rememberOfPlace } from './placeMemory.ts';

const main = { roomId: 'r', placeId: 'r' };
const breakout = { roomId: 'r', placeId: 'b' };
const nothing = { draft: null, seenPoll: null, declined: [], assignment: { breakoutsId: null, assigned: null } };

it('a tab remembers each room of a meeting by itself, and what it learns of one thing leaves the others as they were', () => {
  const { open } = memory();
  expect(readPlace(main, open)).toEqual(nothing);
  rememberOfPlace(main, { seenPoll: 'q1' }, open);
  rememberOfPlace(main, { declined: ['s1'] }, open);
  rememberOfPlace(breakout, { draft: { text: 'hi', to: null, replyTo: null } }, open);
  expect(readPlace(main, open)).toEqual({ ...nothing, seenPoll: 'q1', declined: ['s1'] });
  expect(readPlace(breakout, open)).toEqual({ ...nothing, draft: { text: 'hi', to: null, replyTo: null } });
  expect(readPlace({ roomId: 'other', placeId: 'r' }, open)).toEqual(nothing);
});

it('whoever saw that the chat was empty is told apart from whoever never looked', () => {
  const { open } = memory();
  expect(readPlace(main, open).seenMessage).toBeUndefined();
  rememberOfPlace(main, { seenMessage: null }, open);
  expect(readPlace(main, open).seenMessage).toBeNull();
});

it('of a stay that is over nothing is kept, of none of its rooms', () => {
  const { kept, open } = memory();
  for (const place of [main, breakout]) rememberOfPlace(place, { seenMessage: 'm' }, open);
  rememberOfPlace({ roomId: 'other', placeId: 'other' }, { seenMessage: 'm' }, open);
  forgetStay('r', open);
  expect([...kept.keys()]).toEqual(['everroom:places:other']);
});

it('the breakout rooms that were left longest ago are forgotten', () => {
  const { open } = memory();
  for (let room = 0; room < 40; room += 1) {
    rememberOfPlace({ roomId: 'r', placeId: `b${room}` }, { seenPoll: 'q' }, open);
    rememberOfPlace(main, { seenPoll: 'q' }, open);
  }
  expect(readPlace(main, open).seenPoll).toBe('q');
  expect(readPlace({ roomId: 'r', placeId: 'b39' }, open).seenPoll).toBe('q');
  expect(readPlace({ roomId: 'r', placeId: 'b0' }, open).seenPoll).toBeNull();
});

it('a stay is not remembered where another program wrote, or storage is forbidden', () => {
  const { kept, open } = memory();
  kept.set('everroom:places:r', '[["r",{"draft":7,"declined":"x","seenPoll":"q"}]]');
  expect(readPlace(main, open)).toEqual({ ...nothing, seenPoll: 'q' });
  kept.set('everroom:places:r', '[["r"]]');
  expect(readPlace(main, open)).toEqual(nothing);
  rememberOfPlace(main, { seenPoll: 'q' }, forbidden);
  forgetStay('r', forbidden);
  expect(readPlace(main, forbidden)).toEqual(nothing);
});
