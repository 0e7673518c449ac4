import { describe, expect, it } from 'vitest';
import { type Arrangement, arrangeTiles } from './arrangeTiles.ts';

const base: Arrangement = {
  present: ['me', 'a', 'b', 'c', 'd'],
  previous: [],
  speaking: [],
  lastSpokeAt: new Map(),
  keptId: 'me',
  pageSize: 3,
};

describe('arrangeTiles', () => {
  it('tiles start in the order of joining', () => {
    expect(arrangeTiles(base)).toEqual(['me', 'a', 'b', 'c', 'd']);
  });

  it('tiles keep their places when somebody leaves, and newcomers come last', () => {
    const present = ['me', 'b', 'c', 'd', 'e'];
    expect(arrangeTiles({ ...base, previous: ['me', 'a', 'c', 'b', 'd'], present })).toEqual([
      'me',
      'c',
      'b',
      'd',
      'e',
    ]);
  });

  it('a speaker comes to the first page in the place of the one silent longest', () => {
    const lastSpokeAt = new Map([['b', 5]]);
    expect(arrangeTiles({ ...base, speaking: ['d'], lastSpokeAt })).toEqual(['me', 'd', 'b', 'c', 'a']);
  });

  it('no tile moves for a speaker who is seen already', () => {
    expect(arrangeTiles({ ...base, speaking: ['b'] })).toEqual(['me', 'a', 'b', 'c', 'd']);
  });

  it('no speaker displaces oneself or another speaker, and speakers who are gone are ignored', () => {
    const speaking = ['a', 'b', 'c', 'gone'];
    expect(arrangeTiles({ ...base, speaking })).toEqual(['me', 'a', 'b', 'c', 'd']);
  });

  it('tiles do not move in a second pass', () => {
    const once = arrangeTiles({ ...base, speaking: ['d', 'c'] });
    expect(arrangeTiles({ ...base, speaking: ['d', 'c'], previous: once })).toEqual(once);
  });
});
