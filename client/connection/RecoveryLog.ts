/** A recovery as it was: for people who want to know afterwards. */
export interface Recovery {
  /** When it began (ms since the epoch). */
  readonly at: number;
  /** From the moment when the interruption was noticed until media were connected again; 0 for a move. */
  readonly ms: number;
  /**
   * server: another process serves; network: the same one, over another connection; media: only media were rebuilt;
   * moved: another server took over before the old one was stopped.
   */
  readonly kind: 'server' | 'network' | 'media' | 'moved';
  readonly url: string;
}

/** Where a session is: the node's address, and what tells this process of it from the next one there. */
export interface Place {
  readonly url: string;
  readonly process: string | undefined;
}

const KEPT = 50;

/** The interruptions of a stay and how they ended. */
export class RecoveryLog {
  readonly #now: () => number;
  readonly #added: () => void;
  #count = 0;
  #list: readonly Recovery[] = [];
  #place: Place | undefined;
  #pending: { readonly at: number; readonly from: Place | undefined; kind: 'media' | undefined } | undefined;

  constructor(added: () => void, now: () => number = Date.now) {
    this.#added = added;
    this.#now = now;
  }

  /** Oldest first, the newest 50. Immutable. */
  get list(): readonly Recovery[] {
    return this.#list;
  }

  /** The connection is gone or silent. */
  interrupted(): void {
    this.#pending ??= { at: this.#now(), from: this.#place, kind: undefined };
  }

  /** It came back by itself: nothing had to be recovered. */
  cleared(): void {
    if (this.#pending?.kind === undefined) this.#pending = undefined;
  }

  /** How often the session was resumed or its media were lost. */
  get count(): number {
    return this.#count;
  }

  /** The session is open again. */
  resumed(): void {
    this.#count += 1;
  }

  /** The connection stays, its media are rebuilt. */
  mediaLost(): void {
    this.#count += 1;
    this.#pending ??= { at: this.#now(), from: this.#place, kind: 'media' };
  }

  /** Media are connected at this place. */
  connected(place: Place): void {
    const pending = this.#pending;
    const before = this.#place;
    this.#pending = undefined;
    this.#place = place;
    if (pending !== undefined) {
      const kind = pending.kind ?? (isSame(pending.from, place) ? 'network' : 'server');
      this.#add({ at: pending.at, ms: this.#now() - pending.at, kind, url: place.url });
    } else if (before !== undefined && !isSame(before, place)) {
      this.#add({ at: this.#now(), ms: 0, kind: 'moved', url: place.url });
    }
  }

  #add(recovery: Recovery): void {
    this.#list = [...this.#list, recovery].slice(-KEPT);
    this.#added();
  }
}

function isSame(a: Place | undefined, b: Place): boolean {
  return a?.url === b.url && a.process === b.process;
}
