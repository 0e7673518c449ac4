import { createServer, type IncomingMessage, type Server as NodeServer, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Server } from 'socket.io';
import { WireRefusal } from '../requests/WireRefusal.ts';
import {
  BodyAborted,
  type HttpEngine,
  type HttpHandler,
  type HttpRequest,
  isInUse,
  isStreamed,
  PortTaken,
} from './http.ts';
import { listenShared } from './sharedPort.ts';
import type { Certificate } from './tls/certificate.ts';

/** How long the body of a request may take. */
const BODY_MS = 15_000;
/** How long a body that is read as it comes may pause. */
const PAUSE_MS = 30_000;

/** Node's own HTTP server, with `ws` below socket.io. Runs everywhere. Speaks TLS if it gets a certificate. */
export function createNodeEngine(
  handler: HttpHandler,
  maxBodyBytes: number,
  certificate: Certificate | null,
  bodyMs = BODY_MS,
): HttpEngine {
  // Node looks for requests that take too long at an interval: without it 10 s would become 40.
  const limits = {
    // Uploads may take any time: `limitBody` bounds what else comes.
    ...{ headersTimeout: 10_000, requestTimeout: 0, keepAliveTimeout: 10_000 },
    connectionsCheckingInterval: 2_000,
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response);
  const secure = certificate && createTlsServer({ ...limits, cert: certificate.cert, key: certificate.key }, onRequest);
  const server: NodeServer = secure ?? createServer(limits, onRequest);

  let io: Server | null = null;
  /** All but the first, whose connections they get. */
  const others: TcpServer[] = [];

  /** A server of Node listens on one port: what comes to another one is handed to it. */
  function nextServer(): TcpServer {
    if (!server.listening) return server;
    const other = createTcpServer((socket) => void server.emit('connection', socket));
    others.push(other);
    return other;
  }

  function stopAll(): void {
    for (const each of [server, ...others.splice(0)]) if (each.listening) each.close();
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const unlimit = limitBody(request, bodyMs);
    const { status, headers, body } = await handler(toRequest(request, maxBodyBytes, unlimit));
    const bytes = isStreamed(body) ? body.bytes : Buffer.byteLength(body);
    response.writeHead(status, { ...headers, 'content-length': bytes });
    if (!isStreamed(body) || request.method === 'HEAD') {
      response.end(request.method === 'HEAD' || isStreamed(body) ? undefined : body);
    } else {
      // The client went away, or the file ended early: the connection is cut, which tells the client.
      await pipeline(body.open(), response).catch(() => response.destroy());
    }
    // The rest of an unread body must not hold the connection.
    if (!request.complete) request.resume();
  }

  return {
    name: 'ws',
    attach(attached) {
      io = attached;
      io.attach(server);
    },
    async listen(host, port, listening) {
      try {
        return await listenShared(nextServer(), host, port, listening);
      } catch (error) {
        throw isInUse(error) ? new PortTaken(host, port, { cause: error }) : error;
      }
    },
    async stopListening() {
      // Who waits to be accepted still is.
      await new Promise((resolve) => setImmediate(resolve));
      stopAll();
    },
    async useCertificate({ cert, key }) {
      secure?.setSecureContext({ cert, key });
    },
    async close() {
      stopAll();
      // Otherwise open requests would delay the end.
      server.closeAllConnections();
      await io?.close();
    },
  };
}

/** Cuts off a client that takes too long with its body; the returned function allows pauses only. */
function limitBody(request: IncomingMessage, bodyMs: number): () => void {
  const { socket } = request;
  const cut = () => socket.destroy();
  const timer = setTimeout(() => {
    // All of it is here, read or not: what takes time is the answer.
    if (!request.complete) cut();
  }, bodyMs);
  request.once('end', () => clearTimeout(timer));
  request.once('close', () => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    if (request.complete) return;
    socket.setTimeout(PAUSE_MS).on('timeout', cut);
    // What comes after on this connection has times of its own.
    request.once('end', () => socket.setTimeout(0).off('timeout', cut));
  };
}

function toRequest(request: IncomingMessage, maxBodyBytes: number, unlimit: () => void): HttpRequest {
  const [path = '/', query] = (request.url ?? '/').split(/\?(.*)/s);
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: new Map(
      Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
      ),
    ),
    peerAddress: request.socket.remoteAddress ?? '',
    readBody: () => readBody(request, maxBodyBytes),
    streamBody: () => {
      unlimit();
      return Readable.toWeb(request) as ReadableStream<Uint8Array>;
    },
  };
}

function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      reject(new WireRefusal('TOO_LARGE', `A request may have at most ${maxBytes} bytes.`));
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('close', () => reject(new BodyAborted()));
  });
}
