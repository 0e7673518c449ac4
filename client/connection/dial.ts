import { isUnsupported, RequestRefused } from '../errors.ts';
import { Link } from './Link.ts';
import {
  ATTEMPT_TIMEOUT_MS,
  MAX_ATTEMPTS,
  type NodeList,
  OVERTAKE_AFTER_MS,
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
  /** Registers a callback that ends the wait before the next attempt early: the network is back. */
  readonly onWake: (wake: () => void) => () => void;
}

/** How long a client whose token some nodes refuse waits for the others that it knows. */
const TOKEN_PATIENCE_MS = 60_000;

/**
 * Tries the nodes in turn until one lets us in, several at a time when they hang. Resolves with the first link to open;
 * the others are closed. Rejects with the signal's reason when aborted.
 * @throws RequestRefused when no node takes the token, or none of them speaks this client's protocol
 */
export async function dial(options: DialOptions, signal: AbortSignal): Promise<Link> {
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
  const tried = new Set<string>();
  let unsupported: RequestRefused | undefined;
  const refusedBy = new Set<string>();

  /** One node alone may have a wrong secret or clock; one that never answers must not keep us for ever. */
  const isFinal = (): boolean =>
    options.nodes.urls.every(
      (node) => refusedBy.has(node) || (tried.has(node) && performance.now() - options.lostAt > TOKEN_PATIENCE_MS),
    );

  const attempt = async (): Promise<void> => {
    const url = options.nodes.next();
    count += 1;
    // Where websockets do not get through (some proxies), long polling does: every third attempt starts with it.
    const polling = options.pollingFirst || count % 3 === 0;
    const transports: ('websocket' | 'polling')[] = polling ? ['polling', 'websocket'] : ['websocket'];
    try {
      const link = await Link.open(
        {
          url,
          token: options.token,
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
      if (isUnsupported(error)) unsupported = error;
      if (error instanceof RequestRefused && isAboutTheToken(error)) {
        refusedBy.add(url);
        if (isFinal()) outcome ??= error;
      }
    }
    tried.add(url);
    // Another node may run another version: the answer of one is not final.
    if (unsupported !== undefined && options.nodes.urls.every((node) => tried.has(node))) outcome ??= unsupported;
    if (outcome !== undefined) decide();
  };

  try {
    for (;;) {
      if (signal.aborted) throw signal.reason;
      const running = attempt();
      open.add(running);
      void running.finally(() => open.delete(running));
      await Promise.race([running, decided, pause(OVERTAKE_AFTER_MS, signal, options.onWake)]);
      while (outcome === undefined && open.size >= MAX_ATTEMPTS) await Promise.race(open);
      if (outcome === undefined && !open.has(running)) {
        const wait = redialDelayMs(performance.now() - options.lostAt, Math.random());
        await Promise.race([decided, pause(wait, signal, options.onWake)]);
      }
      if (outcome instanceof Link) {
        options.nodes.prefer(outcome.url);
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
