import type { NodeId } from '../room/state.ts';
import type { PeerLink } from './judgeNode.ts';
import type { NodeChannel } from './NodeChannel.ts';

/** A connection that closed while Redis still heard of its node for longer than this did not close with its process. */
const TOGETHER_MS = 5_000;
/** More than the nodes of any cluster: those that ended last are remembered. */
const MOST_ENDED = 1_000;

interface Ended {
  readonly link: 'closed' | 'silent';
  /** ms, by `elapsed`. */
  readonly at: number;
}

/** How the connections to other nodes stand or ended: evidence of whether these live. */
export class PeerLinks {
  readonly #elapsed: () => number;
  readonly #ended = new Map<NodeId, Ended>();
  #channel: NodeChannel | null = null;

  /** `elapsed`: monotonic ms. */
  constructor(elapsed: () => number = () => performance.now()) {
    this.#elapsed = elapsed;
  }

  /** From now on learns from this channel. Until then it knows nothing. */
  watch(channel: NodeChannel): void {
    this.#channel = channel;
    channel.onChange((nodeId, connected, closed) => {
      this.#ended.delete(nodeId);
      if (connected) return;
      this.#ended.set(nodeId, { link: closed ? 'closed' : 'silent', at: this.#elapsed() });
      const [oldest] = this.#ended.keys();
      if (this.#ended.size > MOST_ENDED && oldest !== undefined) this.#ended.delete(oldest);
    });
  }

  /** `silentMs`: for how long Redis has not heard of the node. */
  to(nodeId: NodeId, silentMs: number): PeerLink {
    if (this.#channel?.connected.has(nodeId)) return 'connected';
    const ended = this.#ended.get(nodeId);
    if (!ended || this.#elapsed() - ended.at > silentMs + TOGETHER_MS) return 'none';
    return ended.link;
  }
}
