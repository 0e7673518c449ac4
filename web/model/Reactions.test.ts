import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConnectionLost, RequestRefused, type Room } from '../../client/index.ts';
import { EMOJI, isEmoji, Reactions, SHOWN_MS } from './Reactions.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('a reaction is shown for a moment, and many at once are bounded', () => {
  let changes = 0;
  const reactions = new Reactions(() => {
    changes += 1;
  });
  reactions.add('a', '👍');
  vi.advanceTimersByTime(SHOWN_MS - 1);
  reactions.add('b', '🎉');
  expect(reactions.shown.map(({ personId, emoji }) => personId + emoji)).toEqual(['a👍', 'b🎉']);
  vi.advanceTimersByTime(1);
  expect(reactions.shown.map(({ personId }) => personId)).toEqual(['b']);
  for (let count = 0; count < 100; count += 1) reactions.add('c', '👏');
  expect(reactions.shown.length).toBeLessThanOrEqual(40);
  vi.advanceTimersByTime(SHOWN_MS);
  expect(reactions.shown).toEqual([]);
  expect(changes).toBeGreaterThan(100);
});

it('only a single picture sign is a reaction', () => {
  expect(EMOJI.every(isEmoji)).toBe(true);
  expect(['👩‍👩‍👧', '🇮🇩', '👍🏽'].every(isEmoji)).toBe(true);
  expect(['', 'a', '1', '👍👍', '<b>', 'you are 👎', '\u202e'].some(isEmoji)).toBe(false);
  const reactions = new Reactions(() => expect.unreachable('shown'));
  reactions.add('a', 'free money');
});

it("one's own reaction is shown once the room has it, and not at all where the connection is cut off", async () => {
  const reactions = new Reactions(() => undefined);
  const localParticipant = { id: 'me' } as Room['localParticipant'];
  const send = (react: Room['react']) => reactions.send({ localParticipant, react }, '👍');
  await send(async () => false);
  await send(() => Promise.reject(new ConnectionLost('gone')));
  await expect(send(() => Promise.reject(new RequestRefused('TOO_MANY_REQUESTS', 'no')))).rejects.toThrow('no');
  expect(reactions.shown).toEqual([]);
  let arrive: (arrived: boolean) => void = () => undefined;
  const sending = send(() => new Promise((resolve) => (arrive = resolve)));
  expect(reactions.shown).toEqual([]);
  arrive(true);
  await sending;
  expect(reactions.shown.map(({ personId, emoji }) => personId + emoji)).toEqual(['me👍']);
});
