import type { PrivateCluster } from '../../kit/deployment/PrivateCluster.ts';
import type { Fault } from './Fault.ts';
import { type LivingNodes, nodeWithMostPeople } from './nodeWithMostPeople.ts';

/** SIGKILL to everything of the node with the most people, its supervisor included. It starts again afterwards. */
export function killNode(cluster: PrivateCluster, nodes: LivingNodes): Fault {
  return {
    name: 'node',
    breaksMedia: true,
    available: () => cluster.missing(),

    async inject() {
      const node = await nodeWithMostPeople(cluster, nodes);
      const { name = '' } = node;
      const at = Date.now();
      const killed = await node.kill();
      return {
        at,
        what: `${name} and its ${killed.length} processes killed`,
        nodes: [name],
        // Its people must not wait for it: it stays away until they are back.
        heal: () => Promise.resolve(),
        replaced: async () => {
          if (!node.isRunning) await node.startAgain();
          return cluster.missing();
        },
      };
    },
  };
}
