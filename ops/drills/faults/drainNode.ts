import type { PrivateCluster } from '../../kit/deployment/PrivateCluster.ts';
import type { PrivateDeployment } from '../../kit/deployment/PrivateDeployment.ts';
import { waitUntilNothingMissing } from '../../kit/waitUntil.ts';
import { RECOVERY_LIMIT_MS } from '../pace.ts';
import type { Fault } from './Fault.ts';
import { type LivingNodes, nodeWithMostPeople } from './nodeWithMostPeople.ts';

/** SIGTERM to the node with the most people: it sends them to the others and ends. It starts again afterwards. */
export function drainNode(cluster: PrivateCluster, nodes: LivingNodes): Fault {
  return {
    name: 'drain',
    breaksMedia: false,
    available: () => cluster.missing(),

    async inject() {
      const node = await nodeWithMostPeople(cluster, nodes);
      const at = Date.now();
      await drained(node);
      return {
        at,
        what: `${node.name} drained and ended in ${Date.now() - at} ms`,
        heal: () => Promise.resolve(),
        replaced: async () => {
          if (!node.isRunning) await node.startAgain();
          return cluster.missing();
        },
      };
    },
  };
}

/** Restarts every node, one after another, each when the one before it serves again. */
export function restartNodes(cluster: PrivateCluster): Fault {
  return {
    name: 'rolling',
    breaksMedia: false,
    available: () => cluster.missing(),

    async inject() {
      const at = Date.now();
      for (const node of cluster.nodes) {
        await drained(node);
        await node.startAgain();
        await waitUntilNothingMissing(`${node.name} is not back`, () => cluster.missing(), RECOVERY_LIMIT_MS);
      }
      return {
        at,
        what: `${cluster.nodes.length} nodes restarted one after another in ${Date.now() - at} ms`,
        heal: () => Promise.resolve(),
        replaced: () => cluster.missing(),
      };
    },
  };
}

/** @throws Error when it does not end by itself with exit code 0 */
async function drained(node: PrivateDeployment): Promise<void> {
  const code = await node.terminate();
  if (code !== 0) throw new Error(`${node.name} ended with ${code}: ${await node.logTail()}`);
}
