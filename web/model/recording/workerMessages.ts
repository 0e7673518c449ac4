export type ToWorker =
  | { readonly type: 'open'; readonly folder: string; readonly name: string }
  /** Asks for one beat after this time. */
  | { readonly type: 'beat'; readonly afterMs: number }
  | { readonly type: 'write'; readonly bytes: ArrayBuffer }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'opened' | 'beat' | 'closed' }
  /** All of these bytes are on the disk. */
  | { readonly type: 'written'; readonly bytes: number }
  /** By the name of the browser's error. */
  | { readonly type: 'failed'; readonly name: string };
