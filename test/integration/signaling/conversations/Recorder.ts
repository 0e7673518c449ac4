import { Manager } from 'socket.io-client';

/** The messages of one connection, in their order across all connections. `on` counts connections from 1. */
export type Step =
  | { readonly on: number; readonly from: 'client'; readonly does: 'connect'; readonly auth: unknown }
  | {
      readonly on: number;
      readonly from: 'client';
      readonly does: 'ask';
      readonly name: string;
      readonly id: number;
      readonly body: unknown;
    }
  | { readonly on: number; readonly from: 'client'; readonly does: 'close' }
  | { readonly on: number; readonly from: 'server'; readonly does: 'accept' }
  | { readonly on: number; readonly from: 'server'; readonly does: 'refuse'; readonly body: unknown }
  | {
      readonly on: number;
      readonly from: 'server';
      readonly does: 'answer';
      readonly id: number;
      readonly body: unknown;
    }
  | {
      readonly on: number;
      readonly from: 'server';
      readonly does: 'tell';
      readonly name: string;
      readonly body: unknown;
    };

export interface Conversation {
  readonly protocol: number;
  readonly steps: readonly Step[];
}

/** A packet of socket.io-parser. */
interface Packet {
  readonly type: number;
  readonly data?: unknown;
  readonly id?: number;
}

/** How a manager sends and receives packets: internals of socket.io-client, which offers no other way to listen. */
interface ManagerInternals {
  _packet(packet: Packet): void;
  ondecoded(packet: Packet): void;
  onclose(reason: string): void;
}

const [CONNECT, EVENT, ACK, CONNECT_ERROR] = [0, 2, 3, 4];

/** Listens to every socket.io client of this process. Leaves out pings: their number depends on time. */
export class Recorder {
  readonly steps: Step[] = [];
  readonly #connections = new Map<object, number>();
  readonly #pings = new Set<string>();
  readonly #original: ManagerInternals;

  constructor() {
    const prototype = Manager.prototype as unknown as ManagerInternals;
    const { _packet, ondecoded, onclose } = prototype;
    this.#original = { _packet, ondecoded, onclose };
    const { sent, received, closed } = this;
    prototype._packet = function (this: object, packet) {
      sent(this, packet);
      _packet.call(this, packet);
    };
    prototype.ondecoded = function (this: object, packet) {
      received(this, packet);
      ondecoded.call(this, packet);
    };
    prototype.onclose = function (this: object, reason) {
      closed(this);
      onclose.call(this, reason);
    };
  }

  stop(): void {
    Object.assign(Manager.prototype, this.#original);
  }

  readonly sent = (manager: object, { type, data, id = -1 }: Packet): void => {
    const on = this.#numberOf(manager);
    if (type === CONNECT) this.#add({ on, from: 'client', does: 'connect', auth: data });
    if (type !== EVENT) return;
    const [name, body] = data as [string, unknown];
    if (name === 'ping') this.#pings.add(`${on}/${id}`);
    else this.#add({ on, from: 'client', does: 'ask', name, id, body });
  };

  readonly received = (manager: object, { type, data, id = -1 }: Packet): void => {
    const on = this.#numberOf(manager);
    if (type === CONNECT) this.#add({ on, from: 'server', does: 'accept' });
    if (type === CONNECT_ERROR) this.#add({ on, from: 'server', does: 'refuse', body: data });
    if (type === ACK && !this.#pings.has(`${on}/${id}`)) {
      this.#add({ on, from: 'server', does: 'answer', id, body: (data as unknown[])[0] });
    }
    if (type === EVENT) {
      const [name, body] = data as [string, unknown];
      this.#add({ on, from: 'server', does: 'tell', name, body });
    }
  };

  readonly closed = (manager: object): void => {
    if (this.#connections.has(manager)) this.#add({ on: this.#numberOf(manager), from: 'client', does: 'close' });
  };

  #numberOf(manager: object): number {
    const known = this.#connections.get(manager) ?? this.#connections.size + 1;
    this.#connections.set(manager, known);
    return known;
  }

  /** Copies the message as it is now: a reader may change it later. */
  #add(step: Step): void {
    this.steps.push(JSON.parse(JSON.stringify(step)) as Step);
  }
}
