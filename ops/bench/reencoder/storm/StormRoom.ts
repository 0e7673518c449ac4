import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { observer, type types } from 'mediasoup';
import { createMediaPlane } from '../../../../core/media/createMediaPlane.ts';
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../../../../core/media/rtpTypes.ts';
import type { EngineName, ReencodingJob } from '../../../../core/reencoding/messages.ts';
import type { ReencodingQueue } from '../../../../core/reencoding/ports.ts';
import type { Cleanup } from '../../../kit/cleanup.ts';
import { freePort } from '../../../kit/freePort.ts';
import { quietLogger } from '../../../kit/quietLogger.ts';
import { openRpc, type Rpc } from '../../../kit/rpc.ts';
import { systemClock } from '../../../kit/systemClock.ts';
import type { TestMedia } from '../../../kit/testMedia.ts';
import { recordOf } from '../../forward/recordOf.ts';
import type { Publication, Topology } from '../../forward/SfuUnderTest.ts';
import type { Sfu } from '../../forward/sfuClient.ts';
import { silentListener } from '../../silentListener.ts';
import { attachReencoder } from './attachReencoder.ts';
import type { EncoderCounts, Publisher } from './publisherProcess.ts';

const PUBLISHER = fileURLToPath(new URL('./publisherProcess.ts', import.meta.url));
const CAMERA: Publication = { publisherId: 'presenter', trackId: 'camera', kind: 'video' };
const TOPOLOGY: Topology = { publications: [CAMERA], viewerIds: [] };
const SESSION = 1;
const LAYERS = 3;
/** The bitrate of the largest layer that counts as settled; its maximum is 1,500,000. */
const SETTLED_BPS = 1_100_000;
const SETTLED_LIMIT_MS = 20_000;

/**
 * A presenter in a room of our media plane as the server runs it, and the room's router for viewers outside the plan.
 */
export interface StormRoom {
  readonly router: types.Router;
  /** Whether the presenter sends its full quality: a busy machine may not let it. */
  readonly settled: boolean;
  readonly sourceId: string;
  /** The reencoded twin; null without a reencoder. */
  readonly reencodedId: string | null;
  /** The number of PLI and FIR that ended at the reencoder so far. */
  requestsAbsorbed(): number;
  encoderCounts(): Promise<EncoderCounts>;
  /** The room's media worker, and the reencoder's track process, if there is one. */
  readonly pids: { readonly worker: number; readonly reencoder: number | null };
  close(): Promise<void>;
}

export async function openStormRoom(media: TestMedia, engine: EngineName | null, cleanup: Cleanup): Promise<StormRoom> {
  const routers: types.Router[] = [];
  const watch = (worker: types.Worker): void => {
    worker.observer.on('newrouter', (router) => routers.push(router));
  };
  observer.on('newworker', watch);
  const job = Promise.withResolvers<ReencodingJob>();
  const queue: ReencodingQueue = { add: async (wanted) => job.resolve(wanted), remove: () => Promise.resolve() };
  const plane = await createMediaPlane({
    workers: 1,
    listen: [{ ip: '127.0.0.1' }],
    basePort: await freePort(),
    nodeId: 'bench',
    reencoding: engine && { queue, nodeUrl: 'http://127.0.0.1' },
    clock: systemClock,
    logger: quietLogger,
  });
  observer.off('newworker', watch);
  await plane.listen();
  const room = plane.openRoom('bench', silentListener);
  room.update(recordOf(TOPOLOGY, { reencoding: { mode: engine ? 'on' : 'off' } }));

  const publisher = fork(PUBLISHER, [JSON.stringify(media)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(publisher, 'exit').then(() => rpc.end('the publisher has ended'));
  let sourceId = '';
  const rpc: Rpc<Publisher> = openRpc<Publisher>(publisher, {
    openTransports: (id: string, capabilities: RtpCapabilities) => room.openTransports(id, SESSION, capabilities),
    connect: (id: string, transportId: string, dtls: DtlsParameters) =>
      room.connectTransport(id, SESSION, transportId, dtls),
    async produce({ publisherId, trackId }: Publication, rtpParameters: RtpParameters) {
      const { producerId } = await room.produce(publisherId, SESSION, trackId, rtpParameters);
      sourceId = producerId;
      return producerId;
    },
  } satisfies Sfu);
  const closing: (() => Promise<void>)[] = [() => plane.close()];
  const close = async (): Promise<void> => {
    for (let step = closing.pop(); step; step = closing.pop()) await step();
  };
  cleanup.add(close);
  closing.push(async () => {
    publisher.kill('SIGKILL');
    await exited;
  });
  const encoderCounts = (): Promise<EncoderCounts> => rpc.remote.counts();

  await rpc.remote.publish(CAMERA, plane.rtpCapabilities);
  const [router] = routers;
  if (!router) throw new Error('the media plane opened no router');
  const settled = await settles(encoderCounts, media.picture.framesPerSecond);
  const reencoder =
    engine && plane.reencoding ? await attachReencoder(engine, await job.promise, plane.reencoding) : null;
  if (reencoder) closing.push(() => reencoder.stop());
  const reencoded = room.inventory().producers.find(({ path }) => path === 'reencoded');
  return {
    router,
    settled,
    sourceId,
    reencodedId: reencoded?.producerId ?? null,
    encoderCounts,
    pids: { worker: plane.workerPids()[0] ?? 0, reencoder: reencoder?.pid ?? null },
    requestsAbsorbed: () => reencoder?.requestsAbsorbed() ?? 0,
    close,
  };
}

/**
 * The bandwidth estimate climbs for a while. Until then it, and not the storm, holds the encoder back. Returns false if
 * it never gets there.
 */
async function settles(encoderCounts: () => Promise<EncoderCounts>, framesPerSecond: number): Promise<boolean> {
  const deadline = Date.now() + SETTLED_LIMIT_MS;
  let before = await encoderCounts();
  for (;;) {
    await sleep(1_000);
    const now = await encoderCounts();
    const [was, is] = [before.layers.at(-1), now.layers.at(-1)];
    const frames = (is?.frames ?? 0) - (was?.frames ?? 0);
    const bps = 8 * ((is?.bytes ?? 0) - (was?.bytes ?? 0));
    if (now.layers.length === LAYERS && frames >= 0.9 * framesPerSecond && bps >= SETTLED_BPS) return true;
    if (Date.now() > deadline) return false;
    before = now;
  }
}
