import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecovery } from '../../recovery/createRecovery.ts';
import { Cleanup } from '../bench/cleanup.ts';
import { quietLogger } from '../bench/quietLogger.ts';
import { systemClock } from '../bench/roomWithoutMedia.ts';
import type { DrillClient } from './clients/DrillClient.ts';
import { bots } from './clients/startBot.ts';
import { pagesOn } from './clients/startPages.ts';
import { makeTestMedia } from './clients/testMedia.ts';
import { formatOutcome } from './DrillResult.ts';
import type { Deployment } from './deployment/Deployment.ts';
import { PrivateDeployment } from './deployment/PrivateDeployment.ts';
import { runningDeployment } from './deployment/runningDeployment.ts';
import { Drill } from './drill.ts';
import { killServer } from './faults/killServer.ts';
import { killWorker } from './faults/killWorker.ts';
import { type DrillOptions, parseOptions, USAGE } from './options.ts';
import { RoomApi } from './RoomApi.ts';

const FAULTS = { worker: killWorker, server: killServer } as const;
/** Two, so that killing the room's worker shows that the other one's rooms need not care. */
const WORKERS = 2;

process.exitCode = await main(process.argv.slice(2));

/** 0: nothing was lost. 1: something was, or the drill could not be run. 2: it was asked wrongly. */
async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${USAGE}\n`);
    return 2;
  }
  const cleanup = new Cleanup();
  try {
    return await runDrill(options, cleanup);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return 1;
  } finally {
    await cleanup.run();
  }
}

async function runDrill(options: DrillOptions, cleanup: Cleanup): Promise<number> {
  const { fault, rounds, seed, url, json } = options;
  log(`seed ${seed}`);
  const deployment = url === undefined ? await privateDeployment(cleanup) : runningDeployment(url);
  const recovery = await createRecovery({
    redis: { url: deployment.redisUrl },
    durability: { mode: 'async' },
    nodeId: 'drill',
    clock: systemClock,
    logger: quietLogger,
  });
  cleanup.add(() => recovery.close());
  const clients = await startClients(options, deployment, cleanup);
  const scene = { deployment, api: new RoomApi(deployment), journal: recovery.journal, clients, log };
  const drill = new Drill({ fault: FAULTS[fault], rounds, seed }, scene);
  const outcome = await drill.run().catch(async (error: unknown) => {
    if (deployment instanceof PrivateDeployment) process.stderr.write(`${await deployment.logTail()}\n`);
    throw error;
  });
  process.stdout.write(`\n${formatOutcome(outcome)}\n`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(outcome.result, null, 2)}\n`);
  return outcome.result.ok ? 0 : 1;
}

async function privateDeployment(cleanup: Cleanup): Promise<Deployment> {
  const deployment = await PrivateDeployment.start({ workers: WORKERS });
  cleanup.add(() => deployment.stop());
  log(`private server at ${deployment.url}`);
  return deployment;
}

async function startClients(
  { participants, pages }: DrillOptions,
  { url }: Deployment,
  cleanup: Cleanup,
): Promise<DrillClient[]> {
  const folder = await mkdtemp(join(tmpdir(), 'everroom-drill-media-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const media = await makeTestMedia(folder);
  const browser = pages > 0 ? await pagesOn(url, media) : undefined;
  cleanup.add(() => browser?.close());
  const clients: DrillClient[] = [];
  for (let index = 0; index < participants; index += 1) {
    const client =
      browser && index < pages
        ? await browser.start(`page-${index + 1}`, media)
        : await bots.start(`bot-${index + 1}`, media);
    clients.push(client);
    if (client.kind === 'bot') cleanup.add(() => client.close());
  }
  return clients;
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
