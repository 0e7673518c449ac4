import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clusterSlot } from './clusterSlot.ts';
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

test('two ids never share a key, nor a node another key of a node', () => {
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

// As `CLUSTER KEYSLOT` of Redis 7 answers.
test.each([
  ['123456789', 12_739],
  ['foo', 12_182],
  ['{foo}:journal', 12_182],
  ['foo{}{bar}', 8_363],
  ['foo{{bar}}zap', 4_015],
  ['foo{bar}{zap}', 5_061],
])('the slot of %s is %i', (key, slot) => {
  expect(clusterSlot(key)).toBe(slot);
});
