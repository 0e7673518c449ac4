import { setTimeout as sleep } from 'node:timers/promises';
import { assertNever } from '../../../core/room/assertNever.ts';
import type { PrivateCluster } from '../../kit/deployment/PrivateCluster.ts';
import type { PrivateDeployment } from '../../kit/deployment/PrivateDeployment.ts';
import type { PrivateRedis } from '../../kit/PrivateRedis.ts';
import { chooseFaults, type Drawn, isOfRedis } from './chooseFaults.ts';
import { type CutFrom, cutNode } from './cutNode.ts';
import { downRedis } from './downRedis.ts';
import { drainNode } from './drainNode.ts';
import type { Fault } from './Fault.ts';
import { hangNode } from './hangNode.ts';
import { killNode } from './killNode.ts';
import { killWorker } from './killWorker.ts';
import type { LivingNodes } from './nodeWithMostPeople.ts';
import { onNode } from './onNode.ts';
import { slowRedis } from './slowRedis.ts';
import { stutterRedis } from './stutterRedis.ts';

/** Each injection is another fault, or two that overlap, of any kind, anywhere. The numbers decide which. */
export function randomFaults(cluster: PrivateCluster, redis: PrivateRedis, random: () => number): Fault {
  return {
    name: 'random',
    breaksMedia: true,
    available: () => cluster.missing(),

    async inject(deployment) {
      const drawn = chooseFaults(random, cluster.nodes.length, cluster.canCut);
      const injected = await Promise.all(
        drawn.map(async (each) => {
          await sleep(each.afterMs);
          return toFault(each, cluster, redis).inject(deployment);
        }),
      );
      // People whom a drain sends on may come to a node that is hit at the same time.
      const alone = drawn.length === 1;
      const hit = drawn
        .filter((each) => !isOfRedis(each) && !(alone && each.kind === 'drain'))
        .map(({ node }) => cluster.nodes[node]?.name ?? '');
      return {
        at: Math.min(...injected.map(({ at }) => at)),
        what: injected.map(({ what }) => what).join(', and '),
        nodes: hit,
        heal: async () => {
          await Promise.all(injected.map(({ heal }) => heal()));
        },
        replaced: async () => {
          const missing = await Promise.all(injected.map(({ replaced }) => replaced()));
          return missing.find((reason) => reason !== null) ?? null;
        },
      };
    },
  };
}

function toFault({ kind, node: index, lastsMs }: Drawn, cluster: PrivateCluster, redis: PrivateRedis): Fault {
  const node = cluster.nodes[index] as PrivateDeployment;
  // The registry cannot be asked while Redis is away.
  const meant: LivingNodes = async () => [{ name: node.name ?? '', participants: 0 }];
  const cut = (from: CutFrom): Fault => cutNode(cluster, meant, from, lastsMs);
  switch (kind) {
    case 'node killed':
      return killNode(cluster, meant);
    case 'hang':
      return hangNode(cluster, meant, lastsMs);
    case 'cut from everybody':
      return cut('all');
    case 'cut from redis':
      return cut('redis');
    case 'cut from peers':
      return cut('peers');
    case 'cut from clients':
      return cut('clients');
    case 'worker killed':
      return onNode(killWorker, node);
    case 'drain':
      return drainNode(cluster, meant);
    case 'redis restarted':
      return downRedis(redis, lastsMs);
    case 'redis paused':
      return slowRedis(redis, lastsMs);
    case 'redis slow':
      return stutterRedis(redis, lastsMs);
    default:
      return assertNever(kind);
  }
}
