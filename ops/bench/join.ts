import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from '../kit/cleanup.ts';
import { PrivateDeployment } from '../kit/deployment/PrivateDeployment.ts';
import { RoomApi } from '../kit/RoomApi.ts';
import { makeTestMedia } from '../kit/testMedia.ts';
import { benchSignaling } from './join/benchSignaling.ts';
import { benchWithMedia } from './join/benchWithMedia.ts';
import { startPlainServer } from './join/plainReference.ts';
import type { BenchReport } from './Report.ts';

const PUBLISHERS = 2;

/** Measures how long people who come at the same moment take to be in a room, and to see and hear others. */
export async function benchJoin(cleanup: Cleanup): Promise<BenchReport[]> {
  const deployment = await PrivateDeployment.start({ workers: 1 });
  cleanup.add(() => deployment.stop());
  const api = new RoomApi(deployment);
  const plainUrl = await startPlainServer(cleanup);
  const folder = await mkdtemp(join(tmpdir(), 'everroom-bench-media-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const media = await makeTestMedia(folder);
  return [
    await benchSignaling(deployment.url, plainUrl, api),
    await benchWithMedia({ deployment, api, media, publishers: PUBLISHERS }, cleanup),
  ];
}
