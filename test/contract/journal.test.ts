import { InMemoryJournal, InMemoryJournalStore } from '../../recovery/journal/InMemoryJournal.ts';
import { describeJournal } from './journal.ts';
import { redisJournals } from './redisJournals.ts';

describeJournal('in memory', async () => {
  const store = new InMemoryJournalStore();
  return {
    journal: new InMemoryJournal(store),
    otherNode: new InMemoryJournal(store),
    loseTail: async (roomId, version) => store.loseTail(roomId, version),
    takeAway: async () => {
      store.setAvailable(false);
      return async () => store.setAvailable(true);
    },
    close: async () => {},
  };
});

describeJournal('Redis, appendfsync always', () => redisJournals({ appendfsync: 'always' }, { mode: 'fsync' }));
describeJournal('Redis, appendfsync everysec', () => redisJournals({ appendfsync: 'everysec' }, { mode: 'async' }));
