import { assertNever } from '../../core/room/assertNever.ts';
import type { Cleanup } from '../kit/cleanup.ts';
import type { DrillClient } from '../kit/clients/DrillClient.ts';
import type { Deployment } from '../kit/deployment/Deployment.ts';
import { PrivateCluster } from '../kit/deployment/PrivateCluster.ts';
import { PrivateDeployment } from '../kit/deployment/PrivateDeployment.ts';
import { runningDeployment } from '../kit/deployment/runningDeployment.ts';
import { PrivateNetworks } from '../kit/network/PrivateNetworks.ts';
import type { PrivateRedis } from '../kit/PrivateRedis.ts';
import { randomFrom } from '../kit/random.ts';
import { ShardedRedis } from '../kit/ShardedRedis.ts';
import { WatchedRedis } from '../kit/WatchedRedis.ts';
import { CrowdedRoom } from './CrowdedRoom.ts';
import { cutNode } from './faults/cutNode.ts';
import { downRedis } from './faults/downRedis.ts';
import { drainNode, restartNodes } from './faults/drainNode.ts';
import type { Fault } from './faults/Fault.ts';
import { failOverRedis } from './faults/failOverRedis.ts';
import { freezeReencoder } from './faults/freezeReencoder.ts';
import { hangNode } from './faults/hangNode.ts';
import { hotStandby, hotStandbyOnOneMachine } from './faults/hotStandby.ts';
import { inTurn } from './faults/inTurn.ts';
import { killNode } from './faults/killNode.ts';
import { killReencoder } from './faults/killReencoder.ts';
import { killServer } from './faults/killServer.ts';
import { killServerAndStandby } from './faults/killServerAndStandby.ts';
import { killStandby } from './faults/killStandby.ts';
import { killWorker } from './faults/killWorker.ts';
import { moveSlots } from './faults/moveSlots.ts';
import type { LivingNodes } from './faults/nodeWithMostPeople.ts';
import { randomFaults } from './faults/randomFaults.ts';
import { slowRedis } from './faults/slowRedis.ts';
import { storm } from './faults/storm.ts';
import { upgradeServers } from './faults/upgradeServers.ts';
import type { MeetingScene, Member } from './Meeting.ts';
import type { DrillOptions } from './options.ts';
import { roomsOn } from './rooms.ts';
import { soakFaults } from './soak/soakFaults.ts';

const FREEZE_MS = 3_000;
/** Two, so that one is left when the other is killed. */
const WORKERS = 2;
/** Of a node in a cluster: another node is left when it is killed. */
const WORKERS_OF_NODE = 1;

/** What a drill hurts, and how. */
export interface Prepared {
  readonly deployment: Deployment;
  /** `nodes` and `clients` are those of the scene. */
  readonly fault: (nodes: LivingNodes, clients: readonly DrillClient[], crowd?: CrowdedRoom | null) => Fault;
  /** Opens the room of those who make storms. */
  readonly crowd?: (scene: MeetingScene) => Promise<CrowdedRoom>;
  /** Everybody is in one room of `deployment` if not given. */
  readonly rooms?: (clients: readonly DrillClient[]) => Member[][];
  /** The last lines of the logs of what was started for this drill. */
  readonly logTail: () => Promise<string>;
}

type ToFault = (
  cluster: PrivateCluster,
  nodes: LivingNodes,
  clients: readonly DrillClient[],
  crowd: CrowdedRoom | null,
) => Fault;

