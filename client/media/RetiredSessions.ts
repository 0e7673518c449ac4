import type { MediaSession } from './MediaSession.ts';
import type { RemoteTrack } from './RemoteTrack.ts';

const RETIRED_FOR_MS = 10_000;
const CLOSED_AFTER_MS = 1_000;

/** Sessions that another took over from: what they received stays in its elements until there is something new. */
export class RetiredSessions {
  readonly #sessions = new Set<MediaSession>();

  add(session: MediaSession): void {
    session.retire();
    this.#sessions.add(session);
    setTimeout(() => {
      session.close();
      this.#sessions.delete(session);
    }, RETIRED_FOR_MS);
  }

  /**
   * Closes the receivers of those that carry none of the tracks any more. It waits a moment: the new receivers show
   * something first.
   */
  closeUnused(tracks: ReadonlyMap<string, RemoteTrack>): void {
    for (const session of this.#sessions) {
      if ([...tracks.values()].some((track) => track.isCarriedBy(session))) continue;
      this.#sessions.delete(session);
      setTimeout(() => session.close(), CLOSED_AFTER_MS);
    }
  }

  close(): void {
    for (const session of this.#sessions) session.close();
    this.#sessions.clear();
  }
}
