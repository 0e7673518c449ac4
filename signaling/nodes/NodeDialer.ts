import type { Clock, Logger, NodeInfo, NodeRegistry } from '../../core/ports.ts';
import type { NodeId } from '../../core/room/state.ts';
import type { ClusterKey } from './ClusterKey.ts';
import { dialNode } from './dialNode.ts';
import { DialerHandshake } from './handshake.ts';
import type { LinkedNodes } from './LinkedNodes.ts';
import { CHANNEL_VERSION, type ChannelRefusal } from './wire.ts';

const LOOK_EVERY_MS = 1_000;
const RETRY_FIRST_MS = 50;
const RETRY_LAST_MS = 1_000;
/** A refusal does not end by itself: somebody must change a setting. */
const RETRY_REFUSED_MS = 3_000;
/** As often the node with the greater id looks and waits for the other one, before it connects itself. */
const LOOKS_BEFORE_DIALING = 1;

interface DialerDeps {
  readonly nodeId: NodeId;
  readonly keys: readonly ClusterKey[];
  readonly registry: Pick<NodeRegistry, 'nodes'>;
  readonly nodes: LinkedNodes;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly dial?: typeof dialNode;
}

interface Peer {
  info: NodeInfo;
  /** How often this node looked at the list and was not connected to the peer. */
  looksWithout: number;
  failures: number;
  hangUp: (() => void) | null;
  cancelRetry: (() => void) | null;
  /** What was logged last. */
  problem: string;
}

/**
 * Keeps this node connected to every living node of the registry. Of two nodes the one with the smaller id connects;
 * the other one does so a little later, because perhaps only one of them can reach the other.
 */
export class NodeDialer {
  readonly #deps: DialerDeps;
  readonly #peers = new Map<NodeId, Peer>();
  #cancelLook: (() => void) | null = null;
  #running = false;
  #isPast: (node: NodeInfo) => boolean = () => false;

  constructor(deps: DialerDeps) {
    this.#deps = deps;
    deps.nodes.onChange((nodeId, connected) => {
      const peer = this.#peers.get(nodeId);
      if (!peer || !connected) return;
      peer.problem = '';
      peer.failures = 0;
      peer.looksWithout = 0;
    });
  }

  /** The other living nodes, as far as this node knows. */
  get peers(): readonly NodeInfo[] {
    return [...this.#peers.values()].map(({ info }) => info);
  }

  /**
   * `sharesAddress`: another process serves at the address of `self`; else one that began there earlier is gone, and
   * only the registry has it for a while.
   */
  start(self: NodeInfo, sharesAddress: boolean): void {
    this.#running = true;
    this.#isPast = ({ internalUrl, startedAt }) =>
      !sharesAddress && internalUrl === self.internalUrl && startedAt < self.startedAt;
    void this.#look();
  }

  stop(): void {
    this.#running = false;
    this.#cancelLook?.();
    for (const peer of this.#peers.values()) this.#forget(peer);
  }

  async #look(): Promise<void> {
    const { clock, logger, nodeId, registry } = this.#deps;
    try {
      const others = (await registry.nodes()).filter((node) => node.nodeId !== nodeId && !this.#isPast(node));
      if (this.#running) this.#compare(others);
    } catch (error) {
      // Redis is away: for all that is known, the same nodes as before are there.
      logger.debug({ err: error }, 'the list of nodes is not up to date');
    }
    if (this.#running) this.#cancelLook = clock.setTimer(LOOK_EVERY_MS, () => void this.#look());
  }

  #compare(others: readonly NodeInfo[]): void {
    const { connected } = this.#deps.nodes;
    const living = new Set(others.map(({ nodeId }) => nodeId));
    for (const [nodeId, peer] of this.#peers) {
      // A node that the registry has lost may live: its connection says so.
      if (living.has(nodeId) || connected.has(nodeId)) continue;
      this.#forget(peer);
      this.#peers.delete(nodeId);
    }
    for (const info of others) {
      const known = this.#peers.get(info.nodeId);
      if (known) known.info = info;
      const peer = known ?? { info, looksWithout: 0, failures: 0, hangUp: null, cancelRetry: null, problem: '' };
      this.#peers.set(info.nodeId, peer);
      if (!connected.has(info.nodeId)) peer.looksWithout += 1;
      this.#reach(peer);
    }
  }

  #reach(peer: Peer): void {
    const { internalUrl, channelVersion, nodeId } = peer.info;
    if (this.#deps.nodes.connected.has(nodeId)) return;
    if (channelVersion !== CHANNEL_VERSION || internalUrl === null) {
      const theirs = channelVersion === 0 ? 'it has none' : `it speaks version ${channelVersion}`;
      this.#complain(peer, `the channel between nodes differs: ${theirs}, this node version ${CHANNEL_VERSION}`);
    } else if (this.#deps.nodeId < nodeId || peer.looksWithout > LOOKS_BEFORE_DIALING) {
      if (!peer.hangUp && !peer.cancelRetry) this.#dial(peer, internalUrl);
    }
  }

  #dial(peer: Peer, url: string): void {
    const { clock, dial = dialNode, keys, nodeId, nodes } = this.#deps;
    const handshake = new DialerHandshake(nodeId, peer.info.nodeId, keys);
    const onEnd = (problem: string, refusal: ChannelRefusal | null): void => {
      peer.hangUp = null;
      if (this.#running && this.#peers.get(peer.info.nodeId) === peer) this.#retry(peer, problem, refusal);
    };
    peer.hangUp = dial({ url, handshake, nodes, clock, onEnd });
  }

  #retry(peer: Peer, problem: string, refusal: ChannelRefusal | null): void {
    if (this.#deps.nodes.connected.has(peer.info.nodeId)) return;
    peer.failures += 1;
    const needsPeople = refusal !== null && refusal.code !== 'NODE_UNKNOWN';
    // A connection that breaks once is restored at once; that is no news.
    if (needsPeople || peer.failures > 1) this.#complain(peer, problem);
    const pauseMs = needsPeople ? RETRY_REFUSED_MS : Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** peer.failures);
    peer.cancelRetry = this.#deps.clock.setTimer(pauseMs * (0.5 + Math.random() / 2), () => {
      peer.cancelRetry = null;
      this.#reach(peer);
    });
  }

  #complain(peer: Peer, problem: string): void {
    if (peer.problem === problem) return;
    peer.problem = problem;
    const { internalUrl, name, nodeId } = peer.info;
    this.#deps.logger.warn({ peer: nodeId, name, internalUrl, problem }, 'a node of the cluster cannot be reached');
  }

  #forget(peer: Peer): void {
    peer.cancelRetry?.();
    peer.cancelRetry = null;
    peer.hangUp?.();
  }
}
