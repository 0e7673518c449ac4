import { describe, expect, it } from 'vitest';
import type { MeetingSnapshot, Person, PublishedMedia } from '../../model/Meeting.ts';
import { focusOf, tilesOf } from './tiles.ts';

const screen: PublishedMedia = {
  trackId: 's',
  muted: false,
  reencodingWish: null,
  reencoded: false,
  attach: () => () => {},
};

function person(id: string, change: Partial<Person> = {}): Person {
  const none = { camera: null, microphone: null, screen: null, screenAudio: null };
  return {
    id,
    name: id,
    role: 'member',
    isSelf: false,
    connected: true,
    handRaisedAt: null,
    quality: 3,
    ...none,
    ...change,
  };
}

function snapshotOf(self: Person, ...others: Person[]): MeetingSnapshot {
  return {
    roomId: 'r',
    name: '',
    connection: 'connected',
    locked: false,
    lobbyEnabled: false,
    passwordProtected: false,
    recording: false,
    reencoding: { policy: { mode: 'off' }, available: true, reason: null },
    self,
    others,
    lobby: [],
    chat: [],
    speakers: [],
    lastSpokeAt: new Map(),
    typing: [],
    word: null,
    ended: null,
  };
}

const me = person('me', { isSelf: true, screen });
const tiles = tilesOf(snapshotOf(me, person('a'), person('b', { screen })), ['me', 'b', 'a']);

describe('tilesOf', () => {
  it('sets screens first, without one’s own, and keeps the order of people', () => {
    expect(tiles.map(({ key }) => key)).toEqual(['screen:b', 'camera:me', 'camera:b', 'camera:a']);
  });
});

describe('focusOf', () => {
  const cameras = tiles.filter((tile) => tile.kind === 'camera');

  it('shows a shared screen large, unless the person wants a grid', () => {
    expect(focusOf(tiles, 'auto', null, null)?.key).toBe('screen:b');
    expect(focusOf(tiles, 'grid', null, null)).toBeNull();
  });

  it('puts the pinned tile before all', () => {
    expect(focusOf(tiles, 'auto', 'camera:a', 'b')?.key).toBe('camera:a');
    expect(focusOf(tiles, 'grid', 'camera:a', 'b')?.key).toBe('camera:a');
  });

  it('forgets the pin of somebody who left', () => {
    expect(focusOf(cameras, 'auto', 'camera:gone', null)).toBeNull();
  });

  it('follows the speaker where asked to, and never shows oneself large', () => {
    expect(focusOf(cameras, 'speaker', null, 'a')?.key).toBe('camera:a');
    expect(focusOf(cameras, 'speaker', null, 'me')?.key).toBe('camera:b');
  });

  it('shows a person who is alone in full', () => {
    expect(focusOf(cameras.slice(0, 1), 'speaker', 'camera:me', null)).toBeNull();
  });
});
