import { Counter, Gauge, type Registry } from 'prom-client';

/** What an operator sees of the channels of sidecars. Labels come from closed sets only. */
export class SidecarMetrics {
  readonly #refused: Counter<'code'>;
  readonly #dropped: Counter<'message'>;

  constructor(registry: Registry, channels: () => number) {
    const registers = [registry];
    this.#refused = new Counter({
      name: 'everroom_sidecar_channels_refused_total',
      help: 'Channels of sidecars that were refused, by code.',
      labelNames: ['code'],
      registers,
    });
    this.#dropped = new Counter({
      name: 'everroom_sidecar_messages_dropped_total',
      help: 'Messages of sidecars that could not be understood, by name.',
      labelNames: ['message'],
      registers,
    });
    new Gauge({
      name: 'everroom_sidecar_channels',
      help: 'Sidecars whose channel to this node is open.',
      registers,
      collect() {
        this.set(channels());
      },
    });
  }

  refused(code: string): void {
    this.#refused.inc({ code });
  }

  dropped(message: string): void {
    this.#dropped.inc({ message });
  }
}
