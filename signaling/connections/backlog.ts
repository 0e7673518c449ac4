import type { EngineConnection } from './engineConnection.ts';
import { backlogOf, cutOff } from './engineConnection.ts';

const ROUND_MS = 1_000;

export interface BacklogLimits {
  /** Bytes that may wait for one client. */
  readonly backlogBytes: number;
  /** Bytes that may wait for all clients together. */
  readonly totalBacklogBytes: number;
}

/**
 * Cuts off clients that do not read what they get: each that lets more than `backlogBytes` wait from one round to the
 * next, and, when all of them together let too much wait, those with the most.
 */
export function guardBacklog(
  connections: () => Iterable<EngineConnection>,
  limits: BacklogLimits,
  onCutOff: (bytes: number) => void,
): () => void {
  let suspects = new WeakSet<EngineConnection>();
  const timer = setInterval(() => {
    const slow = [...connections()].map((connection) => ({ connection, bytes: backlogOf(connection) }));
    let total = slow.reduce((sum, { bytes }) => sum + bytes, 0);
    const next = new WeakSet<EngineConnection>();
    for (const { connection, bytes } of slow.sort((a, b) => b.bytes - a.bytes)) {
      const isOver = bytes > limits.backlogBytes;
      if ((isOver && suspects.has(connection)) || total > limits.totalBacklogBytes) {
        total -= bytes;
        onCutOff(bytes);
        cutOff(connection);
      } else if (isOver) next.add(connection);
    }
    suspects = next;
  }, ROUND_MS);
  timer.unref();
  return () => clearInterval(timer);
}
