import type { types } from 'mediasoup';
import { isBusy, isSaturated, type MainThread, mainThreadOf } from '../../mainThread.ts';
import type { Clock, Logger } from '../../ports.ts';
import { messageOf } from '../mediaFailures.ts';

const PING_EVERY_MS = 2_000;
const PATIENCE_MS = 4_000;
/** This process itself may have been late: one more turn reads an answer that waits in the pipe. */
const LAST_CHANCE_MS = 1_000;
/** So often a worker gets the whole patience, as long as it computes: a burst of requests is in front of the ping. */
const BUSY_ROUNDS = 5;
/** So often the silence counts for nothing because this process was saturated. */
const SATURATED_ROUNDS = 10;

type WatchedWorker = Pick<types.Worker, 'pid' | 'closed' | 'getResourceUsage'>;

interface WatchdogOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly threadOf?: (pid: number) => MainThread | null;
  readonly kill?: (pid: number) => void;
}

/**
 * Ends a worker that hangs, so that another takes its place. A worker that is silent because it computes gets longer:
 * its successor would get the same work (decision 18). While this process is saturated the silence may be its own: in a
 * crowd thousands of requests wait here in front of the ping, and the worker has nothing to do (decision 51).
 */
export class WorkerWatchdog {
  readonly #worker: WatchedWorker;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #threadOf: (pid: number) => MainThread | null;
  readonly #kill: (pid: number) => void;
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(worker: WatchedWorker, options: WatchdogOptions) {
    this.#worker = worker;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#threadOf = options.threadOf ?? mainThreadOf;
    this.#kill = options.kill ?? ((pid) => process.kill(pid, 'SIGKILL'));
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #schedule(): void {
    this.#after(PING_EVERY_MS, () => this.#ping());
  }

  #ping(): void {
    let answered = false;
    this.#worker
      .getResourceUsage()
      .catch((error: unknown) => {
        this.#logger.debug({ error: messageOf(error) }, 'media worker closed while it was asked for a sign of life');
      })
      .finally(() => {
        answered = true;
      });
    this.#wait(() => answered, BUSY_ROUNDS, SATURATED_ROUNDS);
  }

  #wait(answered: () => boolean, busyRounds: number, saturatedRounds: number): void {
    const { pid } = this.#worker;
    const look = () => ({ worker: this.#threadOf(pid), own: this.#threadOf(process.pid), at: this.#clock.now() });
    const before = look();
    this.#after(PATIENCE_MS, () => {
      const now = look();
      if (answered()) this.#schedule();
      else if (saturatedRounds > 1 && isSaturated(before.own, now.own, now.at - before.at)) {
        this.#wait(answered, busyRounds, saturatedRounds - 1);
      } else if (busyRounds > 1 && isBusy(before.worker, now.worker)) {
        this.#wait(answered, busyRounds - 1, saturatedRounds);
      } else this.#after(LAST_CHANCE_MS, () => (answered() ? this.#schedule() : this.#end()));
    });
  }

  #end(): void {
    this.#logger.error({ workerPid: this.#worker.pid }, 'media worker hangs: ending it');
    this.#kill(this.#worker.pid);
  }

  #after(ms: number, run: () => void): void {
    this.#cancel = this.#clock.setTimer(ms, () => {
      if (!this.#stopped && !this.#worker.closed) run();
    });
  }
}
