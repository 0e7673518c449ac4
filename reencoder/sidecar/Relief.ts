import type { Clock, Logger } from '../../core/ports.ts';
import type { SidecarDirectory } from '../../core/reencoding/ports.ts';
import type { TrackLoad } from './Capacity.ts';
import { Overload, toGiveBack } from './Overload.ts';

export interface ReliefOptions {
  readonly sidecarId: string;
  readonly directory: Pick<SidecarDirectory, 'sidecars'>;
  /** The number of tracks that an operator set; null if there is none. */
  readonly maxTracks: number | null;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

interface Work {
  load(nowMs: number): TrackLoad;
  handOver(reason: string): void;
}

/**
 * Relieves a sidecar that has more tracks than CPU: hands one over to a sidecar that has room. If there is none,
 * viewers of the track go back to the source, which is a better picture than what is left without CPU. The last track
 * stays then, and so do all where an operator set their number.
 */
export class Relief {
  readonly #options: ReliefOptions;
  readonly #overload = new Overload();
  #isLooking = false;

  constructor(options: ReliefOptions) {
    this.#options = options;
  }

  /** The most tracks that the sidecar may have for now. */
  get most(): number {
    return this.#overload.most;
  }

  /** Call it once a second with all tracks at work. */
  async check(works: readonly Work[]): Promise<void> {
    const { clock, logger, maxTracks } = this.#options;
    const now = clock.now();
    const loads = works.map((work) => work.load(now));
    // A slow answer may take longer than the time to the next check.
    if (!this.#overload.update(now, loads) || this.#isLooking) return;
    const index = toGiveBack(loads);
    this.#isLooking = true;
    const toAnother = await this.#anotherHasRoom().finally(() => {
      this.#isLooking = false;
    });
    const mayGo = toAnother === true || (toAnother === false && works.length > 1 && maxTracks === null);
    const work = index === null ? undefined : works[index];
    if (!work || !mayGo) return;
    this.#overload.gaveBack(now, works.length);
    logger.warn({ tracks: works.length, toAnother }, 'there is too little CPU for all tracks: one is given back');
    work.handOver('the sidecar has too little CPU');
  }

  /** Returns null if that is not known: without Redis nobody could take a track. */
  async #anotherHasRoom(): Promise<boolean | null> {
    const { directory, logger, sidecarId } = this.#options;
    try {
      const known = await directory.sidecars();
      return known.some(
        (other) =>
          other.sidecarId !== sidecarId && other.engine !== null && !other.draining && other.tracks < other.capacity,
      );
    } catch (error) {
      logger.debug({ err: error }, 'cannot tell whether another sidecar has room');
      return null;
    }
  }
}
