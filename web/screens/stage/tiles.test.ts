import { describe, expect, it } from 'vitest';
import type { MeetingSnapshot, Person, PublishedMedia } from '../../model/Meeting.ts';
import { focusOf, tilesOf } from './tiles.ts';

const ALL: Person['grants'] = { sources: [], chat: true, unmute: true };

const screen: PublishedMedia = {
  trackId: 's',
  muted: false,
  reencodingWish: null,
  reencoded: false,
  received: true,
  attach: () => () => {},
};

function person(id: string, change: Partial<Person> = {}): Person {
  const none = { camera: null, microphone: null, screen: null, screenAudio: null };
  return {
    id,
    name: id,
    nameFixed: false,
    role: 'member',
    grants: ALL,
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
    mediaBlocked: null,
    locked: false,
    lobbyEnabled: false,
    passwordProtected: false,
    reencoding: { policy: { mode: 'off' }, available: true, reason: null },
    hotStandby: { choice: 'auto', state: 'off' },
    self,
    others,
    lobby: [],
    bans: [],
    grants: ALL,
    spotlightId: null,
    chat: [],
    earlierChat: false,
    speakers: [],
    lastSpokeAt: new Map(),
    typing: [],
    notice: null,
    ended: null,
  };
}

const me = person('me', { isSelf: true, screen });
const tiles = tilesOf(snapshotOf(me, person('a'), person('b', { screen })), ['me', 'b', 'a']);

describe('tilesOf', () => {
  it('screens come first, without one’s own, and people keep their order', () => {
    expect(tiles.map(({ key }) => key)).toEqual(['screen:b', 'camera:me', 'camera:b', 'camera:a']);
  });
});

describe('focusOf', () => {
  const cameras = tiles.filter((tile) => tile.kind === 'camera');

  it('a shared screen is shown large, unless the person wants a grid', () => {
    expect(focusOf(tiles, 'auto', null, null)?.key).toBe('screen:b');
    expect(focusOf(tiles, 'grid', null, null)).toBeNull();
  });

  it('the pinned tile is shown large before any other', () => {
    expect(focusOf(tiles, 'auto', 'camera:a', 'b')?.key).toBe('camera:a');
    expect(focusOf(tiles, 'grid', 'camera:a', 'b')?.key).toBe('camera:a');
  });

  it('the stage shows whom a host put into the spotlight, unless the person has a pin of their own', () => {
    expect(focusOf(tiles, 'grid', null, 'b', 'a')?.key).toBe('camera:a');
    expect(focusOf(tiles, 'auto', 'screen:b', null, 'a')?.key).toBe('screen:b');
    expect(focusOf(cameras, 'auto', null, null, 'gone')).toBeNull();
  });

  it('the pin of somebody who left is forgotten', () => {
    expect(focusOf(cameras, 'auto', 'camera:gone', null)).toBeNull();
  });

  it('the speaker layout shows the speaker large, and never oneself', () => {
    expect(focusOf(cameras, 'speaker', null, 'a')?.key).toBe('camera:a');
    expect(focusOf(cameras, 'speaker', null, 'me')?.key).toBe('camera:b');
  });

  it('a person who is alone is shown in full', () => {
    expect(focusOf(cameras.slice(0, 1), 'speaker', 'camera:me', null)).toBeNull();
  });
});
