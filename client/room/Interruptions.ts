import type { TrackSource } from '../../core/room/state.ts';
import type { CommandQueue } from '../connection/CommandQueue.ts';
import { isTransient, RequestRefused } from '../errors.ts';

/** What is known here of a track that is in the record. */
interface Told {
  readonly trackId: string;
  readonly source: TrackSource;
  /** As its device is, and as the record has it. */
  readonly interrupted: boolean;
  readonly recorded: boolean;
}

const AGAIN_MS = 2_000;

/** Tells the room that a device gives nothing for the moment, and that it is back. */
export class Interruptions {
  readonly #commands: CommandQueue;
  readonly #changed: () => void;
  readonly #warn: (source: TrackSource, error: unknown) => void;
  readonly #telling = new Set<string>();
  #again: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** `changed`: call `reconcile` again. */
  constructor(commands: CommandQueue, changed: () => void, warn: (source: TrackSource, error: unknown) => void) {
    this.#commands = commands;
    this.#changed = changed;
    this.#warn = warn;
  }

  reconcile(tracks: readonly Told[]): void {
    for (const track of tracks) {
      if (track.interrupted !== track.recorded && !this.#telling.has(track.trackId)) void this.#tell(track);
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
  }

  async #tell({ trackId, source, interrupted }: Told): Promise<void> {
    if (this.#closed) return;
    this.#telling.add(trackId);
    try {
      await this.#commands.send('setTrackInterrupted', { trackId, interrupted });
      this.#telling.delete(trackId);
      // The commit came before this answer. The device may have changed its mind since.
      this.#changed();
    } catch (error) {
      if (isTransient(error)) this.#later();
      else this.#refused(source, error);
    } finally {
      this.#telling.delete(trackId);
    }
  }

  #refused(source: TrackSource, error: unknown): void {
    if (!this.#closed) this.#warn(source, error);
    // An older server does not know the request: then the others do not hear of it.
    if (error instanceof RequestRefused && error.code === 'INVALID') this.close();
  }

  #later(): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(this.#changed, AGAIN_MS);
  }
}
