import type { NodeId } from '../room/state.ts';

/** How long `ask` waits for an answer. */
export const ASK_TIMEOUT_MS = 3_000;
/** The longest body and answer, in characters of its JSON. */
export const LONGEST_BODY = 1 << 20;

/** Refusals of the channel itself; the other codes are those of the topic. */
export const REFUSED = {
  /** Nobody listens to the topic there: the node is of another version. */
  topic: 'TOPIC_UNKNOWN',
  /** The body has another shape than the node there expects. */
  body: 'NOT_UNDERSTOOD',
  /** Body or answer is longer than LONGEST_BODY. */
  size: 'TOO_LARGE',
  /** The node there failed, and logged it. */
  failed: 'FAILED',
} as const;

/** Another node says no: it understood the question, and asking again does not help. */
export class NodeRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NodeRefusal';
    this.code = code;
  }
}

/**
 * Talks to the other nodes of the cluster: one authenticated connection for each pair of nodes. Bodies and answers are
 * JSON. What one node tells and asks arrives in this order; nothing is delivered twice. All of it is encrypted, also
 * without TLS, so that bodies may hold keys.
 */
export interface NodeChannel {
  /** The nodes that can be told and asked now. It changes as they come and go. */
  readonly connected: ReadonlySet<NodeId>;
  /**
   * Calls `listener` for each node that comes or goes from now on; the returned function ends it. `closed`: it goes
   * because its end of the connection was closed, as it is at once when its process ends, rather than because it fell
   * silent.
   */
  onChange(listener: (nodeId: NodeId, connected: boolean, closed?: boolean) => void): () => void;
  /** Sends; it is lost if the node is not connected, or if the body is longer than LONGEST_BODY. */
  tell(nodeId: NodeId, topic: string, body: unknown): void;
  /**
   * Returns the answer, which the caller parses.
   * @throws Unavailable ('node') when the node is not connected, goes away or does not answer in time: whether the
   * request took effect is unknown
   * @throws NodeRefusal when the node refuses
   */
  ask(nodeId: NodeId, topic: string, body: unknown, timeoutMs?: number): Promise<unknown>;
  /**
   * Listens to what is told; `parse` throws on a body of another shape, which is dropped then. A topic has one
   * listener. The returned function ends it.
   */
  onTold<T>(topic: string, parse: (body: unknown) => T, listener: (from: NodeId, body: T) => void): () => void;
  /**
   * Answers what is asked, with a value or a promise of one; undefined arrives as null. `answer` refuses by throwing a
   * NodeRefusal. A topic has one `answer`. The returned function ends it.
   */
  onAsked<T>(topic: string, parse: (body: unknown) => T, answer: (from: NodeId, body: T) => unknown): () => void;
}
