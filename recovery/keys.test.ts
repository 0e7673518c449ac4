import clusterSlot from 'cluster-key-slot';
import { expect, test } from 'vitest';
import { fc } from '../test/support/fastCheck.ts';
import { escapeId, feedChannel, journalKey, nodeKey, nodeRoomsKey, snapshotKey, unescapeId } from './keys.ts';

const id = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({ minLength: 1, unit: fc.constantFrom('{', '}', ':', '%', 'a', '\ud800', '\udc00', '🎉') }),
);

test('every id comes back from its escaped form, which any encoding can carry', () => {
  fc.assert(
    fc.property(id, (roomId) => {
      expect(unescapeId(escapeId(roomId))).toBe(roomId);
      expect(escapeId(roomId).isWellFormed()).toBe(true);
    }),
  );
});

test('two ids never share a key, and no key of a node equals another one of it', () => {
  fc.assert(
    fc.property(id, id, (a, b) => {
      fc.pre(a !== b);
      expect(journalKey(a)).not.toBe(journalKey(b));
      expect(nodeKey(a)).not.toBe(nodeRoomsKey(b));
    }),
  );
});

test('the keys of one room share a slot of a cluster', () => {
  fc.assert(
    fc.property(id, (roomId) => {
      const slots = new Set([journalKey(roomId), snapshotKey(roomId), feedChannel(roomId)].map(clusterSlot));
      expect(slots.size).toBe(1);
    }),
  );
});

test('plain ids stay readable', () => {
  expect(journalKey('standup-42')).toBe('everroom:{standup-42}:journal');
});

test('the slot of a room is that of its id, as `CLUSTER KEYSLOT` of Redis 7 computes it', () => {
  expect(clusterSlot(journalKey('123456789'))).toBe(12_739);
  expect(clusterSlot(journalKey('foo'))).toBe(12_182);
});
