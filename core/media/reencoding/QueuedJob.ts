import type { Clock, Logger } from '../../ports.ts';
import type { ReencodingJob } from '../../reencoding/messages.ts';
import type { ReencodingQueue } from '../../reencoding/ports.ts';
import { messageOf } from '../mediaFailures.ts';

/** A job that no sidecar took up is added again: the queue may have lost it, and adding twice is harmless. */
const ADD_AGAIN_AFTER_MS = 3_000;
const REMOVE_AGAIN_AFTER_MS = 1_000;
/** A job that could not be removed does no harm: a sidecar asks the node first, which answers `unwanted`. */
const REMOVE_ATTEMPTS = 5;

/** One job's place in the queue. Calls to the queue run one at a time, in order. */
export class QueuedJob {
  readonly job: ReencodingJob;
  readonly #queue: ReencodingQueue;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #last: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => undefined;
  #offered = false;
  #withdrawn = false;

  constructor(job: ReencodingJob, queue: ReencodingQueue, clock: Clock, logger: Logger) {
    this.job = job;
    this.#queue = queue;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Looks for a sidecar until `taken`. */
  offer(): void {
    if (this.#offered || this.#withdrawn) return;
    this.#offered = true;
    this.#add();
  }

  /** A sidecar took the job up. */
  taken(): void {
    this.#offered = false;
    this.#cancelTimer();
  }

  /** Stops looking for a sidecar. */
  withdraw(): void {
    if (this.#withdrawn) return;
    this.taken();
    this.#withdrawn = true;
    this.#remove(REMOVE_ATTEMPTS);
  }

  #add(): void {
    const added = this.#ask(() => this.#queue.add(this.job), 'not in the queue yet');
    void added.then(() => {
      if (this.#offered) this.#cancelTimer = this.#clock.setTimer(ADD_AGAIN_AFTER_MS, () => this.#add());
    });
  }

  #remove(attempts: number): void {
    void this.#ask(() => this.#queue.remove(this.job.jobId), 'not out of the queue yet').then((done) => {
      if (!done && attempts > 1) this.#clock.setTimer(REMOVE_AGAIN_AFTER_MS, () => this.#remove(attempts - 1));
    });
  }

  #ask(call: () => Promise<void>, failure: string): Promise<boolean> {
    const asked = this.#last.then(call).then(
      () => true,
      (error: unknown) => {
        const { trackId } = this.job;
        this.#logger.debug({ trackId, error: messageOf(error) }, `reencoding job is ${failure}`);
        return false;
      },
    );
    this.#last = asked.then(() => undefined);
    return asked;
  }
}
