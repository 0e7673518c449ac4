import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivateCluster } from '../../kit/deployment/PrivateCluster.ts';
import { LANES, type Lane } from '../../kit/network/PrivateNetworks.ts';
import type { Fault } from './Fault.ts';
import { type LivingNodes, nodeWithMostPeople } from './nodeWithMostPeople.ts';

/** From whom a node is cut off. */
export type CutFrom = 'all' | Lane;

/**
 * Loses every packet between the node with the most people and everybody, or Redis, or the other nodes, or its clients,
 * without a word (no FIN). The network comes back after `cutMs`. `fenceAfterMs`: as on the nodes.
 */
export function cutNode(
  cluster: PrivateCluster,
  nodes: LivingNodes,
  from: CutFrom,
  cutMs: number,
  fenceAfterMs = 10_000,
): Fault {
  const lanes = from === 'all' ? LANES : [from];
  // Without the other nodes a node has all that its people need, and without Redis for some time.
  const isNoticed = from === 'all' || from === 'clients' || (from === 'redis' && cutMs > fenceAfterMs);
  return {
    name: 'partition',
    breaksMedia: isNoticed,
    available: () => cluster.missing(),

    async inject() {
      const node = await nodeWithMostPeople(cluster, nodes);
      const { name = '' } = node;
      const at = Date.now();
      await cluster.cut(node, lanes);
      return {
        at,
        what: `${name} cut off from ${from === 'all' ? 'everybody' : from} for ${cutMs} ms`,
        nodes: isNoticed ? [name] : [],
        heal: async () => {
          await sleep(cutMs);
          await cluster.mend(node, lanes);
        },
        replaced: () => cluster.missing(),
      };
    },
  };
}
