import { describe, expect, it } from 'vitest';
import { aMedia, aPerson } from '../../model/peopleForTests.ts';
import { largeOf, tilesOf, togglePin, watchedOf } from './tiles.ts';

const screen = aMedia();
const me = aPerson('me', { isSelf: true, screen });
const tiles = tilesOf({ self: me, others: [aPerson('a'), aPerson('b', { screen })] }, ['me', 'b', 'a']);

describe('tilesOf', () => {
  it('screens come first, without one’s own, and people keep their order', () => {
    expect(tiles.map(({ key }) => key)).toEqual(['screen:b', 'camera:me', 'camera:b', 'camera:a']);
  });
});

describe('largeOf', () => {
  const cameras = tiles.filter((tile) => tile.kind === 'camera');
  const keys = (...args: Parameters<typeof largeOf>) => largeOf(...args).map(({ key }) => key);

  it('a shared screen is shown large, unless the person wants a grid', () => {
    expect(keys(tiles, 'auto', [], null)).toEqual(['screen:b']);
    expect(keys(tiles, 'presentation', [], 'a')).toEqual(['screen:b']);
    expect(keys(tiles, 'tiles', [], null)).toEqual([]);
  });

  it('pinned tiles are shown large before any other, in the order they were pinned', () => {
    expect(keys(tiles, 'auto', ['camera:a'], 'b')).toEqual(['camera:a']);
    expect(keys(tiles, 'tiles', ['camera:b', 'camera:me'], 'b')).toEqual(['camera:b', 'camera:me']);
  });

  it('the stage shows whom a host put into the spotlight, unless the person has a pin of their own', () => {
    expect(keys(tiles, 'tiles', [], 'b', ['a'])).toEqual(['camera:a']);
    expect(keys(tiles, 'auto', ['screen:b'], null, ['a'])).toEqual(['screen:b']);
    expect(keys(cameras, 'auto', [], null, ['gone', 'me'])).toEqual([]);
    expect(keys(cameras, 'auto', [], null, ['b', 'a'])).toEqual(['camera:b', 'camera:a']);
  });

  it('the pin of somebody who left waits for them', () => {
    expect(keys(cameras, 'auto', ['camera:gone'], null)).toEqual([]);
    expect(keys(cameras, 'auto', ['camera:gone', 'camera:a'], null)).toEqual(['camera:a']);
  });

  it('the speaker layout shows the speaker large, and never oneself', () => {
    expect(keys(cameras, 'speaker', [], 'a')).toEqual(['camera:a']);
    expect(keys(cameras, 'speaker', [], 'me')).toEqual(['camera:b']);
    expect(keys(cameras, 'presentation', [], 'a')).toEqual(['camera:a']);
  });

  it('a person who is alone is shown in full', () => {
    expect(keys(cameras.slice(0, 1), 'speaker', ['camera:me'], null)).toEqual([]);
  });
});

it('a single picture shows what is pinned, shared or in the spotlight, else who speaks, else the others; oneself only alone', () => {
  const others = [aPerson('a'), aPerson('b')];
  const forAll = { layout: null, alsoSpotlit: [], joinMuted: false, capacity: 9, guests: true, filesAllowed: true };
  const room = { self: me, others, spotlightId: null, forAll };
  const watched = (change: Partial<typeof room>, pins: string[] = [], speakerId: string | null = null) =>
    watchedOf({ ...room, ...change }, pins, speakerId).map(({ key }) => key);
  expect(watched({})).toEqual(['camera:a', 'camera:b']);
  expect(watched({}, [], 'b')).toEqual(['camera:b', 'camera:a']);
  expect(watched({}, [], 'me')).toEqual(['camera:a', 'camera:b']);
  expect(watched({}, ['camera:me'], 'b')).toEqual(['camera:me', 'camera:b', 'camera:a']);
  const sharing = [...others, aPerson('c', { screen })];
  expect(watched({ others: sharing }, [], 'b')).toEqual(['screen:c', 'camera:b', 'camera:a', 'camera:c']);
  expect(watched({ others: [] }, [], 'b')).toEqual(['camera:me']);
  expect(watchedOf({ ...room, spotlightId: 'b' }, [], 'a').map(({ key }) => key)).toEqual(['camera:b', 'camera:a']);
});

it('a pin is set and taken away; the oldest of too many gives way', () => {
  expect(togglePin(['a'], 'b')).toEqual(['a', 'b']);
  expect(togglePin(['a', 'b'], 'a')).toEqual(['b']);
  expect(togglePin(['a', 'b', 'c', 'd', 'e', 'f'], 'g')).toEqual(['b', 'c', 'd', 'e', 'f', 'g']);
});
