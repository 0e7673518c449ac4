import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { OperatorAnswers, OperatorRequest } from '../../run/operator/requests.ts';
import { CliFailure } from '../CliFailure.ts';
import type { LinkAnswer, LinkWorkerData } from './linkWorker.ts';

/** Beyond the limit of the link itself. */
const LIMIT_MS = 20_000;

/** A connection to the server whose questions wait for their answer: at a prompt `rooms.length` is a number. */
export class SyncLink {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #answered = new Int32Array(new SharedArrayBuffer(4));

  constructor(dataFolder: string) {
    const { port1, port2 } = new MessageChannel();
    const workerData: LinkWorkerData = { dataFolder, port: port2, answered: this.#answered };
    this.#port = port1;
    this.#worker = new Worker(new URL('./linkWorker.ts', import.meta.url), { workerData, transferList: [port2] });
  }

  /** @throws CliFailure when the server refuses or does not answer */
  ask<Request extends OperatorRequest>(request: Request): OperatorAnswers[Request['type']] {
    Atomics.store(this.#answered, 0, 0);
    this.#port.postMessage(request);
    if (Atomics.wait(this.#answered, 0, 0, LIMIT_MS) === 'timed-out') throw plainFailure('The server does not answer.');
    const said = receiveMessageOnPort(this.#port)?.message as LinkAnswer;
    if ('failed' in said) throw plainFailure(said.failed);
    return said.answer as OperatorAnswers[Request['type']];
  }

  async close(): Promise<void> {
    this.#port.close();
    await this.#worker.terminate();
  }
}

/** A prompt prints the stack of an error; here the message says all. */
function plainFailure(message: string): CliFailure {
  const failure = new CliFailure(message);
  failure.stack = `${failure.name}: ${message}`;
  return failure;
}
