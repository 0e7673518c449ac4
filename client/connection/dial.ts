import { isUnsupported, RequestRefused } from '../errors.ts';
import { type Left, Link } from './Link.ts';
import {
  ATTEMPT_TIMEOUT_MS,
  MAX_ATTEMPTS,
  type NodeList,
  OVERTAKE_AFTER_MS,
  OVERTAKE_OWN_AFTER_MS,
  redialDelayMs,
  SOCKET_PATH,
  websocketPath,
} from './redial.ts';

export interface DialOptions {
  readonly nodes: NodeList;
  readonly token: string;
  /** True if long polling is what worked last. */
  readonly pollingFirst: boolean;
  /** When the connection was lost, by `performance.now()`. */
  readonly lostAt: number;
  /** The node of the session that is being resumed, while only the connection to it may have broken. */
  readonly own?: string | undefined;
  /** The node that this client gives up. */
  readonly left?: Left | undefined;
  /** Whether to go where nodes send us; true if not given. */
  readonly follow?: boolean;
  /** Registers a callback that ends the wait before the next attempt early: the network is back. */
  readonly onWake: (wake: () => void) => () => void;
  /** A node that may let us in later refused for now. */
  readonly onRefused?: (error: RequestRefused) => void;
}

/** How long a client whose token some nodes refuse waits for the others that it knows. */
const TOKEN_PATIENCE_MS = 60_000;
/** After so many answers that name another node, a client asks to be let in wherever it is. */
const MAX_FOLLOWED = 3;

/**
 * Tries the nodes in turn until one lets us in, several at a time when they hang, and goes where they send us. Resolves
 * with the first link to open; the others are closed. Rejects with the signal's reason when aborted.
 * @throws RequestRefused when no node takes the token, none of them speaks this client's protocol, or all are full
 */
export async function dial(options: DialOptions, signal: AbortSignal): Promise<Link> {
  const { nodes } = options;
  const attempts = new AbortController();
  const stop = (): void => attempts.abort();
  signal.addEventListener('abort', stop);
  const open = new Set<Promise<void>>();
  let outcome: Link | RequestRefused | undefined;
  let decide = (): void => undefined;
  const decided = new Promise<void>((resolve) => {
    decide = resolve;
  });
  let count = 0;
  let followed = 0;
  let left = options.left;
  const started = new Set<string>();
  const tried = new Set<string>();
  /** Nodes that we are meant to be at: giving one up is worth saying. */
  const meant = new Set(options.own === undefined ? [] : [options.own]);
  let unsupported: RequestRefused | undefined;
  const refusedBy = new Set<string>();

  /** One node alone may have a wrong secret or clock; one that never answers must not keep us for ever. */
  const isFinal = (): boolean =>
    nodes.urls.every(
      (node) => refusedBy.has(node) || (tried.has(node) && performance.now() - options.lostAt > TOKEN_PATIENCE_MS),
    );

  const refused = (url: string, error: RequestRefused): void => {
    const { code, retryAfterMs } = error;
    if (isUnsupported(error)) unsupported = error;
    if (code === 'FULL') outcome ??= error;
    if (isAboutTheToken(error)) {
      refusedBy.add(url);
      if (isFinal()) outcome ??= error;
    }
    if (code === 'GO_TO') followed += 1;
    if (error.nodes) {
      nodes.learn(error.nodes);
      for (const node of error.nodes) {
        started.delete(node);
        meant.add(node);
      }
    }
    if (retryAfterMs !== undefined) nodes.spare(url, performance.now() + retryAfterMs);
    options.onRefused?.(error);
  };

  const attempt = async (url: string): Promise<void> => {
    count += 1;
    // Where websockets do not get through (some proxies), long polling does: every third attempt starts with it.
    const polling = options.pollingFirst || count % 3 === 0;
    const transports: ('websocket' | 'polling')[] = polling ? ['polling', 'websocket'] : ['websocket'];
    started.add(url);
    try {
      const link = await Link.open(
        {
          url,
          token: options.token,
          follows: options.follow !== false && followed < MAX_FOLLOWED,
          left: left?.url === url ? undefined : left,
          transports,
          timeoutMs: ATTEMPT_TIMEOUT_MS,
          path: polling ? SOCKET_PATH : websocketPath(Math.random()),
        },
        attempts.signal,
      );
      if (outcome !== undefined || attempts.signal.aborted) link.close();
      else outcome = link;
    } catch (error) {
      // Any other error means that the node cannot be reached now: the next attempt is the answer to that.
      if (error instanceof RequestRefused) refused(url, error);
      if (meant.has(url)) left = { url, why: error instanceof RequestRefused ? error.code : 'it cannot be reached' };
    }
    tried.add(url);
    // Another node may run another version: the answer of one is not final.
    if (unsupported !== undefined && nodes.urls.every((node) => tried.has(node))) outcome ??= unsupported;
    if (outcome !== undefined) decide();
  };

  /** Returns the ms until the next attempt: none while there is a node that was not tried. */
  const waitMs = (): number => {
    const now = performance.now();
    const next = nodes.peek(now);
    const sparedMs = nodes.sparedForMs(next, now);
    return sparedMs > 0 || !started.has(next) ? sparedMs : redialDelayMs(now - options.lostAt, Math.random());
  };

  try {
    for (;;) {
      if (signal.aborted) throw signal.reason;
      const url = nodes.next(performance.now());
      const running = attempt(url);
      open.add(running);
      void running.finally(() => open.delete(running));
      const isOwn = url === options.own && nodes.urls.length > 1;
      const overtakeMs = isOwn ? OVERTAKE_OWN_AFTER_MS : OVERTAKE_AFTER_MS;
      await Promise.race([running, decided, pause(overtakeMs, signal, options.onWake)]);
      while (outcome === undefined && open.size >= MAX_ATTEMPTS) await Promise.race(open);
      if (outcome === undefined && open.has(running) && meant.has(url)) left = { url, why: 'it does not answer' };
      if (outcome === undefined && !open.has(running)) {
        await Promise.race([decided, pause(waitMs(), signal, options.onWake)]);
      }
      if (outcome instanceof Link) {
        nodes.prefer(outcome.url);
        return outcome;
      }
      if (outcome !== undefined) throw outcome;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    attempts.abort();
  }
}

function isAboutTheToken(error: RequestRefused): boolean {
  return error.code === 'TOKEN_INVALID' || error.code === 'TOKEN_EXPIRED';
}

function pause(ms: number, signal: AbortSignal, onWake: DialOptions['onWake']): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      off();
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    const off = onWake(done);
  });
}
