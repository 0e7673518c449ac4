import type { Lifetimes } from '../../core/host/lifetimes.ts';

/** Rooms that no test waits for. */
export const KEPT_FOR_EVER: Lifetimes = { emptyMs: 0, retentionMs: 31_536_000_000 };
