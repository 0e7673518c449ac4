import { describe, expect, it } from 'vitest';
import type { MeetingSnapshot, Person, PublishedMedia } from './Meeting.ts';
import { newsBetween } from './newsBetween.ts';

const media = (muted: boolean): PublishedMedia => ({
  trackId: 't',
  muted,
  reencodingWish: null,
  reencoded: false,
  received: true,
  attach: () => () => undefined,
});

function person(name: string, change: Partial<Person> = {}): Person {
  const none = { camera: null, microphone: null, screen: null, screenAudio: null, handRaisedAt: null, quality: null };
  const plain = { nameFixed: false, grants: { sources: [], chat: true, unmute: true } };
  return { id: name, name, role: 'member', isSelf: false, connected: true, ...none, ...plain, ...change };
}

type Seen = Pick<MeetingSnapshot, 'self' | 'others' | 'lobby'>;
const room = (change: Partial<Seen> = {}): Seen => {
  return { self: person('Me', { microphone: media(false) }), others: [person('Bo')], lobby: [], ...change };
};

describe('newsBetween', () => {
  it('the news names hands, screens, knocks and one’s own microphone', () => {
    const after = room({
      self: person('Me', { microphone: media(true) }),
      others: [person('Bo', { handRaisedAt: 1, screen: media(false) })],
      lobby: [{ participantId: 'k', name: 'Kay', knockedAt: 1 }],
    });
    expect(newsBetween(room(), after)).toEqual([
      'Bo raised a hand',
      'Bo is sharing a screen',
      'Kay wants to join',
      'Your microphone is off',
    ]);
    expect(newsBetween(after, after)).toEqual([]);
  });

  it('the news leaves out who came, went or is reconnecting', () => {
    const after = room({ others: [person('Bo', { connected: false }), person('Cy', { handRaisedAt: 1 })] });
    expect(newsBetween(room(), after)).toEqual([]);
    expect(newsBetween(after, room({ others: [] }))).toEqual([]);
  });
});
