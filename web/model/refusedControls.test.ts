import { expect, test } from 'vitest';
import type { Person } from './Meeting.ts';
import { aMedia, aPerson } from './peopleForTests.ts';
import { refusedControls, refusedReaction } from './refusedControls.ts';

const silent = (trackId: string, muted: boolean) => aMedia({ trackId, muted });
const person = (change: Partial<Person> = {}) => aPerson('p', { isSelf: true, ...change });

const NONE = { sources: [], chat: false, unmute: false };

test('what a host has not allowed cannot be turned on, but what is on can be turned off', () => {
  const on = person({
    grants: NONE,
    microphone: silent('m', false),
    camera: silent('c', false),
    screen: silent('s', false),
  });
  expect(refusedControls(on)).toEqual({ microphone: null, camera: null, screen: null });
  const off = refusedControls(person({ grants: NONE, microphone: silent('m', true), camera: null }));
  expect(off.microphone).toContain('raise your hand');
  expect(off.camera).toContain('not allowed');
  expect(off.screen).toContain('not allowed');
});

test('whoever may do everything finds every control free', () => {
  expect(refusedControls(person({ microphone: silent('m', true), camera: null }))).toEqual({
    microphone: null,
    camera: null,
    screen: null,
  });
});

test('nobody can react while the connection is cut off, and is told so', () => {
  expect(refusedReaction({ connection: 'connected' })).toBeNull();
  expect(refusedReaction({ connection: 'reconnecting' })).toContain('connection');
});
