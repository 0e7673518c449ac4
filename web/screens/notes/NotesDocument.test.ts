import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { seeded } from '../../../test/support/seed.ts';
import type { NotesActions } from '../../model/notes.ts';
import { NotesDocument } from './NotesDocument.ts';

/** Keeps updates as a room does. */
function roomOf(): NotesActions & { readonly updates: Uint8Array[] } {
  const updates: Uint8Array[] = [];
  return {
    updates,
    write: async (update) => void updates.push(update),
    after: async (seen) => ({ count: updates.length, updates: updates.slice(seen) }),
  };
}

async function written(room: ReturnType<typeof roomOf>, ...documents: NotesDocument[]): Promise<void> {
  for (const document of documents) document.close();
  await new Promise((resolve) => setImmediate(resolve));
  for (const document of documents) await document.read(room.updates.length);
}

test('what two people type at the same time flows together, in whatever order it arrives', async () => {
  const edits = fc.array(
    fc.tuple(fc.boolean(), fc.string({ maxLength: 6, unit: fc.constantFrom('a', '\n', '😀', '😃', '👍', '🏀') })),
  );
  await fc.assert(
    fc.asyncProperty(edits, async (all) => {
      const room = roomOf();
      const [ann, bob] = [new NotesDocument(room, () => undefined), new NotesDocument(room, () => undefined)];
      for (const [isAnn, text] of all) {
        const document = isAnn ? ann : bob;
        document.change(text);
        expect(document.text).toBe(text);
      }
      await written(room, ann, bob);
      await written(room, ann, bob);
      expect(ann.text).toBe(bob.text);
      const late = new NotesDocument(room, () => undefined);
      await late.read(room.updates.length);
      expect(late.text).toBe(ann.text);
    }),
    seeded('notes', 50),
  );
});

test('what could not be sent waits and is sent again, and the cursor stays at its word', async () => {
  const room = roomOf();
  const write = vi.spyOn(room, 'write').mockRejectedValueOnce(new Error('no connection'));
  const ann = new NotesDocument(room, () => undefined);
  const bob = new NotesDocument(room, () => undefined);
  ann.change('world');
  await written(room, ann);
  expect(room.updates).toHaveLength(0);
  expect(ann.problem).toEqual(new Error('no connection'));
  await written(room, ann, bob);
  expect(write).toHaveBeenCalledTimes(2);
  expect(ann.problem).toBeNull();
  const cursor = bob.keep(5);
  ann.change('hello world');
  await written(room, ann, bob);
  expect(bob.text).toBe('hello world');
  expect(cursor()).toBe(11);
});
