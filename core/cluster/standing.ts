import { DOUBTED_AFTER_MS } from './judgeNode.ts';

/** How a node and Redis hear of each other. */
export interface Contact {
  /** ms since Redis last took a sign of life of the node, by which others judge it. */
  readonly silentMs: number;
  /** For how long it had taken them without a break by then (ms). */
  readonly servedMs: number;
}

/** What a node sees of the cluster. */
export interface Outlook {
  readonly own: Contact;
  /**
   * The other nodes that lived when Redis was last heard, except those whose process has ended since; null for one that
   * does not answer.
   */
  readonly peers: readonly (Contact | null)[];
  readonly fenceAfterMs: number;
}

export type Standing =
  /** Redis takes its signs of life, or nobody's. */
  | 'in touch'
  /** Others have Redis, and this node does not: newcomers had better go there. */
  | 'cut off'
  /**
   * Cut off for so long that people must go too: the room may have muted or banned somebody, and this node does not
   * know.
   */
  | 'fenced'
  /** Neither Redis nor any other node answers: where people of a room sit on both sides, these are the ones to go. */
  | 'alone';

/**
 * Where a node stands without Redis. Nobody is sent away because Redis is down: then there is nowhere to go, and
 * nothing in the record that this node does not know.
 */
export function standingOf({ own, peers, fenceAfterMs }: Outlook): Standing {
  if (own.silentMs <= DOUBTED_AFTER_MS || peers.length === 0) return 'in touch';
  const isLong = own.silentMs > fenceAfterMs;
  const answers = peers.filter((peer) => peer !== null);
  if (answers.length === 0) return isLong ? 'alone' : 'in touch';
  const serving = answers.filter((peer) => peer.silentMs <= DOUBTED_AFTER_MS);
  if (serving.length === 0) return 'in touch';
  // When Redis comes back, one node is the first to have it: the others get the time that a cut takes.
  return isLong && serving.some(({ servedMs }) => servedMs > fenceAfterMs) ? 'fenced' : 'cut off';
}
