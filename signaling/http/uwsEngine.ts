import type * as uws from 'uWebSockets.js';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { Server } from 'socket.io';
import { WireRefusal } from '../requests/WireRefusal.ts';
import { BodyAborted, type HttpEngine, type HttpHandler, type HttpRequest, PortTaken } from './http.ts';
import { statusLine } from './statusLine.ts';

/** The package's types lack the listen options. */
type Uws = typeof uws & { readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number };

/**
 * Returns the binary, or null where there is none for this platform. `import()` of a binary that does not load can end
 * the process.
 */
export function loadUws(): Uws | null {
  try {
    return createRequire(import.meta.url)('uWebSockets.js') as Uws;
  } catch {
    // No binary exists for this system, or it needs a newer C library: `ws` carries the same traffic.
    return null;
  }
}

/** uWebSockets.js below HTTP and socket.io: less CPU and memory for each client. */
export function createUwsEngine(
  { App, LIBUS_LISTEN_EXCLUSIVE_PORT, us_listen_socket_close, us_socket_local_port }: Uws,
  handler: HttpHandler,
  maxBodyBytes: number,
  maxBacklogBytes: number,
): HttpEngine {
  const app = App();
  let io: Server | null = null;
  let listenSocket: uws.us_listen_socket | null = null;

  async function answer(res: uws.HttpResponse, req: uws.HttpRequest): Promise<void> {
    // Both are valid only until this function first awaits; after an abort `res` must not be touched.
    let aborted = false;
    const body = collectBody(res, req.getMethod(), maxBodyBytes, () => {
      aborted = true;
    });
    const request = toRequest(res, req, body);
    const reply = await handler(request);
    if (aborted) return;
    res.cork(() => {
      res.writeStatus(statusLine(reply.status));
      for (const [name, value] of Object.entries(reply.headers)) res.writeHeader(name, value);
      if (request.method === 'HEAD') res.endWithoutBody(Buffer.byteLength(reply.body));
      else res.end(reply.body);
    });
  }

  function listenExclusively(host: string, port: number): Promise<uws.us_listen_socket> {
    // The package's types lack this form. Without the option several processes would share the port, and its clients.
    const listen = app.listen as unknown as (
      host: string,
      port: number,
      options: number,
      listening: (socket: uws.us_listen_socket | false) => void,
    ) => void;
    return new Promise((resolve, reject) => {
      listen.call(app, host, port, LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
        if (socket) resolve(socket);
        else reject(new PortTaken(host, port));
      });
    });
  }

  return {
    name: 'uws',
    attach(attached) {
      io = attached;
      io.attachApp(asSocketsNeedIt(app, maxBacklogBytes));
      app.any('/*', (res, req) => void answer(res, req));
    },
    async listen(host, port) {
      // On port 0 it would bind without SO_REUSEADDR, and nobody could bind that port again for a minute after a crash.
      const boundPort = port === 0 ? await freePort(host) : port;
      listenSocket = await listenExclusively(host, boundPort);
      return us_socket_local_port(listenSocket);
    },
    async close() {
      if (listenSocket) us_listen_socket_close(listenSocket);
      listenSocket = null;
      // Its sockets close in order; the rest is then cut.
      await io?.close();
      app.close();
    },
  };
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * socket.io does not pass on what to do at the limit: messages would be dropped in silence. A client that misses one
 * must be cut off instead. Also, below Node's own server it answers everywhere under its path, and some clients need
 * that.
 */
function asSocketsNeedIt(app: uws.TemplatedApp, maxBytes: number): Pick<uws.TemplatedApp, 'any' | 'ws' | 'publish'> {
  const limited = {
    any(pattern: string, handler: Parameters<uws.TemplatedApp['any']>[1]) {
      app.any(`${pattern}*`, handler);
      return limited as uws.TemplatedApp;
    },
    ws<UserData>(pattern: string, behavior: uws.WebSocketBehavior<UserData>) {
      app.ws(`${pattern}*`, { ...behavior, maxBackpressure: maxBytes, closeOnBackpressureLimit: true });
      return limited as uws.TemplatedApp;
    },
    publish: app.publish.bind(app),
  };
  return limited;
}

function toRequest(res: uws.HttpResponse, req: uws.HttpRequest, body: Promise<Buffer>): HttpRequest {
  const headers = new Map<string, string>();
  req.forEach((name, value) => {
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  });
  return {
    method: req.getMethod().toUpperCase(),
    path: req.getUrl(),
    query: new URLSearchParams(req.getQuery()),
    headers,
    peerAddress: Buffer.from(res.getRemoteAddressAsText()).toString(),
    readBody: () => body,
  };
}

/** Bytes arrive even while nobody waits for them, so they are collected from the start. */
function collectBody(res: uws.HttpResponse, method: string, maxBytes: number, onAborted: () => void): Promise<Buffer> {
  const body = new Promise<Buffer>((resolve, reject) => {
    res.onAborted(() => {
      onAborted();
      reject(new BodyAborted());
    });
    if (method === 'get' || method === 'head') {
      resolve(Buffer.alloc(0));
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    res.onData((chunk, isLast) => {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        chunks.length = 0;
        reject(new WireRefusal('TOO_LARGE', `A request may have at most ${maxBytes} bytes.`));
        return;
      }
      // The memory of a chunk is reused as soon as this function returns.
      chunks.push(Buffer.from(chunk.slice(0)));
      if (isLast) resolve(Buffer.concat(chunks));
    });
  });
  // A handler that never reads the body must not leave its rejection unhandled.
  body.catch(() => undefined);
  return body;
}
