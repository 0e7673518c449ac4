import type { Clock, Logger } from '../../core/ports.ts';
import type { TrackProcessOptions } from '../track/messages.ts';
import { TrackProcess } from './TrackProcess.ts';

/** Delay before the next spare is loaded: the track that took the last one has the machine to itself until then. */
const SPARE_AFTER_MS = 2_000;
/** Delay before a spare that ended unasked is replaced. */
const SPARE_AGAIN_AFTER_MS = 10_000;

/** Starts track processes, and keeps a loaded spare, so that a failed track returns within milliseconds. */
export class TrackProcesses {
  readonly #options: TrackProcessOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #spare: TrackProcess | null = null;
  #cancelSpare: (() => void) | null = null;
  #closed = false;

  constructor(options: TrackProcessOptions, clock: Clock, logger: Logger) {
    this.#options = options;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Begins to keep a spare. */
  start(): void {
    this.#loadSpare();
  }

  /** Returns a process that the caller owns and ends. */
  take(): TrackProcess {
    const taken = this.#spare ?? this.#fork();
    this.#spare = null;
    this.#spareAfter(SPARE_AFTER_MS);
    return taken;
  }

  close(): void {
    this.#closed = true;
    this.#cancelSpare?.();
    this.#spare?.kill();
  }

  #spareAfter(ms: number): void {
    if (this.#closed) return;
    this.#cancelSpare?.();
    this.#cancelSpare = this.#clock.setTimer(ms, () => this.#loadSpare());
  }

  #loadSpare(): void {
    if (this.#closed || this.#spare) return;
    const spare = this.#fork();
    this.#spare = spare;
    void spare.ended.then((reason) => {
      if (this.#spare !== spare) return;
      this.#spare = null;
      if (this.#closed) return;
      this.#logger.warn({ reason }, 'a spare track process ended');
      this.#spareAfter(SPARE_AGAIN_AFTER_MS);
    });
  }

  #fork(): TrackProcess {
    return new TrackProcess(this.#options, this.#clock, this.#logger);
  }
}
