import type { Server } from 'socket.io';
import type { Listening } from './sharedPort.ts';
import type { Certificate } from './tls/certificate.ts';

/** One HTTP request, whichever engine carries it. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** As received: percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The peer of the TCP connection: a proxy, if there is one. */
  readonly peerAddress: string;
  /**
   * The whole body.
   * @throws WireRefusal when it is too large (TOO_LARGE)
   * @throws BodyAborted when the client went away
   */
  readBody(): Promise<Buffer>;
  /** Instead of `readBody`: the body as it comes, however long; the client waits. Fails with BodyAborted. */
  streamBody(): ReadableStream<Uint8Array>;
}

/** A body that is read while it is sent, no faster than the client takes it. */
export interface StreamedBody {
  readonly bytes: number;
  /** Called once, unless nobody wants the body. An error cuts the connection. */
  open(): AsyncIterable<Uint8Array>;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | StreamedBody;
}

/** Never rejects: an implementation answers its errors itself. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpReply>;

/** An engine that carries HTTP and socket.io. */
export interface HttpEngine {
  readonly name: 'uws' | 'ws';
  /** Attaches socket.io. Call it once, before `listen`. */
  attach(io: Server): void;
  /**
   * Returns the bound port. May be called again after a failure, or for another port beside.
   * @throws PortTaken when another program has the port
   */
  listen(host: string, port: number, listening: Listening): Promise<number>;
  /** Takes no new connections on any port; those that are open go on. */
  stopListening(): Promise<void>;
  /**
   * New connections get this certificate; those that are open stay. Does nothing in an engine without TLS.
   * @throws Error when it cannot be used; the old one then stays
   */
  useCertificate(certificate: Certificate): Promise<void>;
  /** Closes socket.io too. */
  close(): Promise<void>;
}

export function isStreamed(body: HttpReply['body']): body is StreamedBody {
  return typeof body === 'object' && 'open' in body;
}

/** Another program listens on the port. */
export class PortTaken extends Error {
  readonly code = 'EADDRINUSE';

  constructor(host: string, port: number, options?: ErrorOptions) {
    super(`Port ${port} on ${host} is taken by another program: stop it, or choose another port.`, options);
    this.name = 'PortTaken';
  }
}

export function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

/** The client went away before its request was whole. */
export class BodyAborted extends Error {
  constructor() {
    super('The client went away while it was sending its request.');
    this.name = 'BodyAborted';
  }
}
