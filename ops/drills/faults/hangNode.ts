import { setTimeout as sleep } from 'node:timers/promises';
import type { PrivateCluster } from '../../kit/deployment/PrivateCluster.ts';
import type { Fault } from './Fault.ts';
import { type LivingNodes, nodeWithMostPeople } from './nodeWithMostPeople.ts';

/**
 * SIGSTOP to everything of the node with the most people, its supervisor included, and SIGCONT after `hangMs`: it comes
 * back with a stale view, as a virtual machine that was halted.
 */
export function hangNode(cluster: PrivateCluster, nodes: LivingNodes, hangMs: number): Fault {
  return {
    name: 'hang',
    breaksMedia: true,
    available: () => cluster.missing(),

    async inject() {
      const node = await nodeWithMostPeople(cluster, nodes);
      const { name = '' } = node;
      const at = Date.now();
      const stopped = node.freeze();
      return {
        at,
        what: `${name} and its ${stopped.length} processes stand still for ${hangMs} ms`,
        nodes: [name],
        heal: async () => {
          await sleep(hangMs);
          node.thaw();
        },
        replaced: () => cluster.missing(),
      };
    },
  };
}
