import { expect, test } from 'vitest';
import { NO_MEDIA_BOUNDS } from '../room/state.ts';
import { policyOf } from './policyOf.ts';

const SERVER = { lastN: 25, loudestN: null, lastScreens: 4, pageSize: 12 };

test('a room that says nothing has the bounds of the server', () => {
  expect(policyOf(NO_MEDIA_BOUNDS, SERVER)).toEqual(SERVER);
});

test('of two bounds the lower one holds, and the page is as large as the room says', () => {
  expect(policyOf({ lastN: 9, loudestN: 3, lastScreens: 10, pageSize: 49 }, SERVER)).toEqual({
    lastN: 9,
    loudestN: 3,
    lastScreens: 4,
    pageSize: 49,
  });
});
