/** In the first seconds a restarted server can go unnoticed: ask often, then less and less. */
const EAGER_FOR_MS = 4_000;
const EAGER_DELAY_MS = 60;
/** The time in which a standby takes over: its port may open between two attempts. */
const URGENT_FOR_MS = 300;
const URGENT_DELAY_MS = 20;
const MAX_DELAY_MS = 3_000;

/**
 * Returns the ms to wait before the next attempt, `sinceLossMs` after the connection was lost. `random` in [0, 1)
 * spreads the clients of one dead server, so that they do not all come back in the same instant.
 */
export function redialDelayMs(sinceLossMs: number, random: number): number {
  if (sinceLossMs < URGENT_FOR_MS) return URGENT_DELAY_MS * (0.75 + random / 2);
  if (sinceLossMs < EAGER_FOR_MS) return EAGER_DELAY_MS * (0.75 + random / 2);
  const doublings = (sinceLossMs - EAGER_FOR_MS) / EAGER_FOR_MS;
  const delay = Math.min(MAX_DELAY_MS, 250 * 2 ** doublings);
  return delay * (0.5 + random / 2);
}

/** A node that hangs answers nothing: while an attempt is open, the next one still starts after this time. */
export const OVERTAKE_AFTER_MS = 300;
/** The same for the node that has our session, where only the connection may have broken. */
export const OVERTAKE_OWN_AFTER_MS = 100;
export const ATTEMPT_TIMEOUT_MS = 3_000;
/** The most attempts that are open at the same time. */
export const MAX_ATTEMPTS = 4;

export const SOCKET_PATH = '/socket.io';
const WEBSOCKETS_WAIT = /\bFirefox\//u.test(globalThis.navigator?.userAgent ?? '');

/**
 * Returns the path for the next websocket to a node. Firefox delays a websocket to a path where one failed or broke
 * off: by 0.2 to 0.4 s at first, in the end by a minute. There each websocket gets its own path; a server answers alike
 * at all of them.
 */
export function websocketPath(random: number, waits = WEBSOCKETS_WAIT): string {
  return waits ? `${SOCKET_PATH}/${Math.floor(random * 2 ** 32).toString(36)}` : SOCKET_PATH;
}

/** The nodes to try, best first; one that just failed goes to the end. Times are by `performance.now()`. */
export class NodeList {
  readonly #sparedUntil = new Map<string, number>();
  #urls: string[];

  constructor(urls: readonly string[]) {
    if (urls.length === 0) throw new Error('at least one node is needed');
    this.#urls = [...new Set(urls)];
  }

  get urls(): readonly string[] {
    return this.#urls;
  }

  /** Puts the nodes that a server names before those known so far. */
  learn(urls: readonly string[]): void {
    this.#urls = [...new Set([...urls, ...this.#urls])].slice(0, 16);
  }

  /** The node said when to ask again: others come first until then. */
  spare(url: string, until: number): void {
    this.#sparedUntil.set(url, until);
  }

  /** Returns for how long (ms) the node had better not be asked. */
  sparedForMs(url: string, now: number): number {
    return Math.max(0, (this.#sparedUntil.get(url) ?? 0) - now);
  }

  /** Returns the node to try next. */
  peek(now: number): string {
    const leastMs = Math.min(...this.#urls.map((url) => this.sparedForMs(url, now)));
    const next = this.#urls.find((url) => this.sparedForMs(url, now) === leastMs);
    if (next === undefined) throw new Error('at least one node is needed');
    return next;
  }

  /** Returns the node to try next, and moves it to the end. */
  next(now = performance.now()): string {
    const next = this.peek(now);
    this.demote(next);
    return next;
  }

  demote(url: string): void {
    if (!this.#urls.includes(url)) return;
    this.#urls = [...this.#urls.filter((known) => known !== url), url];
  }

  prefer(url: string): void {
    this.#urls = [url, ...this.#urls.filter((known) => known !== url)];
  }
}
