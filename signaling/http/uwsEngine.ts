import type * as uws from 'uWebSockets.js';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { Server } from 'socket.io';
import { type HttpEngine, type HttpHandler, type HttpRequest, isInUse, isStreamed, PortTaken } from './http.ts';
import { IncomingBody } from './IncomingBody.ts';
import { sendStream } from './sendStream.ts';
import { assertFree } from './sharedPort.ts';
import { statusLine } from './statusLine.ts';
import type { TlsFiles } from './tls/certificate.ts';

/**
 * Returns the binary, or null where there is none for this platform. `import()` of a binary that does not load can end
 * the process.
 */
export function loadUws(): typeof uws | null {
  try {
    return createRequire(import.meta.url)('uWebSockets.js') as typeof uws;
  } catch {
    // No binary exists for this system, or it needs a newer C library: `ws` carries the same traffic.
    return null;
  }
}

type Route = (app: uws.TemplatedApp) => void;

/**
 * uWebSockets.js below HTTP and socket.io: less CPU and memory for each client. Speaks TLS if it gets files. An app of
 * it keeps the certificate that it was made with, so a new certificate means a new app on the same port; connections of
 * the old app live on in it.
 */
export function createUwsEngine(
  uws: NonNullable<ReturnType<typeof loadUws>>,
  handler: HttpHandler,
  maxBodyBytes: number,
  maxBacklogBytes: number,
  tls: TlsFiles | null,
): HttpEngine {
  const routes: Route[] = [];
  let apps = [createApp()];
  let io: Server | null = null;
  let listening: { readonly socket: uws.us_listen_socket; readonly host: string; readonly port: number }[] = [];

  function createApp(): uws.TemplatedApp {
    const app = tls ? uws.SSLApp({ cert_file_name: tls.certFile, key_file_name: tls.keyFile }) : uws.App();
    for (const route of routes) route(app);
    return app;
  }

  async function answer(res: uws.HttpResponse, req: uws.HttpRequest): Promise<void> {
    // Both are valid only until this function first awaits; after an abort `res` must not be touched.
    const gone = new AbortController();
    const body = collectBody(res, req.getMethod(), maxBodyBytes, gone);
    const request = toRequest(res, req, body);
    const reply = await handler(request);
    if (gone.signal.aborted) return;
    if (isStreamed(reply.body) && request.method !== 'HEAD') {
      body.drop();
      await sendStream(res, reply, reply.body, gone.signal);
      return;
    }
    res.cork(() => {
      body.drop();
      res.writeStatus(statusLine(reply.status));
      for (const [name, value] of Object.entries(reply.headers)) res.writeHeader(name, value);
      if (isStreamed(reply.body)) res.endWithoutBody(reply.body.bytes);
      else if (request.method === 'HEAD') res.endWithoutBody(Buffer.byteLength(reply.body));
      else res.end(reply.body);
    });
  }

  /** Shares the port where the system can. uWebSockets.js calls back before its `listen` returns. @throws PortTaken */
  function bind(app: uws.TemplatedApp, host: string, port: number): uws.us_listen_socket {
    let bound: uws.us_listen_socket | false = false;
    app.listen(host, port, (socket) => {
      bound = socket;
    });
    if (!bound) throw new PortTaken(host, port);
    return bound;
  }

  function stopAll(): void {
    for (const { socket } of listening) uws.us_listen_socket_close(socket);
    listening = [];
  }

  return {
    name: 'uws',
    attach(attached) {
      io = attached;
      const add = (route: Route): void => {
        routes.push(route);
        for (const app of apps) route(app);
      };
      io.attachApp(asSocketsNeedIt(add, () => apps, maxBacklogBytes));
      add((app) => app.any('/*', (res, req) => void answer(res, req)));
    },
    async listen(host, port, { besideAnother }) {
      // On port 0 it would bind without SO_REUSEADDR, and nobody could bind that port again for a minute after a crash.
      const boundPort = port === 0 ? await freePort(host) : port;
      try {
        if (!besideAnother) await assertFree(host, boundPort);
      } catch (error) {
        throw isInUse(error) ? new PortTaken(host, port, { cause: error }) : error;
      }
      const socket = bind(newest(apps), host, boundPort);
      const bound = uws.us_socket_local_port(socket);
      listening.push({ socket, host, port: bound });
      return bound;
    },
    async stopListening() {
      // Whoever waits on the socket is accepted first: closing resets them.
      await new Promise((resolve) => setImmediate(resolve));
      stopAll();
    },
    async useCertificate() {
      if (!tls) return;
      const next = createApp();
      // Both share the port for a moment. Whoever waits on the old socket is accepted first: closing resets them.
      await new Promise((resolve) => setImmediate(resolve));
      const before = listening;
      listening = before.map(({ host, port }) => ({ socket: bind(next, host, port), host, port }));
      for (const { socket } of before) uws.us_listen_socket_close(socket);
      apps = [...apps, next];
    },
    async close() {
      stopAll();
      // Its sockets close in order; the rest is then cut.
      await io?.close();
      for (const app of apps) app.close();
    },
  };
}

function newest(apps: readonly uws.TemplatedApp[]): uws.TemplatedApp {
  return apps[apps.length - 1] as uws.TemplatedApp;
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
 * that. What it publishes reaches the clients of all apps.
 */
function asSocketsNeedIt(
  add: (route: Route) => void,
  apps: () => readonly uws.TemplatedApp[],
  maxBytes: number,
): Pick<uws.TemplatedApp, 'any' | 'ws' | 'publish'> {
  const limited = {
    any(pattern: string, handler: Parameters<uws.TemplatedApp['any']>[1]) {
      add((app) => app.any(`${pattern}*`, handler));
      return limited as uws.TemplatedApp;
    },
    ws<UserData>(pattern: string, behavior: uws.WebSocketBehavior<UserData>) {
      const bounded = { ...behavior, maxBackpressure: maxBytes, closeOnBackpressureLimit: true };
      add((app) => app.ws(`${pattern}*`, bounded));
      return limited as uws.TemplatedApp;
    },
    publish: (...message: Parameters<uws.TemplatedApp['publish']>) =>
      apps().reduce((sent, app) => app.publish(...message) || sent, false),
  };
  return limited;
}

function toRequest(res: uws.HttpResponse, req: uws.HttpRequest, body: IncomingBody): HttpRequest {
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
    readBody: () => body.whole(),
    streamBody: () => body.stream(),
  };
}

/** Bytes arrive even while nobody waits for them, so they are collected from the start. */
function collectBody(res: uws.HttpResponse, method: string, maxBytes: number, gone: AbortController): IncomingBody {
  // uWebSockets.js forbids both once the client is gone.
  const body = new IncomingBody(maxBytes, {
    pause: () => void (gone.signal.aborted || res.pause()),
    resume: () => void (gone.signal.aborted || res.resume()),
  });
  res.onAborted(() => {
    gone.abort();
    body.abort();
  });
  if (method === 'get' || method === 'head') {
    body.end();
    return body;
  }
  res.onData((chunk, isLast) => {
    // The memory of a chunk is reused as soon as this function returns.
    body.push(new Uint8Array(chunk.slice(0)));
    if (isLast) body.end();
  });
  return body;
}
