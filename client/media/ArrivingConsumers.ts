interface Arriving {
  paused: boolean;
  closed: boolean;
}

/** Consumers that are being put in place, and what the server has said about them meanwhile. */
export class ArrivingConsumers {
  readonly #arriving = new Map<string, Arriving>();

  get(consumerId: string): Readonly<Arriving> | undefined {
    return this.#arriving.get(consumerId);
  }

  add(consumers: readonly { readonly consumerId: string; readonly paused: boolean }[]): void {
    for (const { consumerId, paused } of consumers) this.#arriving.set(consumerId, { paused, closed: false });
  }

  /** They are in place, or never will be. */
  remove(consumers: readonly { readonly consumerId: string }[]): void {
    for (const { consumerId } of consumers) this.#arriving.delete(consumerId);
  }

  closed(consumerIds: readonly string[]): void {
    for (const id of consumerIds) {
      const arriving = this.#arriving.get(id);
      if (arriving !== undefined) arriving.closed = true;
    }
  }

  paused(changes: readonly { readonly consumerId: string; readonly paused: boolean }[]): void {
    for (const { consumerId, paused } of changes) {
      const arriving = this.#arriving.get(consumerId);
      if (arriving !== undefined) arriving.paused = paused;
    }
  }
}
