import type { Logger } from '../ports.ts';
import type { NodeId } from '../room/state.ts';
import { type NodeChannel, NodeRefusal, REFUSED } from './NodeChannel.ts';

interface Listener {
  readonly parse: (body: unknown) => unknown;
  readonly hear: (from: NodeId, body: unknown) => unknown;
}

/** Who listens to which topic on this node: the receiving half of a channel. */
export class Topics implements Pick<NodeChannel, 'onTold' | 'onAsked'> {
  readonly #logger: Logger;
  readonly #told = new Map<string, Listener>();
  readonly #asked = new Map<string, Listener>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  onTold<T>(topic: string, parse: (body: unknown) => T, listener: (from: NodeId, body: T) => void): () => void {
    return add(this.#told, topic, parse, listener);
  }

  onAsked<T>(topic: string, parse: (body: unknown) => T, answer: (from: NodeId, body: T) => unknown): () => void {
    return add(this.#asked, topic, parse, answer);
  }

  /** Passes on what another node told. Never throws. */
  tell(from: NodeId, topic: string, body: unknown): void {
    const listener = this.#told.get(topic);
    try {
      if (listener) listener.hear(from, understood(listener, topic, body));
      else this.#logger.debug({ from, topic }, 'nobody listens to what another node told');
    } catch (error) {
      if (error instanceof NodeRefusal) this.#logger.warn({ from, topic, err: error }, 'a node is not understood');
      else this.#logger.error({ from, topic, err: error }, 'what another node told could not be handled');
    }
  }

  /** Returns the answer to what another node asked. @throws NodeRefusal, and nothing else */
  async ask(from: NodeId, topic: string, body: unknown): Promise<unknown> {
    const listener = this.#asked.get(topic);
    if (!listener) throw new NodeRefusal(REFUSED.topic, `This node knows no topic "${topic}".`);
    try {
      return await listener.hear(from, understood(listener, topic, body));
    } catch (error) {
      if (error instanceof NodeRefusal) throw error;
      this.#logger.error({ from, topic, err: error }, 'what another node asked could not be answered');
      throw new NodeRefusal(REFUSED.failed, 'Something went wrong in the other node; it was logged there.');
    }
  }
}

function add<T>(
  listeners: Map<string, Listener>,
  topic: string,
  parse: (body: unknown) => T,
  hear: (from: NodeId, body: T) => unknown,
): () => void {
  if (listeners.has(topic)) throw new Error(`The topic ${topic} has a listener already`);
  // `hear` gets only what `parse` returned.
  const listener: Listener = { parse, hear: hear as Listener['hear'] };
  listeners.set(topic, listener);
  return () => {
    if (listeners.get(topic) === listener) listeners.delete(topic);
  };
}

/** @throws NodeRefusal when the body has another shape */
function understood({ parse }: Listener, topic: string, body: unknown): unknown {
  try {
    return parse(body);
  } catch (error) {
    throw new NodeRefusal(REFUSED.body, `The body of "${topic}" is not understood: the nodes differ in version.`, {
      cause: error,
    });
  }
}
