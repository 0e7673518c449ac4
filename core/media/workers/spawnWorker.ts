import { createWorker, workerBin as defaultWorkerBin, type types } from 'mediasoup';
import { MediaWorkerUnavailable } from '../mediaFailures.ts';
import { canConfine, confined } from './confineWorker.ts';

/** Starts a worker process. Signals do not end it: the composition root does. */
export async function spawnWorker(workerBin = defaultWorkerBin): Promise<types.Worker> {
  const before = new Set(signalListeners());
  const spawn = () => createWorker({ workerBin, logLevel: 'error' });
  const spawned = canConfine(workerBin) ? confined(spawn) : spawn();
  // mediasoup closes every worker at SIGINT and SIGTERM, which would cut the media of a server that is draining. The
  // workers end by themselves when this process does.
  for (const entry of signalListeners()) {
    if (![...before].some((old) => old.listener === entry.listener && old.signal === entry.signal)) {
      process.removeListener(entry.signal, entry.listener);
    }
  }
  try {
    return await spawned;
  } catch (error) {
    throw new MediaWorkerUnavailable(workerBin, { cause: error });
  }
}

function signalListeners(): { signal: NodeJS.Signals; listener: NodeJS.SignalsListener }[] {
  return (['SIGINT', 'SIGTERM'] as const).flatMap((signal) =>
    process.listeners(signal).map((listener) => ({ signal, listener })),
  );
}
