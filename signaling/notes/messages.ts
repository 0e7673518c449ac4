/** What is put together, and the number by which its answer is known. */
export interface ToMerge {
  readonly id: number;
  readonly updates: readonly string[];
}

export interface Merged {
  readonly id: number;
  /** Null if the updates cannot be read. */
  readonly merged: string | null;
}

/** The id of a thread's first answer: it has loaded. */
export const LOADED = 0;
