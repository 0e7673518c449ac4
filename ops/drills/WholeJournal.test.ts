import { expect, onTestFinished, test } from 'vitest';
import { ORIGIN } from '../../core/room/commit.ts';
import { EMPTY_ROOM } from '../../core/room/state.ts';
import { InMemoryJournal, InMemoryJournalStore } from '../../recovery/journal/InMemoryJournal.ts';
import { commitsAfter, positionOf } from '../../test/contract/commits.ts';
import { WholeJournal } from './WholeJournal.ts';

test('a drill has the whole journal, trimmed or with another end meanwhile', async () => {
  const store = new InMemoryJournalStore();
  const journal = new InMemoryJournal(store);
  const whole = new WholeJournal(journal, 'room');
  onTestFinished(() => whole.stop());
  const first = commitsAfter(ORIGIN, 400);
  await journal.append('room', first, ORIGIN);
  expect(await whole.commits()).toEqual(first);

  await journal.saveSnapshot(
    'room',
    { position: positionOf(first.at(-1)), state: EMPTY_ROOM },
    { commits: 50, bytes: 1_000_000 },
  );
  expect((await journal.read('room', 0, 1)).at(0)?.version, 'the journal is trimmed').toBeGreaterThan(1);
  store.loseTail('room', 390);
  const other = commitsAfter(positionOf(first[389]), 5, 'other', 'other');
  await journal.append('room', other, positionOf(first[389]));
  expect(await whole.commits()).toEqual([...first.slice(0, 390), ...other]);
});
