/** How the connection to another node stands, as far as it says something about the node. */
export type PeerLink =
  | 'connected'
  /** The other end was closed, as the system does at once when a process ends. */
  | 'closed'
  /** It fell silent: the process hangs, or the way there is cut. */
  | 'silent'
  /** There was none lately. */
  | 'none';

/** What a node knows about another one that Redis has not heard of lately. */
export interface NodeEvidence {
  /** For how long Redis has not heard of it (ms); Infinity if it said that it stops. */
  readonly silentMs: number;
  /** For how long this node has had Redis without a break (ms): of what was before it knows nothing. */
  readonly watchedMs: number;
  readonly link: PeerLink;
  /** Whether a node of the same name has started since: then its process is over. */
  readonly isReplaced: boolean;
}

/** A node that Redis has not heard of for longer than this takes nobody new, and may be dead. */
export const DOUBTED_AFTER_MS = 3_000;
/** How much longer than FENCE_AFTER_MS others wait, since a node finds out a little late that it is cut off. */
export const FENCE_MARGIN_MS = 3_000;

/**
 * Returns whether the people of a node may be recorded as disconnected. A process that has certainly ended is dead
 * soon. One that may still live is given `patienceMs`: by then it has sent its people away (`standingOf`), so that
 * nobody is recorded as gone who still talks there.
 */
export function isDead({ silentMs, watchedMs, link, isReplaced }: NodeEvidence, patienceMs: number): boolean {
  if (silentMs === Number.POSITIVE_INFINITY) return true;
  const seenSilentMs = Math.min(silentMs, watchedMs);
  if (seenSilentMs <= DOUBTED_AFTER_MS) return false;
  return link === 'closed' || isReplaced || seenSilentMs > patienceMs;
}
