import { createRecovery } from '../../recovery/createRecovery.ts';
import type { Cleanup } from '../kit/cleanup.ts';
import { toDrillClient } from '../kit/clients/ClientHost.ts';
import type { TrafficOptions } from '../kit/clients/DrillClient.ts';
import { type Cast, startHosts } from '../kit/clients/startHosts.ts';
import type { Deployment } from '../kit/deployment/Deployment.ts';
import { quietLogger } from '../kit/quietLogger.ts';
import { RoomApi } from '../kit/RoomApi.ts';
import { systemClock } from '../kit/systemClock.ts';
import { ensurePage } from '../setup/page.mjs';
import type { DrillScene } from './drill.ts';
import type { LivingNodes } from './faults/nodeWithMostPeople.ts';

/** As quick as people are: a page shows each message, and five a second of everybody would measure that. */
const PEOPLES_TRAFFIC: TrafficOptions = { chatEveryMs: 1_000, stateEveryMs: 1_000 };

/** Starts everything a drill needs on a deployment: its clients (not in the room yet), the API and the journal. */
export async function openScene(
  deployment: Deployment,
  cast: Cast,
  cleanup: Cleanup,
  log: (line: string) => void,
): Promise<DrillScene & { readonly nodes: LivingNodes }> {
  const { journal, registry, close } = await createRecovery({
    redis: { url: deployment.redisUrl },
    // The drill only reads: durability concerns the server's writes.
    durability: { mode: 'async' },
    nodeId: 'drill',
    clock: systemClock,
    logger: quietLogger,
  });
  cleanup.add(close);
  if (cast.meetingPages) await ensurePage({ node: process.execPath, env: process.env }, log);
  const { hosts } = await startHosts(deployment.url, cast, 'drill', cleanup);
  const clients = hosts.map(toDrillClient);
  const traffic = cast.meetingPages && { traffic: PEOPLES_TRAFFIC };
  return { deployment, api: new RoomApi(deployment), journal, clients, log, nodes: () => registry.nodes(), ...traffic };
}
