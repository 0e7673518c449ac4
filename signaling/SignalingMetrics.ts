import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ConnectedPeople } from './connections/ConnectedPeople.ts';
import type { Offence } from './connections/EngineGuard.ts';

/** Prometheus' text format. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** What an operator sees of signaling. Labels come from closed sets only. */
export class SignalingMetrics {
  readonly #requests: Counter<'request' | 'outcome'>;
  readonly #durations: Histogram<'request'>;
  readonly #connectionsRefused: Counter<'code'>;
  readonly #connectionsCutOff: Counter<'reason'>;

  constructor(
    registry: Registry,
    connectedPeople: ConnectedPeople,
    connections: () => number,
    rooms: () => number,
    clockErrorMs: () => number = () => 0,
  ) {
    const registers = [registry];
    new Gauge({
      name: 'everroom_clock_error_seconds',
      help: "By how much this machine's clock is ahead of that of Redis.",
      registers,
      collect() {
        this.set(clockErrorMs() / 1_000);
      },
    });
    this.#requests = new Counter({
      name: 'everroom_requests_total',
      help: 'Requests of clients by name and outcome (OK or an error code).',
      labelNames: ['request', 'outcome'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'everroom_request_duration_seconds',
      help: 'Time from a request to its answer.',
      labelNames: ['request'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#connectionsRefused = new Counter({
      name: 'everroom_connections_refused_total',
      help: 'Connections refused before they could ask anything, by error code.',
      labelNames: ['code'],
      registers,
    });
    this.#connectionsCutOff = new Counter({
      name: 'everroom_connections_cut_off_total',
      help: 'Connections closed because they sent too much (bytes, binary, connects), or did not read (backlog).',
      labelNames: ['reason'],
      registers,
    });
    new Gauge({
      name: 'everroom_connections',
      help: 'Clients connected to this node.',
      registers,
      collect() {
        this.set(connections());
      },
    });
    new Gauge({
      name: 'everroom_participants',
      help: 'Participants whose connection this node holds.',
      registers,
      collect() {
        this.set(connectedPeople.participants);
      },
    });
    new Gauge({
      name: 'everroom_rooms_open',
      help: 'Rooms that are open on this node.',
      registers,
      collect() {
        this.set(rooms());
      },
    });
  }

  requestAnswered(request: string, outcome: string, seconds: number): void {
    this.#requests.inc({ request, outcome });
    this.#durations.observe({ request }, seconds);
  }

  connectionCutOff(reason: Offence | 'backlog'): void {
    this.#connectionsCutOff.inc({ reason });
  }

  connectionRefused(code: string): void {
    this.#connectionsRefused.inc({ code });
  }
}
