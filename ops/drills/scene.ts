import { createRecovery } from '../../recovery/createRecovery.ts';
import type { Cleanup } from '../bench/cleanup.ts';
import { quietLogger } from '../bench/quietLogger.ts';
import { systemClock } from '../bench/systemClock.ts';
import { toDrillClient } from './clients/ClientHost.ts';
import { type Cast, startHosts } from './clients/startHosts.ts';
import type { Deployment } from './deployment/Deployment.ts';
import type { DrillScene } from './drill.ts';
import { RoomApi } from './RoomApi.ts';

/** Everything a drill needs besides the deployment: clients that wait to be let in, and ways to ask the API and the journal. */
export async function openScene(
  deployment: Deployment,
  cast: Cast,
  cleanup: Cleanup,
  log: (line: string) => void,
): Promise<DrillScene> {
  const { journal, close } = await createRecovery({
    redis: { url: deployment.redisUrl },
    // Only read from here: the server promises what it writes.
    durability: { mode: 'async' },
    nodeId: 'drill',
    clock: systemClock,
    logger: quietLogger,
  });
  cleanup.add(close);
  const { hosts } = await startHosts(deployment.url, cast, 'drill', cleanup);
  return { deployment, api: new RoomApi(deployment), journal, clients: hosts.map(toDrillClient), log };
}
