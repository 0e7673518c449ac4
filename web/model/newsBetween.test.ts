import { describe, expect, it } from 'vitest';
import type { MeetingSnapshot } from './Meeting.ts';
import { newsBetween } from './newsBetween.ts';
import { aMedia, aPerson } from './peopleForTests.ts';

const media = (muted: boolean) => aMedia({ muted });

type Seen = Pick<MeetingSnapshot, 'self' | 'others' | 'lobby' | 'reactions'>;
const room = (change: Partial<Seen> = {}): Seen => {
  return {
    self: aPerson('Me', { microphone: media(false) }),
    others: [aPerson('Bo')],
    lobby: [],
    reactions: [],
    ...change,
  };
};

const textsBetween = (before: Seen, after: Seen) => newsBetween(before, after).map(({ text }) => text);

describe('newsBetween', () => {
  it('the news names hands, screens, knocks and one’s own microphone', () => {
    const after = room({
      self: aPerson('Me', { microphone: media(true) }),
      others: [aPerson('Bo', { handRaisedAt: 1, recordingSince: 1, screen: media(false) })],
      lobby: [{ participantId: 'k', name: 'Kay', knockedAt: 1 }],
    });
    expect(textsBetween(room(), after)).toEqual([
      'Bo raised a hand',
      'Bo is recording',
      'Bo is sharing a screen',
      'Kay wants to join',
      'Your microphone is off',
    ]);
    expect(textsBetween(after, after)).toEqual([]);
  });

  it('the news leaves out who came, went or is reconnecting', () => {
    const after = room({ others: [aPerson('Bo', { connected: false }), aPerson('Cy', { handRaisedAt: 1 })] });
    expect(textsBetween(room(), after)).toEqual([]);
    expect(textsBetween(after, room({ others: [] }))).toEqual([]);
  });

  it('a reaction is told once, and one’s own is not', () => {
    const reaction = (id: number, personId: string) => ({ id, personId, emoji: '👏' });
    const first = room({ reactions: [reaction(1, 'Bo'), reaction(2, 'Me')] });
    expect(textsBetween(room(), first)).toEqual(['Bo reacts with 👏']);
    expect(textsBetween(first, room({ reactions: [reaction(2, 'Me'), reaction(3, 'Bo')] }))).toHaveLength(1);
    expect(textsBetween(first, first)).toEqual([]);
  });
});
