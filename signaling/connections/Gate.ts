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
import type { EngineConnection } from './engineConnection.ts';

interface GateDeps {
  readonly tokens: Tokens;
  readonly addresses: ClientAddresses;
  readonly limits: Limits;
  readonly publicUrl: string;
  /** Whether newcomers must wait. */
  readonly isBusy: () => boolean;
  /** Whether this node is cut off from Redis, and other nodes are not. */
  readonly isCutOff: () => boolean;
  /** A peer that is no trusted proxy says whom it speaks for; called once. */
  readonly onUntrustedProxy: (peerAddress: string) => void;
  readonly now: () => number;
}

/** Decides who may connect: with a valid token, a known protocol, and not too many connections from one address. */
export class Gate {
  readonly #deps: GateDeps;
  readonly #connects: AddressLimits;
  readonly #places = new Map<string, number>();
  readonly #holding = new WeakSet<Socket['conn']>();
  #draining = false;
  #warned = false;

  constructor(deps: GateDeps) {
    this.#deps = deps;
    this.#connects = new AddressLimits(deps.limits.connects, deps.now);
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /** Sockets that are connected, or being checked. */
  get connections(): number {
    return [...this.#places.values()].reduce((sum, count) => sum + count, 0);
  }

  drain(): void {
    this.#draining = true;
  }

  addressOf(peerAddress: string, forwardedFor: string | undefined): string {
    if (forwardedFor !== undefined && !this.#warned && !this.#deps.addresses.trusts(peerAddress)) {
      this.#warned = true;
      this.#deps.onUntrustedProxy(peerAddress);
    }
    return limitKey(this.#deps.addresses.of(peerAddress, forwardedFor));
  }

  /** Returns the address that limits count by. */
  addressOfConnection({ remoteAddress, request }: EngineConnection): string {
    return this.addressOf(remoteAddress, text(request.headers['x-forwarded-for']));
  }

  /** Returns whether this address may open a connection now; asked before the connection exists. */
  mayConnect({ connection, headers }: IncomingMessage): boolean {
    return this.#connects.take(this.addressOf(connection.remoteAddress ?? '', text(headers['x-forwarded-for'])));
  }

  /**
   * Takes a place for the socket before anything about it is known: one in its connection, and one of its address. Call
   * the returned function when the socket is refused or closed; the end of the connection does the same.
   * @throws WireRefusal when there is no place
   */
  reserve({ conn, handshake }: Socket): () => void {
    const address = this.addressOf(handshake.address, text(handshake.headers['x-forwarded-for']));
    const taken = this.#places.get(address) ?? 0;
    if (this.#holding.has(conn)) throw new WireRefusal('INVALID', 'This connection has let a socket in already.');
    if (taken >= this.#deps.limits.connections) {
      throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many connections from your network. Wait a moment.');
    }
    this.#places.set(address, taken + 1);
    this.#holding.add(conn);
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      this.#holding.delete(conn);
      const left = (this.#places.get(address) ?? 1) - 1;
      if (left === 0) this.#places.delete(address);
      else this.#places.set(address, left);
    };
    conn.once('close', release);
    return release;
  }

  /** @throws WireRefusal when this client may not connect */
  async admit({ handshake }: Socket): Promise<Admission> {
    const address = this.addressOf(handshake.address, text(handshake.headers['x-forwarded-for']));
    if (this.#draining) throw new WireRefusal('DRAINING', 'This node is being stopped. Turn to another one.');
    if (this.#deps.isCutOff()) {
      throw new WireRefusal('DRAINING', 'This node is cut off from the others. Turn to another one.');
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
    const claims = await this.#deps.tokens.verify(token);
    // Those who come back are in a room already: a recovery is when the node is busiest.
    if (claims.kind === 'join' && this.#deps.isBusy()) {
      throw new WireRefusal('BUSY', 'This node is very busy. Try again in a moment.');
    }
    return { protocol, claims, address, nodeUrl };
  }
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join() : header;
}
