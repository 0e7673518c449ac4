import {
  ASK_TIMEOUT_MS,
  LONGEST_BODY,
  type NodeChannel,
  NodeRefusal,
  REFUSED,
} from '../../core/cluster/NodeChannel.ts';
import { Topics } from '../../core/cluster/Topics.ts';
import { Unavailable } from '../../core/ports.ts';
import type { NodeId } from '../../core/room/state.ts';
import { silentLogger } from './system.ts';

/** The wires between the nodes of a test: everybody who joined reaches everybody else, unless the two are cut off. */
export class MemoryChannels {
  readonly #channels = new Map<NodeId, MemoryChannel>();
  readonly #cuts = new Set<string>();

  join(nodeId: NodeId): MemoryChannel {
    if (this.#channels.has(nodeId)) throw new Error(`${nodeId} has joined already`);
    const channel = new MemoryChannel(nodeId, (to) => (this.#isCut(nodeId, to) ? undefined : this.#channels.get(to)));
    this.#channels.set(nodeId, channel);
    this.#compare();
    return channel;
  }

  /** The process of this node ends. */
  leave(nodeId: NodeId): void {
    this.#channels.get(nodeId)?.reach(new Set());
    this.#channels.delete(nodeId);
    this.#compare(nodeId);
  }

  /** Requests of this node are taken by the others, and answered once `until` resolves. */
  holdAnswers(nodeId: NodeId, until: Promise<void>): void {
    const channel = this.#channels.get(nodeId);
    if (channel) channel.answersWaitFor = until;
  }

  cut(a: NodeId, b: NodeId): void {
    this.#cuts.add(pair(a, b));
    this.#compare();
  }

  heal(a: NodeId, b: NodeId): void {
    this.#cuts.delete(pair(a, b));
    this.#compare();
  }

  #isCut(a: NodeId, b: NodeId): boolean {
    return this.#cuts.has(pair(a, b));
  }

  /** `ended`: the node whose process has just ended. */
  #compare(ended?: NodeId): void {
    for (const channel of [...this.#channels.values()]) {
      const others = [...this.#channels.keys()].filter((id) => id !== channel.nodeId);
      channel.reach(new Set(others.filter((id) => !this.#isCut(channel.nodeId, id))), ended);
    }
  }
}

function pair(a: NodeId, b: NodeId): string {
  return JSON.stringify([a, b].sort());
}

/** One node's end of `MemoryChannels`. Delivers soon, never within the call. */
export class MemoryChannel implements NodeChannel {
  readonly nodeId: NodeId;
  answersWaitFor: Promise<void> = Promise.resolve();
  readonly #peer: (nodeId: NodeId) => MemoryChannel | undefined;
  readonly #topics = new Topics(silentLogger);
  readonly #connected = new Set<NodeId>();
  readonly #listeners = new Set<(nodeId: NodeId, connected: boolean, closed?: boolean) => void>();

  constructor(nodeId: NodeId, peer: (nodeId: NodeId) => MemoryChannel | undefined) {
    this.nodeId = nodeId;
    this.#peer = peer;
  }

  get connected(): ReadonlySet<NodeId> {
    return this.#connected;
  }

  onChange(listener: (nodeId: NodeId, connected: boolean, closed?: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(nodeId: NodeId, topic: string, body: unknown): void {
    const text = JSON.stringify(body ?? null);
    if (!this.#connected.has(nodeId) || text.length > LONGEST_BODY) return;
    queueMicrotask(() => {
      const peer = this.#peer(nodeId);
      if (peer) peer.#topics.tell(this.nodeId, topic, JSON.parse(text));
    });
  }

  async ask(nodeId: NodeId, topic: string, body: unknown, timeoutMs = ASK_TIMEOUT_MS): Promise<unknown> {
    const text = JSON.stringify(body ?? null);
    if (!this.#connected.has(nodeId)) throw new Unavailable('node', `The node ${nodeId} is not connected.`);
    if (text.length > LONGEST_BODY) throw new NodeRefusal(REFUSED.size, 'The body is too long.');
    const question = Promise.withResolvers<unknown>();
    const fail = (why: string) => question.reject(new Unavailable('node', `The node ${nodeId} ${why}.`));
    const timer = setTimeout(() => fail('does not answer'), timeoutMs);
    const forget = this.onChange((other, connected) => other === nodeId && !connected && fail('went away'));
    queueMicrotask(() => {
      const peer = this.#peer(nodeId);
      if (!peer) return;
      peer.#topics.ask(this.nodeId, topic, JSON.parse(text)).then(async (value) => {
        await this.answersWaitFor;
        const answered = JSON.stringify(value ?? null);
        if (!this.#connected.has(nodeId)) return;
        if (answered.length <= LONGEST_BODY) question.resolve(JSON.parse(answered));
        else question.reject(new NodeRefusal(REFUSED.size, 'The answer is too long.'));
      }, question.reject);
    });
    return question.promise.finally(() => {
      clearTimeout(timer);
      forget();
    });
  }

  onTold<T>(topic: string, parse: (body: unknown) => T, listener: (from: NodeId, body: T) => void): () => void {
    return this.#topics.onTold(topic, parse, listener);
  }

  onAsked<T>(topic: string, parse: (body: unknown) => T, answer: (from: NodeId, body: T) => unknown): () => void {
    return this.#topics.onAsked(topic, parse, answer);
  }

  /** From now on these are the nodes that it reaches; `ended` is one whose process has ended. */
  reach(nodes: ReadonlySet<NodeId>, ended?: NodeId): void {
    const gone = [...this.#connected].filter((id) => !nodes.has(id));
    const came = [...nodes].filter((id) => !this.#connected.has(id));
    for (const id of gone) this.#connected.delete(id);
    for (const id of came) this.#connected.add(id);
    for (const listener of [...this.#listeners]) {
      for (const id of gone) listener(id, false, id === ended);
      for (const id of came) listener(id, true);
    }
  }
}
