import { io, type Socket } from 'socket.io-client';
import { readSocketError, type WireError } from '../../signaling/protocol/errors.ts';
import { type NotificationBody, type NotificationName, notifications } from '../../signaling/protocol/notifications.ts';
import {
  type ConnectAuth,
  type RequestBody,
  type RequestName,
  type ResponseBody,
  requests,
} from '../../signaling/protocol/requests.ts';
import { PROTOCOL_VERSION } from '../../signaling/protocol/version.ts';
import { AnswerUnreadable, ConnectionLost, RequestRefused } from '../errors.ts';

/** One valid notification. `acknowledge` is there if the server waits for it. */
export type Notification = {
  [N in NotificationName]: {
    readonly name: N;
    readonly body: NotificationBody<N>;
    readonly acknowledge: ((answer?: object) => void) | undefined;
  };
}[NotificationName];

export interface LinkListener {
  notified(notification: Notification): void;
  /** A message arrived that cannot be read; it is dropped. */
  invalid(name: string, error: unknown): void;
  closed(reason: string): void;
}

/** A node that a client could not stay with or get into. */
export interface Left {
  readonly url: string;
  readonly why: string;
}

export interface LinkOptions {
  readonly url: string;
  /** The path of socket.io, or one below it. */
  readonly path: string;
  readonly token: string;
  /** Whether this client goes where the node sends it. */
  readonly follows: boolean;
  readonly left: Left | undefined;
  readonly transports: ('websocket' | 'polling')[];
  readonly timeoutMs: number;
  /** The session is elsewhere and stays there; this link only stands by. */
  readonly standby?: boolean;
}

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * One socket to one node. It opens once and closes once; whoever holds links does the reconnecting. What arrives before
 * `listen` is kept, so that nothing is lost between opening and listening.
 */
export class Link {
  readonly url: string;
  /** It was opened to stand by. */
  readonly standsBy: boolean;
  /** Resolves when it is closed, whoever listens. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #pending = new Set<(error: Error) => void>();
  #listener: LinkListener | undefined;
  #early: ((listener: LinkListener) => void)[] = [];
  #closed = false;
  #end: () => void = () => undefined;
  #lastHeardAt = performance.now();

  /**
   * @throws RequestRefused when the node refuses
   * @throws ConnectionLost when the node cannot be reached, or `signal` aborts
   */
  static open(options: LinkOptions, signal: AbortSignal): Promise<Link> {
    const { follows, left, standby = false, token } = options;
    const where = { follows, ...(left && { left }), ...(standby && { standby }) };
    const auth: ConnectAuth = { protocol: PROTOCOL_VERSION, token, ...where };
    const socket = io(options.url, {
      auth,
      path: options.path,
      transports: options.transports,
      reconnection: false,
      forceNew: true,
      timeout: options.timeoutMs,
      closeOnBeforeunload: false,
    });
    return new Promise<Link>((resolve, reject) => {
      const cleanUp = (): void => {
        signal.removeEventListener('abort', onAbort);
        clearTimeout(timer);
        socket.off('connect');
        socket.off('connect_error');
      };
      const fail = (error: Error): void => {
        cleanUp();
        socket.disconnect();
        reject(error);
      };
      const onAbort = (): void => fail(new ConnectionLost(`no longer needed: ${options.url}`));
      // `timeout` above covers the transport only, not the namespace's own handshake.
      const timer = setTimeout(() => fail(new ConnectionLost(`${options.url} did not answer`)), options.timeoutMs);
      socket.once('connect', () => {
        cleanUp();
        resolve(new Link(options.url, socket, standby));
      });
      socket.once('connect_error', (error) => fail(toConnectFailure(options.url, error)));
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
    });
  }

  constructor(url: string, socket: Socket, standsBy = false) {
    this.url = url;
    this.standsBy = standsBy;
    this.#socket = socket;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    socket.onAny((name: string, body: unknown, acknowledge: unknown) => this.#received(name, body, acknowledge));
    socket.io.engine?.on('packet', () => {
      this.#lastHeardAt = performance.now();
    });
    socket.once('disconnect', (reason) => this.#gone(reason));
  }

  /** When the last packet from the node arrived, by `performance.now()`. */
  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  /** True on long polling; it stays so behind a proxy that blocks websockets. */
  get isPolling(): boolean {
    return this.#socket.io.engine?.transport.name === 'polling';
  }

  get closed(): boolean {
    return this.#closed;
  }

  listen(listener: LinkListener): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const deliver of early) deliver(listener);
  }

  /**
   * @throws RequestRefused when the node refuses
   * @throws ConnectionLost when no answer came and the outcome is unknown
   */
  request<N extends RequestName>(
    name: N,
    body: RequestBody<N>,
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<ResponseBody<N>> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new ConnectionLost(`${name}: the connection is closed`));
        return;
      }
      const cleanUp = (): void => {
        clearTimeout(timer);
        this.#pending.delete(fail);
      };
      const fail = (error: Error): void => {
        cleanUp();
        reject(error);
      };
      const timer = setTimeout(() => fail(new ConnectionLost(`${name}: no answer in ${timeoutMs} ms`)), timeoutMs);
      this.#pending.add(fail);
      this.#socket.emit(name, body, (answer: unknown) => {
        cleanUp();
        try {
          resolve(parseAnswer(name, answer));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#socket.disconnect();
    this.#gone('closed here');
  }

  #received(name: string, body: unknown, acknowledge: unknown): void {
    const deliver = (listener: LinkListener): void => {
      if (!isNotificationName(name)) {
        listener.invalid(name, new Error('unknown notification'));
        return;
      }
      const parsed = notifications[name].safeParse(body);
      if (!parsed.success) {
        listener.invalid(name, parsed.error);
        return;
      }
      const ack = typeof acknowledge === 'function' ? (answer?: object) => acknowledge(answer) : undefined;
      // The schema of `name` has just checked the body; TypeScript cannot follow the two together.
      listener.notified({ name, body: parsed.data, acknowledge: ack } as Notification);
    };
    if (this.#closed) return;
    if (this.#listener === undefined) this.#early.push(deliver);
    else deliver(this.#listener);
  }

  #gone(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#end();
    this.#socket.offAny();
    for (const fail of [...this.#pending]) fail(new ConnectionLost(`connection closed: ${reason}`));
    const deliver = (listener: LinkListener): void => listener.closed(reason);
    if (this.#listener === undefined) this.#early.push(deliver);
    else deliver(this.#listener);
  }
}

function isNotificationName(name: string): name is NotificationName {
  return Object.hasOwn(notifications, name);
}

function parseAnswer<N extends RequestName>(name: N, answer: unknown): ResponseBody<N> {
  if (typeof answer === 'object' && answer !== null && 'ok' in answer) {
    if (answer.ok === true && 'result' in answer) {
      const result = requests[name].response.safeParse(answer.result);
      if (!result.success) throw new AnswerUnreadable(name, { cause: result.error });
      return result.data as ResponseBody<N>;
    }
    if (answer.ok === false && 'error' in answer) {
      throw toRefusal(readSocketError(answer.error));
    }
  }
  throw new Error(`${name}: the answer is neither a result nor an error`);
}

/** A refused handshake carries the wire error in socket.io's `data`. */
function toConnectFailure(url: string, error: Error): Error {
  try {
    return toRefusal(readSocketError('data' in error ? error.data : undefined));
  } catch {
    return new ConnectionLost(`${url}: ${error.message}`, { cause: error });
  }
}

function toRefusal({ code, message, protocol, retryAfterMs, nodes }: WireError): RequestRefused {
  return new RequestRefused(code, message, protocol, retryAfterMs, nodes);
}
