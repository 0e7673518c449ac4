import { parentPort } from 'node:worker_threads';
import * as Y from 'yjs';
import { LOADED, type Merged, type ToMerge } from './messages.ts';

// Runs in a thread of its own: some updates keep Yjs busy for minutes.
parentPort?.on('message', ({ id, updates }: ToMerge) => {
  parentPort?.postMessage({ id, merged: together(updates) } satisfies Merged);
});
parentPort?.postMessage({ id: LOADED, merged: null } satisfies Merged);

/** Deleted text leaves with the document that is made of the updates: merging alone keeps all that was ever written. */
function together(updates: readonly string[]): string | null {
  const doc = new Y.Doc();
  try {
    for (const update of updates) Y.applyUpdate(doc, Buffer.from(update, 'base64'));
    return Buffer.from(Y.encodeStateAsUpdate(doc)).toString('base64');
  } catch {
    return null;
  } finally {
    doc.destroy();
  }
}
