import { Gauge } from 'prom-client';
import type { Server } from 'socket.io';
import type { NodeChannel } from '../../core/cluster/NodeChannel.ts';
import type { Clock, Logger, NodeInfo, NodeRegistry } from '../../core/ports.ts';
import type { NodeId } from '../../core/room/state.ts';
import { acceptNodes, type Door } from './acceptNodes.ts';
import { ClusterKey } from './ClusterKey.ts';
import { LinkedNodes } from './LinkedNodes.ts';
import { NodeDialer } from './NodeDialer.ts';
import { StartCheck } from './StartCheck.ts';

interface NodesDeps {
  readonly nodeId: NodeId;
  /** The secrets whose holders are nodes of this cluster, that of this node first. */
  readonly secrets: readonly { reveal(): string }[];
  readonly registry: Pick<NodeRegistry, 'nodes'>;
  /** The clock of this machine. */
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The other nodes of the cluster. */
export interface Nodes {
  readonly channel: NodeChannel;
  /** Lets other nodes in over this server. Called once. */
  accept(io: Server, door: Door): void;
  /**
   * Connects to the living nodes from now on; this node must be reachable, and in the registry with `self`.
   * `sharesAddress`: another process serves at its address; else one that began earlier there is gone.
   */
  start(self: NodeInfo, options: { readonly sharesAddress: boolean }): void;
  /** What keeps this node apart from those that were there before it; null if nothing is known. */
  readonly problem: string | null;
  /** Ends all connections. */
  close(): void;
}

export function createNodes(deps: NodesDeps): Nodes {
  const { clock, nodeId, registry } = deps;
  const logger = deps.logger.child({ part: 'nodes' });
  const keys = deps.secrets.map((secret) => new ClusterKey(secret.reveal()));
  const nodes = new LinkedNodes(clock, logger);
  const dialer = new NodeDialer({ nodeId, keys, registry, nodes, clock, logger });
  const check = new StartCheck({ nodeId, keys, channel: nodes, peers: () => dialer.peers, clock, logger });
  return {
    channel: nodes,
    get problem() {
      return check.problem;
    },
    accept(io, door) {
      acceptNodes(io, { ...door, nodeId, keys, nodes, clock, logger });
      new Gauge({
        name: 'everroom_peer_connected',
        help: 'Whether this node is connected to each other living node, by name.',
        labelNames: ['peer'],
        registers: [door.registry],
        collect() {
          this.reset();
          for (const peer of dialer.peers) this.inc({ peer: peer.name }, nodes.connected.has(peer.nodeId) ? 1 : 0);
        },
      });
    },
    start(self, { sharesAddress }) {
      dialer.start(self, sharesAddress);
      check.start(self);
    },
    close() {
      check.stop();
      dialer.stop();
      nodes.close();
    },
  };
}
