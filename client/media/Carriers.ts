/** One consumer of a track, as the choice between several sees it. */
export interface Carrier {
  readonly id: string;
  /** Calls `flows` once, when the carrier delivers frame after frame. Returns a function that ends the watch. */
  watchFlow(flows: () => void): () => void;
  /** Called when it is what is shown of its track although its session has others, which may stop now. */
  chosen(): void;
  close(): void;
}

export interface Arrival<C extends Carrier> {
  readonly carrier: C;
  readonly paused: boolean;
}

interface Held<C extends Carrier> {
  readonly carrier: C;
  readonly session: object;
  paused: boolean;
  /** The order of its last opening or resuming: the higher, the later. */
  since: number;
  /** The server has closed it, or a newer session took over: it never flows again. */
  ended: boolean;
}

/**
 * The consumers that may carry one track: its own and those of its reencoded twins. One of them is shown. The right one
 * is the flowing one that was opened or resumed last: it is shown once it delivers frames, or at once if the shown
 * one has stopped. While none flows the shown one stays: its last frame holds.
 */
export class Carriers<C extends Carrier> {
  readonly #show: (carrier: C) => void;
  readonly #held = new Map<string, Held<C>>();
  #session: object | undefined;
  #shown: Held<C> | undefined;
  #awaited: Held<C> | undefined;
  #stopWaiting: () => void = () => undefined;
  /** The last opening or resuming that `chosen` was called for. */
  #chosenSince = 0;
  #moments = 0;

  constructor(show: (carrier: C) => void) {
    this.#show = show;
  }

  get shown(): C | undefined {
    return this.#shown?.carrier;
  }

  /** True while no carrier flows. */
  get paused(): boolean {
    return this.#live().every(({ paused }) => paused);
  }

  /** True while the server sends none of those that there are. */
  get silenced(): boolean {
    return this.paused && this.#live().length > 0;
  }

  has(carrierId: string): boolean {
    return this.#held.has(carrierId);
  }

  isOf(session: object): boolean {
    return [...this.#held.values()].some((held) => held.session === session);
  }

  /** Whether what is shown flows from this former session, and the present one has not paused its own. */
  flowsFrom(former: object): boolean {
    const shown = this.#shown;
    if (shown?.session !== former || shown.paused || shown.ended) return false;
    const own = this.#live().filter(({ session }) => session === this.#session && session !== former);
    return own.length === 0 || own.some(({ paused }) => !paused);
  }

  /**
   * Adds carriers; those of a newer session replace all earlier ones, but for `former`: a session that serves until
   * each track has a frame through the new one.
   */
  add(session: object, arrivals: readonly Arrival<C>[], former?: object): void {
    this.#session = session;
    for (const held of [...this.#held.values()]) {
      if (held.session !== session && held.session !== former) this.#end(held);
    }
    for (const { carrier, paused } of arrivals) {
      this.#held.set(carrier.id, { carrier, session, paused, since: this.#nextMoment(), ended: false });
    }
    this.#choose();
  }

  setPaused(changes: readonly { readonly consumerId: string; readonly paused: boolean }[]): void {
    for (const { consumerId, paused } of changes) {
      const held = this.#held.get(consumerId);
      if (held === undefined || held.paused === paused) continue;
      held.paused = paused;
      if (!paused) held.since = this.#nextMoment();
    }
    this.#choose();
  }

  closed(carrierIds: readonly string[]): void {
    for (const id of carrierIds) {
      const held = this.#held.get(id);
      if (held !== undefined) this.#end(held);
    }
    this.#choose();
  }

  /** The carriers of a former session have ended with it. */
  endSession(session: object): void {
    for (const held of [...this.#held.values()]) if (held.session === session) this.#end(held);
    this.#choose();
  }

  close(): void {
    this.#wait(undefined);
    for (const { carrier } of this.#held.values()) carrier.close();
    this.#held.clear();
    this.#shown = undefined;
  }

  #choose(): void {
    const shown = this.#shown;
    const flowing = this.#live().filter(({ paused }) => !paused);
    const wanted = newest(flowing) ?? (shown?.session === this.#session ? shown : newest(this.#live()));
    if (wanted === undefined || wanted === shown) {
      this.#wait(undefined);
      this.#tellChosen();
    } else if (shown === undefined || shown.paused || shown.ended) this.#swap(wanted);
    else this.#wait(wanted);
  }

  #swap(next: Held<C>): void {
    this.#wait(undefined);
    const before = this.#shown;
    this.#shown = next;
    this.#show(next.carrier);
    if (before?.ended) this.#drop(before);
    this.#tellChosen();
    if (next.session !== this.#session) return;
    // What else the track has of a former session closes with that session: one by one would take longer.
    for (const [id, { session }] of this.#held) if (session !== this.#session) this.#held.delete(id);
  }

  #tellChosen(): void {
    const shown = this.#shown;
    if (shown === undefined || shown.paused || shown.ended || shown.since === this.#chosenSince) return;
    if (!this.#live().some((held) => held !== shown && held.session === shown.session)) return;
    this.#chosenSince = shown.since;
    shown.carrier.chosen();
  }

  #wait(next: Held<C> | undefined): void {
    if (this.#awaited === next) return;
    this.#stopWaiting();
    this.#awaited = next;
    this.#stopWaiting = next === undefined ? () => undefined : next.carrier.watchFlow(() => this.#swap(next));
  }

  /** Ends a carrier. The shown one holds its last frame until another takes its place, unless it was paused. */
  #end(held: Held<C>): void {
    held.ended = true;
    if (held === this.#shown && !held.paused) return;
    if (held === this.#shown) this.#shown = undefined;
    this.#drop(held);
  }

  #drop(held: Held<C>): void {
    this.#held.delete(held.carrier.id);
    held.carrier.close();
  }

  #live(): Held<C>[] {
    return [...this.#held.values()].filter(({ ended }) => !ended);
  }

  #nextMoment(): number {
    this.#moments += 1;
    return this.#moments;
  }
}

function newest<C extends Carrier>(held: readonly Held<C>[]): Held<C> | undefined {
  return held.reduce<Held<C> | undefined>((best, next) => (best && best.since > next.since ? best : next), undefined);
}
