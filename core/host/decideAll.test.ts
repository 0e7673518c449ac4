import { expect, test } from 'vitest';
import { by, commandOf, created, joined, OPERATOR, stateOf } from '../../test/support/room.ts';
import type { Participant, ParticipantId } from '../room/state.ts';
import { decideAll } from './decideAll.ts';

/** Counts how often the whole collection is read, as a copy of it is. */
class CountedMap extends Map<ParticipantId, Participant> {
  reads = 0;
  override [Symbol.iterator]() {
    this.reads += 1;
    return super[Symbol.iterator]();
  }
}

const POSITION = { version: 3, commitId: 'commit-3' };
const state = stateOf(created(), joined('ann', 1), joined('bob', 2));
const renames = Array.from({ length: 64 }, (_, n) =>
  commandOf(by('ann', 1), { type: 'Rename', name: `Ann ${n}` }, { commandId: `rename-${n}` }),
);
let ids = 0;
const newId = (): string => `id-${++ids}`;

test('64 commands that are decided together copy the participants of a room once', () => {
  const participants = new CountedMap(state.participants);
  participants.reads = 0;
  const { commits, decisions } = decideAll(
    renames,
    { state: { ...state, participants }, position: POSITION },
    newId,
    () => false,
  );
  expect(commits).toHaveLength(64);
  expect(decisions).toHaveLength(64);
  expect(participants.reads).toBe(1);
  expect(participants.get('ann')?.name).toBe('ann');
});

test('deciding stops after a command when its time is over', () => {
  let asked = 0;
  const { commits, decisions } = decideAll(renames, { state, position: POSITION }, newId, () => ++asked === 5);
  expect(decisions).toHaveLength(5);
  expect(commits.map(({ version }) => version)).toEqual([4, 5, 6, 7, 8]);
});

test('a command that is refused, or cannot be decided, leaves the others as they are', () => {
  const bug = commandOf(OPERATOR, { type: 'Unheard' as 'CloseRoom' });
  const stale = commandOf(by('bob', 1), { type: 'RaiseHand' });
  const [first, second] = renames;
  if (!first || !second) throw new Error('no commands');
  const { commits, decisions } = decideAll(
    [first, bug, stale, second],
    { state, position: POSITION },
    newId,
    () => false,
  );
  expect(decisions.map((decision) => 'events' in decision)).toEqual([true, false, false, true]);
  expect(commits.map(({ version, prev }) => ({ version, prev }))).toEqual([
    { version: 4, prev: 'commit-3' },
    { version: 5, prev: commits[0]?.commitId },
  ]);
});
