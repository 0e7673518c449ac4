import { expect, it } from 'vitest';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { aPerson } from '../../model/peopleForTests.ts';
import { alertsBetween } from './alertsBetween.ts';

type Seen = Pick<MeetingSnapshot, 'self' | 'others' | 'lobby' | 'reactions' | 'chat'>;

const room = (change: Partial<Seen> = {}): Seen => {
  const empty = { lobby: [], reactions: [], chat: [] };
  return { self: aPerson('Me', { role: 'host' }), others: [aPerson('Bo')], ...empty, ...change };
};
const line = (id: string, change: Partial<Seen['chat'][number]> = {}): Seen['chat'][number] => {
  const written = { id, authorId: 'bo', name: 'Bo', text: 'hello', at: 0 };
  return { ...written, edited: false, deleted: false, own: false, state: 'sent', ...change };
};
const kindsOf = (before: Seen, after: Seen, isChatOpen = false) => [...alertsBetween(before, after, isChatOpen).kinds];

it('people hear of who waits, of messages while the chat is closed, of who comes or goes, and hosts of hands', () => {
  const knock = room({ lobby: [{ participantId: 'k', name: 'Kay', knockedAt: 1 }] });
  expect(kindsOf(room(), knock)).toEqual(['knock']);
  expect(kindsOf(knock, knock)).toEqual([]);
  expect(kindsOf(room(), room({ chat: [line('1')] }))).toEqual(['message']);
  expect(kindsOf(room(), room({ chat: [line('1')] }), true)).toEqual([]);
  expect(kindsOf(room(), room({ chat: [line('1', { own: true })] }))).toEqual([]);
  expect(kindsOf(room(), room({ others: [] }))).toEqual(['people']);
  expect(kindsOf(room(), room({ others: [aPerson('Bo'), aPerson('Cy')] }))).toEqual(['people']);
  const raised = { others: [aPerson('Bo', { handRaisedAt: 1 })] };
  expect(kindsOf(room(), room(raised))).toEqual(['hand']);
  expect(kindsOf(room(), room({ ...raised, self: aPerson('Me') }))).toEqual([]);
});

it('who looks elsewhere is told of who waits and of what is for them, and not what somebody wrote to them alone', () => {
  const after = room({
    lobby: [{ participantId: 'k', name: 'Kay', knockedAt: 1 }],
    chat: [line('1'), line('2', { text: '@Me: a word?' }), line('3', { to: { id: 'me', name: 'Me' }, text: 'secret' })],
  });
  expect(alertsBetween(room(), after, false).notices).toEqual([
    'Kay wants to join',
    'Bo mentioned you.',
    'Bo wrote to you alone.',
  ]);
});
