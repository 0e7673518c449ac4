import type { Server } from 'socket.io';

/** One HTTP request, whichever engine carries it. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** As it came: still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Of the peer of the TCP connection: a proxy, where there is one. */
  readonly peerAddress: string;
  /** The whole body. @throws WireRefusal TOO_LARGE; BodyAborted when the client went away. */
  readBody(): Promise<Buffer>;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Never rejects: whoever implements it answers its own errors. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpReply>;

/** What carries HTTP and socket.io on one port. */
export interface HttpEngine {
  readonly name: 'uws' | 'ws';
  /** Lets socket.io take part in the port. Once, before `listen`. */
  attach(io: Server): void;
  /** The port that was bound. May be called again after it failed. @throws PortTaken */
  listen(host: string, port: number): Promise<number>;
  /** Closes socket.io too. */
  close(): Promise<void>;
}

/** Somebody else listens on the port. */
export class PortTaken extends Error {
  readonly code = 'EADDRINUSE';

  constructor(host: string, port: number, options?: ErrorOptions) {
    super(`Port ${port} on ${host} is taken by another program: stop it, or choose another port.`, options);
    this.name = 'PortTaken';
  }
}

/** The client went away before its request was whole. */
export class BodyAborted extends Error {
  constructor() {
    super('The client went away while it was sending its request.');
    this.name = 'BodyAborted';
  }
}
