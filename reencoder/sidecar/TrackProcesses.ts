import type { Clock, Logger } from '../../core/ports.ts';
import type { TrackProcessOptions } from '../track/messages.ts';
import { TrackProcess } from './TrackProcess.ts';

/** Delay before the next spare is loaded: the track that took the last one has the machine to itself until then. */
const SPARE_AFTER_MS = 2_000;
/** Delay before a spare that ended unasked is replaced. */
const SPARE_AGAIN_AFTER_MS = 10_000;

/** Starts track processes, and keeps loaded spares, so that a failed track returns within milliseconds. */
export class TrackProcesses {
  readonly #options: TrackProcessOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #fence: readonly string[];
  readonly #spares: TrackProcess[] = [];
  #wanted = 1;
  #cancelSpare: (() => void) | null = null;
  #closed = false;

  constructor(options: TrackProcessOptions, clock: Clock, logger: Logger, fence: readonly string[]) {
    this.#options = options;
    this.#clock = clock;
    this.#logger = logger;
    this.#fence = fence;
  }

  /** Keeps so many spares until the first process is taken, and one from then on. */
  keep(spares: number): void {
    this.#wanted = spares;
    this.#loadSpares();
  }

  /** Returns a process that the caller owns and ends. */
  take(): TrackProcess {
    const taken = this.#spares.shift() ?? this.#fork();
    this.#wanted = 1;
    this.#spareAfter(SPARE_AFTER_MS);
    return taken;
  }

  close(): void {
    this.#closed = true;
    this.#cancelSpare?.();
    for (const spare of this.#spares) spare.kill();
  }

  #spareAfter(ms: number): void {
    if (this.#closed) return;
    this.#cancelSpare?.();
    this.#cancelSpare = this.#clock.setTimer(ms, () => this.#loadSpares());
  }

  #loadSpares(): void {
    while (!this.#closed && this.#spares.length < this.#wanted) {
      const spare = this.#fork();
      this.#spares.push(spare);
      void spare.ended.then((reason) => {
        const place = this.#spares.indexOf(spare);
        if (place < 0) return;
        this.#spares.splice(place, 1);
        if (this.#closed) return;
        this.#logger.warn({ reason }, 'a spare track process ended');
        this.#spareAfter(SPARE_AGAIN_AFTER_MS);
      });
    }
  }

  #fork(): TrackProcess {
    return new TrackProcess(this.#options, this.#clock, this.#logger, this.#fence);
  }
}
