import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecovery } from '../../recovery/createRecovery.ts';
import type { Cleanup } from '../bench/cleanup.ts';
import { quietLogger } from '../bench/quietLogger.ts';
import { systemClock } from '../bench/systemClock.ts';
import type { DrillClient } from './clients/DrillClient.ts';
import { startBot } from './clients/startBot.ts';
import { openBrowser } from './clients/startPages.ts';
import { makeTestMedia } from './clients/testMedia.ts';
import type { Deployment } from './deployment/Deployment.ts';
import type { DrillScene } from './drill.ts';
import { RoomApi } from './RoomApi.ts';

export interface Cast {
  readonly participants: number;
  /** How many of them are pages of a browser; the others are bots. */
  readonly pages: number;
}

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
  const clients = await startClients(deployment.url, cast, cleanup);
  return { deployment, api: new RoomApi(deployment), journal, clients, log };
}

async function startClients(url: string, { participants, pages }: Cast, cleanup: Cleanup): Promise<DrillClient[]> {
  const folder = await mkdtemp(join(tmpdir(), 'everroom-drill-media-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const media = await makeTestMedia(folder);
  const browser = pages > 0 ? await openBrowser(url, media) : undefined;
  cleanup.add(() => browser?.close());
  const clients: DrillClient[] = [];
  for (let number = 1; number <= participants; number += 1) {
    const client =
      browser && number <= pages ? await browser.openPage(`page-${number}`) : startBot(`bot-${number}`, media);
    cleanup.add(() => client.close());
    clients.push(client);
  }
  return clients;
}
