import { expect, it } from 'vitest';
import { type Commit, ORIGIN, type Position } from '../../core/room/commit.ts';
import { InMemoryJournal } from '../../recovery/journal/InMemoryJournal.ts';
import { commandOf, commitOf, created, joined, NOW, OPERATOR } from '../support/room.ts';
import { ModelNode } from './ModelNode.ts';

const ROOM = 'room';

const positionOf = ({ version, commitId }: Commit): Position => ({ version, commitId });

/** Found by the random tests: a pending push arrived with a later one after the journal had lost its tail. */
it('[J4] a node does not mix pushed commits of two histories', async () => {
  const errors: unknown[] = [];
  const journal = new InMemoryJournal();
  const node = new ModelNode('node-1', {
    journal,
    nextFault: () => 'none',
    turn: () => Promise.resolve(),
    now: () => NOW,
    wait: () => {},
    failed: (error) => errors.push(error),
  });
  const first = commitOf(ORIGIN, [created()]);
  await journal.append(ROOM, [first], ORIGIN);
  const host = await node.hosts.open(ROOM);

  const second = commitOf(positionOf(first), [joined('ann', 1)], { commitId: 'kept' });
  const lost = commitOf({ version: 2, commitId: 'lost' }, [joined('bob', 2)]);
  await journal.append(ROOM, [second], positionOf(first));
  host.push([lost, second]);

  await host.handle(commandOf(OPERATOR, { type: 'ExpireParticipants' }));
  expect(errors).toEqual([]);
  expect([...host.state.participants.keys()]).toEqual(['ann']);
});