/** Starts the servers that a drill needs; `cleanup` ends them. */
export async function prepare(options: DrillOptions, cleanup: Cleanup): Promise<Prepared> {
  switch (options.fault) {
    case 'worker':
      return prepareServer(options, cleanup, killWorker, {});
    case 'server':
      return prepareServer(options, cleanup, killServer, {});
    case 'standby':
      return prepareServer(options, cleanup, inTurn('standby', killStandby, killServerAndStandby), {});
    case 'upgrade':
      return prepareServer(options, cleanup, upgradeServers, {});
    case 'reencoder': {
      const fault = inTurn('reencoder', killReencoder, freezeReencoder(FREEZE_MS));
      // Take every camera, whether or not the machine has the CPU for it.
      const settings = { REENCODER: options.engine, REENCODER_TRACKS: String(options.participants) };
      return prepareServer(options, cleanup, fault, settings);
    }
    case 'soak': {
      const settings = { REENCODER: options.engine, REENCODER_TRACKS: String(options.participants) };
      return prepareServer(options, cleanup, soakFaults(options.engine !== 'off'), settings);
    }
    case 'redis-failover': {
      const redis = await WatchedRedis.start();
      cleanup.add(() => redis.stop());
      const settings = { REDIS_URL: redis.url, DURABILITY: 'replica' };
      return prepareServer(options, cleanup, failOverRedis(redis), settings);
    }
    case 'node':
      return prepareCluster(options, cleanup, killNode);
    case 'drain':
      return prepareCluster(options, cleanup, drainNode);
    case 'rolling':
      return prepareCluster(options, cleanup, restartNodes);
    case 'hot-standby':
      if (options.nodes === 1) {
        const server = await prepareServer(options, cleanup, killServer, { HOT_STANDBY: 'on' });
        return { ...server, fault: (_, clients) => hotStandbyOnOneMachine(clients) };
      }
      return prepareCluster(options, cleanup, hotStandby, { HOT_STANDBY: 'on' });
    case 'hang':
      return prepareCluster(options, cleanup, (cluster, nodes) => hangNode(cluster, nodes, options.lastsMs));
    case 'partition':
      return prepareCluster(options, cleanup, (cluster, nodes) =>
        cutNode(cluster, nodes, options.cutFrom, options.lastsMs),
      );
    case 'redis-down':
      return prepareCluster(options, cleanup, (cluster) => downRedis(redisOf(cluster), options.lastsMs));
    case 'redis-slow':
      return prepareCluster(options, cleanup, (cluster) => slowRedis(redisOf(cluster), options.lastsMs));
    case 'random':
      return prepareCluster(options, cleanup, (cluster) =>
        randomFaults(cluster, redisOf(cluster), randomFrom(options.seed + 1)),
      );
    case 'redis-slots': {
      const redis = await ShardedRedis.start();
      cleanup.add(() => redis.stop());
      return prepareCluster(options, cleanup, () => moveSlots(redis), { REDIS_URL: redis.url });
    }
    case 'storm': {
      const toFault: ToFault = (cluster, nodes, _clients, crowd) => {
        if (!crowd) throw new Error('a storm needs a crowd');
        return storm(cluster, nodes, crowd);
      };
      // The crowd must get in: what a storm does is drilled, and not that it is turned away.
      return prepareCluster(options, cleanup, toFault, { MAX_CONSUMERS: '0', BUSY_MS: '60000' });
    }
    default:
      return assertNever(options.fault);
  }
}

/** A private server, or the one that runs at a URL. */
async function prepareServer(
  { url }: DrillOptions,
  cleanup: Cleanup,
  fault: Fault,
  settings: Readonly<Record<string, string>>,
): Promise<Prepared> {
  const own = url === undefined ? await PrivateDeployment.start({ workers: WORKERS, settings }) : undefined;
  cleanup.add(() => own?.stop());
  return {
    deployment: own ?? runningDeployment(url ?? ''),
    fault: () => fault,
    logTail: async () => (await own?.logTail()) ?? '',
  };
}

async function prepareCluster(
  { fault, nodes, pages, spread, crowd: size }: DrillOptions,
  cleanup: Cleanup,
  toFault: ToFault,
  settings: Readonly<Record<string, string>> = {},
): Promise<Prepared> {
  // These faults hit whole nodes, so supervisors and standbys would only take CPU from the measurement.
  const cluster = await PrivateCluster.start({
    ...{ nodes, workers: WORKERS_OF_NODE, supervised: false },
    // Browsers give no camera to pages of such a network.
    networks:
      fault === 'partition' || (fault === 'random' && pages === 0 && (await PrivateNetworks.missing()) === null),
    settings,
    ...(settings.REDIS_URL !== undefined && { redisUrl: settings.REDIS_URL }),
  });
  cleanup.add(() => cluster.stop());
  const [deployment] = cluster.nodes;
  if (!deployment) throw new Error('a cluster has at least one node');
  return {
    deployment,
    fault: (living, clients, crowd = null) => toFault(cluster, living, clients, crowd),
    ...(fault === 'storm' && { crowd: (scene: MeetingScene) => CrowdedRoom.open(scene, cluster.urls, size) }),
    rooms: (clients) => roomsOn(cluster.urls, clients, spread),
    logTail: async () => (await Promise.all(cluster.nodes.map((node) => node.logTail(25)))).join('\n\n'),
  };
}

function redisOf({ redis }: PrivateCluster): PrivateRedis {
  if (!redis) throw new Error('the Redis of this cluster is not its own');
  return redis;
}
