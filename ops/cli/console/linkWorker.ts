import type { MessagePort } from 'node:worker_threads';
import { workerData } from 'node:worker_threads';
import type { OperatorRequest } from '../../run/operator/requests.ts';
import { ServerLink } from '../ServerLink.ts';

export interface LinkWorkerData {
  readonly dataFolder: string;
  readonly port: MessagePort;
  /** Becomes 1 with each answer. */
  readonly answered: Int32Array;
}

/** An answer, or why there is none. */
export type LinkAnswer = { readonly answer: unknown } | { readonly failed: string };

// Asks the server for a thread that waits.
const { answered, dataFolder, port } = workerData as LinkWorkerData;
let link: ServerLink | null = null;

port.on('message', async (request: OperatorRequest) => {
  port.postMessage(await answerTo(request));
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
});

async function answerTo(request: OperatorRequest): Promise<LinkAnswer> {
  // Another server may have taken over since the last request.
  if (link?.isBroken !== false) link = null;
  try {
    link ??= await ServerLink.open(dataFolder);
    return { answer: await link.ask(request) };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
