import { expect, it } from 'vitest';
import { GrantChanges, ownGrants } from './GrantChanges.ts';
import type { Grants } from './Meeting.ts';

const room: Grants = { sources: ['camera', 'microphone', 'screen'], chat: true, unmute: true };

it('of two changes of grants before the room has answered, both hold, and nobody else has them', async () => {
  const changes = new GrantChanges();
  const sent: Grants[] = [];
  const answers: (() => void)[] = [];
  const send = (wanted: Grants) => {
    sent.push(wanted);
    return new Promise<void>((resolve) => answers.push(resolve));
  };
  const first = changes.change('bob', room, (now) => ({ ...now, chat: false }), send);
  const second = changes.change('bob', room, (now) => ({ ...now, unmute: false }), send);
  const others = changes.change('cyd', room, (now) => ({ ...now, unmute: false }), send);
  expect(sent).toEqual([
    { ...room, chat: false },
    { ...room, chat: false, unmute: false },
    { ...room, unmute: false },
  ]);
  for (const answer of answers) answer();
  await Promise.all([first, second, others]);
});

it('a change of grants that the room refused is not part of the next one', async () => {
  const changes = new GrantChanges();
  const refuse = () => Promise.reject(new Error('FORBIDDEN'));
  await expect(changes.change('bob', room, (now) => ({ ...now, chat: false }), refuse)).rejects.toThrow('FORBIDDEN');
  await changes.change(
    'bob',
    room,
    (now) => ({ ...now, unmute: false }),
    async (wanted) => expect(wanted).toEqual({ ...room, unmute: false }),
  );
});

it('somebody who may again what everybody may follows the room from then on', () => {
  expect(ownGrants({ ...room, sources: ['microphone', 'screen', 'camera'] }, room)).toBeNull();
});

it('grants that differ from those of the room are kept for the person', () => {
  const others: readonly Grants[] = [
    { ...room, chat: false },
    { ...room, unmute: false },
    { ...room, sources: ['camera', 'microphone'] },
    { ...room, sources: ['camera', 'microphone', 'screenAudio'] },
    { ...room, sources: [...room.sources, 'screenAudio'] },
  ];
  for (const wanted of others) expect(ownGrants(wanted, room)).toBe(wanted);
});
