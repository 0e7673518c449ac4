import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivateCluster } from '../../kit/deployment/PrivateCluster.ts';
import { LANES, type Lane } from '../../kit/network/PrivateNetworks.ts';
import type { Fault } from './Fault.ts';
import { type LivingNodes, nodeWithMostPeople } from './nodeWithMostPeople.ts';

/** From whom a node is cut off. */
export type CutFrom = 'all' | Lane;

/**
 * Loses every packet between the node with the most people and everybody, or Redis, or the other nodes, or its clients,
 * without a word (no FIN). The network comes back after `cutMs`.
 */
export function cutNode(cluster: PrivateCluster, nodes: LivingNodes, from: CutFrom, cutMs: number): Fault {
  const lanes = from === 'all' ? LANES : [from];
  return {
    name: 'partition',
    // Without the other nodes it has all that its people need.
    breaksMedia: from !== 'peers',
    available: () => cluster.missing(),

    async inject() {
      const node = await nodeWithMostPeople(cluster, nodes);
      const { name = '' } = node;
      const at = Date.now();
      await cluster.cut(node, lanes);
      return {
        at,
        what: `${name} cut off from ${from === 'all' ? 'everybody' : from} for ${cutMs} ms`,
        nodes: from === 'peers' ? [] : [name],
        heal: async () => {
          await sleep(cutMs);
          await cluster.mend(node, lanes);
        },
        replaced: () => cluster.missing(),
      };
    },
  };
}
