import type { NodeInfo } from '../../../core/ports.ts';
import type { PrivateCluster } from '../../kit/deployment/PrivateCluster.ts';
import type { PrivateDeployment } from '../../kit/deployment/PrivateDeployment.ts';

/** Asks the registry. */
export type LivingNodes = () => Promise<readonly Pick<NodeInfo, 'name' | 'participants'>[]>;

/** A fault that hits nobody proves nothing. @throws Error when the registry has no node of the cluster */
export async function nodeWithMostPeople(cluster: PrivateCluster, nodes: LivingNodes): Promise<PrivateDeployment> {
  const [fullest] = (await nodes()).toSorted((a, b) => b.participants - a.participants);
  if (!fullest) throw new Error('the registry has no living node');
  return cluster.node(fullest.name);
}
