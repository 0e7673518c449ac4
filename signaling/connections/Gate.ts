import type { IncomingMessage } from 'node:http';
import type { Socket } from 'socket.io';
import type { Tokens } from '../auth/tokens.ts';
import { baseUrl } from '../http/baseUrl.ts';
import type { ClientAddresses } from '../http/clientAddress.ts';
import { limitKey } from '../http/clientAddress.ts';
import { AddressLimits } from '../limits/AddressLimits.ts';
import type { Limits } from '../limits/Limits.ts';
import { ConnectAuth } from '../protocol/requests.ts';
import { isSpoken, PROTOCOL_VERSION } from '../protocol/version.ts';
import { WireRefusal } from '../requests/WireRefusal.ts';
import type { Admission } from './ClientConnection.ts';

interface GateDeps {
  readonly tokens: Tokens;
  readonly addresses: ClientAddresses;
  readonly limits: Limits;
  readonly publicUrl: string;
  readonly now: () => number;
}

/** Decides who may connect: with a valid token, a known protocol, and not too many connections from one address. */
export class Gate {
  readonly #deps: GateDeps;
  readonly #connects: AddressLimits;
  readonly #connected = new Map<string, number>();
  #draining = false;

  constructor(deps: GateDeps) {
    this.#deps = deps;
    this.#connects = new AddressLimits(deps.limits.connects, deps.now);
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /** Sockets that are connected. */
  get connections(): number {
    return [...this.#connected.values()].reduce((sum, count) => sum + count, 0);
  }

  drain(): void {
    this.#draining = true;
  }

  addressOf(peerAddress: string, forwardedFor: string | undefined): string {
    return limitKey(this.#deps.addresses.of(peerAddress, forwardedFor));
  }

  /** Returns whether this address may open a socket now; asked before the socket exists. */
  mayConnect({ connection, headers }: IncomingMessage): boolean {
    return this.#connects.take(this.addressOf(connection.remoteAddress ?? '', text(headers['x-forwarded-for'])));
  }

  /** @throws WireRefusal when this client may not connect */
  async admit({ handshake }: Socket): Promise<Admission> {
    const address = this.addressOf(handshake.address, text(handshake.headers['x-forwarded-for']));
    if (this.#draining) throw new WireRefusal('DRAINING', 'This node is being stopped. Turn to another one.');
    if ((this.#connected.get(address) ?? 0) >= this.#deps.limits.connections) {
      throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many connections from your network. Wait a moment.');
    }
    const auth = ConnectAuth.safeParse(handshake.auth);
    if (!auth.success) throw new WireRefusal('TOKEN_INVALID', 'Connect with { protocol, token }.');
    const { protocol, token } = auth.data;
    if (!isSpoken(protocol)) {
      const advice =
        protocol < PROTOCOL_VERSION ? 'Reload the page.' : 'Try another server, or wait until this one is updated.';
      throw new WireRefusal('PROTOCOL_UNSUPPORTED', `This server speaks protocol ${PROTOCOL_VERSION}. ${advice}`, {
        protocol: PROTOCOL_VERSION,
      });
    }
    const { host, 'x-forwarded-proto': proto } = handshake.headers;
    const nodeUrl = baseUrl(this.#deps.publicUrl, host, text(proto));
    return { protocol, claims: await this.#deps.tokens.verify(token), address, nodeUrl };
  }

  /** Counts a connection; call the returned function when it is closed. */
  count(address: string): () => void {
    this.#connected.set(address, (this.#connected.get(address) ?? 0) + 1);
    return () => {
      const left = (this.#connected.get(address) ?? 1) - 1;
      if (left === 0) this.#connected.delete(address);
      else this.#connected.set(address, left);
    };
  }
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join() : header;
}
