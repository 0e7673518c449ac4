import type { DrillClient } from '../../kit/clients/DrillClient.ts';
import type { PrivateCluster } from '../../kit/deployment/PrivateCluster.ts';
import type { Fault } from './Fault.ts';
import { inTurn } from './inTurn.ts';
import { killNode } from './killNode.ts';
import { killServer } from './killServer.ts';
import { killWorker } from './killWorker.ts';
import type { LivingNodes } from './nodeWithMostPeople.ts';

/** The same as `node`, once every client has a second place ready. */
export function hotStandby(cluster: PrivateCluster, nodes: LivingNodes, clients: readonly DrillClient[]): Fault {
  return onceReady(killNode(cluster, nodes), clients);
}

/** The same as `server` and `worker` in turn, once every client has its second place on the same machine ready. */
export function hotStandbyOnOneMachine(clients: readonly DrillClient[]): Fault {
  return onceReady(inTurn('hot-standby', killServer, killWorker), clients);
}

function onceReady(fault: Fault, clients: readonly DrillClient[]): Fault {
  return {
    ...fault,
    name: 'hot-standby',
    async available(deployment) {
      const missing = await fault.available(deployment);
      if (missing !== null) return missing;
      const statuses = await Promise.all(clients.map((client) => client.status()));
      const index = statuses.findIndex(({ standsBy }) => !standsBy);
      return index < 0 ? null : `${clients[index]?.participantId} has no second place ready`;
    },
  };
}
