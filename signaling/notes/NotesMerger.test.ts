import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { NotesMerger } from './NotesMerger.ts';

describe('putting notes together', () => {
  const mergers = [500, 60_000].map((limitMs) => new NotesMerger(limitMs));
  const [impatient, patient] = mergers as [NotesMerger, NotesMerger];
  afterAll(() => Promise.all(mergers.map((merger) => merger.close())));

  it('the thread of the rooms goes on, and updates that take minutes are given up', async () => {
    // Each item begins where all the others do, and has to find its place among them.
    const hostile = Array.from({ length: 100 }, (_, group) => toBase64(itemsOf(group * 200 + 1, 200)));
    const merging = impatient.merge(hostile);
    let turns = 0;
    let merged: string | null | undefined;
    void merging.then((result) => {
      merged = result;
    });
    for (; merged === undefined; turns += 1) await turn();
    expect(merged).toBeNull();
    expect(turns).toBeGreaterThan(100);
  });

  it('what comes afterwards is put together, without what was deleted, also when another part cannot be read', async () => {
    const updates: string[] = [];
    const doc = new Y.Doc();
    doc.on('update', (update: Uint8Array) => updates.push(toBase64(update)));
    const text = doc.getText('notes');
    text.insert(0, 'a secret that stays in no update');
    text.delete(0, text.length);
    text.insert(0, 'hello');
    const [unreadable, merged] = await Promise.all([patient.merge(['////']), patient.merge(updates)]);
    expect(unreadable).toBeNull();
    const copy = new Y.Doc();
    Y.applyUpdate(copy, Buffer.from(merged ?? '', 'base64'));
    expect(copy.getText('notes').toString()).toBe('hello');
    expect(Buffer.from(merged ?? '', 'base64').toString('latin1')).not.toContain('secret');
  });
});

/** An update of Yjs (version 1): so many clients, each with one letter at the beginning of the text `n`. */
function itemsOf(firstClient: number, count: number): Uint8Array {
  const bytes = [...toVarUint(count)];
  for (let client = firstClient + count - 1; client >= firstClient; client -= 1) {
    bytes.push(1, ...toVarUint(client), 0, 4, 1, 1, 0x6e, 1, 0x61);
  }
  return Uint8Array.from([...bytes, 0]);
}

function toVarUint(value: number): number[] {
  return value < 128 ? [value] : [128 | (value % 128), ...toVarUint(Math.floor(value / 128))];
}

function toBase64(update: Uint8Array): string {
  return Buffer.from(update).toString('base64');
}
