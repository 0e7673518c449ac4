import type { PrivateCluster } from '../../kit/deployment/PrivateCluster.ts';
import type { CrowdedRoom } from '../CrowdedRoom.ts';
import type { Fault } from './Fault.ts';
import { inTurn } from './inTurn.ts';
import { killNode } from './killNode.ts';
import type { LivingNodes } from './nodeWithMostPeople.ts';

/** In turn: a whole crowd publishes at one moment; a node is killed and all of its people come back at once. */
export function storm(cluster: PrivateCluster, nodes: LivingNodes, crowd: CrowdedRoom): Fault {
  return inTurn('storm', publishAtOnce(crowd), comeBackAtOnce(cluster, nodes, crowd));
}

function publishAtOnce(crowd: CrowdedRoom): Fault {
  return {
    name: 'publish-storm',
    breaksMedia: false,
    available: () => crowd.missing(),

    async inject() {
      await crowd.changePeople();
      const at = Date.now();
      await crowd.publishAtOnce();
      const what = `${crowd.size} people published camera and microphone at one moment (${Date.now() - at} ms)`;
      return {
        at,
        what,
        // It hits nobody: meetings on the same nodes go on.
        nodes: [],
        heal: () => Promise.resolve(),
        replaced: () => crowd.missing(),
      };
    },
  };
}

function comeBackAtOnce(cluster: PrivateCluster, nodes: LivingNodes, crowd: CrowdedRoom): Fault {
  const kill = killNode(cluster, nodes);
  return {
    ...kill,
    name: 'return-storm',
    available: async (deployment) => (await crowd.missing()) ?? (await kill.available(deployment)),

    async inject(deployment) {
      const before = await crowd.returns();
      const injected = await kill.inject(deployment);
      return {
        ...injected,
        what: `${injected.what}; its people come back at once`,
        replaced: async () => {
          if ((await crowd.returns()) === before) return 'nobody of the crowd has come back';
          return (await crowd.missing()) ?? (await injected.replaced());
        },
      };
    },
  };
}
