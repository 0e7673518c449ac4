import { backlogOf, cutOff, type EngineConnection } from './engineConnection.ts';

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
export class BacklogGuard {
  readonly #limits: BacklogLimits;
  readonly #onCutOff: (bytes: number) => void;
  #suspects = new WeakSet<EngineConnection>();

  constructor(limits: BacklogLimits, onCutOff: (bytes: number) => void) {
    this.#limits = limits;
    this.#onCutOff = onCutOff;
  }

  /** Looks at all connections every second; the returned function ends it. */
  start(connections: () => Iterable<EngineConnection>): () => void {
    const timer = setInterval(() => this.round(connections()), ROUND_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  round(connections: Iterable<EngineConnection>): void {
    const { backlogBytes, totalBacklogBytes } = this.#limits;
    const backlogs = [...connections].map((connection) => ({ connection, bytes: backlogOf(connection) }));
    let total = backlogs.reduce((sum, { bytes }) => sum + bytes, 0);
    const suspects = new WeakSet<EngineConnection>();
    for (const { connection, bytes } of backlogs.sort((a, b) => b.bytes - a.bytes)) {
      const isOver = bytes > backlogBytes;
      if ((isOver && this.#suspects.has(connection)) || total > totalBacklogBytes) {
        total -= bytes;
        this.#onCutOff(bytes);
        cutOff(connection);
      } else if (isOver) suspects.add(connection);
    }
    this.#suspects = suspects;
  }
}
