import { createServer } from 'node:http';
import { METRICS_TYPE } from '../SignalingMetrics.ts';
import { isInUse } from './http.ts';
import { type Listening, listenShared } from './sharedPort.ts';

export interface MetricsServer {
  /** @throws MetricsPortTaken when another program has the port */
  listen(host: string, port: number, listening: Listening): Promise<number>;
  /** Takes no new connections. */
  stopListening(): void;
  close(): void;
}

/** Another program listens on the port for metrics. */
class MetricsPortTaken extends Error {
  readonly code = 'METRICS_PORT_TAKEN';

  constructor(port: number, options?: ErrorOptions) {
    super(`METRICS_PORT ${port} is taken by another program: stop it, or choose another port.`, options);
    this.name = 'MetricsPortTaken';
  }
}

/** Serves `/metrics` without a key on a port of its own, which only the operator's network should reach. */
export function createMetricsServer(text: () => Promise<string>): MetricsServer {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    text().then(
      (metrics) => response.writeHead(200, { 'content-type': METRICS_TYPE }).end(metrics),
      () => response.writeHead(500).end(),
    );
  });
  server.maxConnections = 50;
  return {
    async listen(host, port, listening) {
      try {
        return await listenShared(server, host, port, listening);
      } catch (error) {
        throw isInUse(error) ? new MetricsPortTaken(port, { cause: error }) : error;
      }
    },
    stopListening() {
      if (server.listening) server.close();
    },
    close() {
      if (server.listening) server.close();
      server.closeAllConnections();
    },
  };
}
