import type { IncomingMessage } from 'node:http';
import type { Socket } from 'socket.io';
import type { TokenClaims, Tokens } from './auth/tokens.ts';
import type { ClientAddresses } from './http/clientAddress.ts';
import { limitKey } from './http/clientAddress.ts';
import { AddressLimits } from './limits/AddressLimits.ts';
import type { Limits } from './limits/Limits.ts';
import { ConnectAuth } from './protocol/requests.ts';
import { PROTOCOL_VERSION } from './protocol/version.ts';
import { RequestRefused } from './RequestRefused.ts';

/** Who may connect at all: a valid token, a protocol we speak, and no more of them than one address may have. */
export class Gate {
  readonly #tokens: Tokens;
  readonly #addresses: ClientAddresses;
  readonly #limits: Limits;
  readonly #connects: AddressLimits;
  readonly #connected = new Map<string, number>();
  #draining = false;

  constructor(tokens: Tokens, addresses: ClientAddresses, limits: Limits, now: () => number) {
    this.#tokens = tokens;
    this.#addresses = addresses;
    this.#limits = limits;
    this.#connects = new AddressLimits(limits.connects, now);
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  drain(): void {
    this.#draining = true;
  }

  addressOf(peerAddress: string, forwardedFor: string | undefined): string {
    return limitKey(this.#addresses.of(peerAddress, forwardedFor));
  }

  /** Before a socket exists: whether its address may open one now. */
  mayConnect({ connection, headers }: IncomingMessage): boolean {
    return this.#connects.take(this.addressOf(connection.remoteAddress ?? '', text(headers['x-forwarded-for'])));
  }

  /** @throws RequestRefused */
  async admit({ handshake }: Socket): Promise<{ readonly claims: TokenClaims; readonly address: string }> {
    const address = this.addressOf(handshake.address, text(handshake.headers['x-forwarded-for']));
    if (this.#draining) throw new RequestRefused('DRAINING', 'This node is being stopped. Turn to another one.');
    if ((this.#connected.get(address) ?? 0) >= this.#limits.connections) {
      throw new RequestRefused('TOO_MANY_REQUESTS', 'Too many connections from your network. Wait a moment.');
    }
    const auth = ConnectAuth.safeParse(handshake.auth);
    if (!auth.success) throw new RequestRefused('TOKEN_INVALID', 'Connect with { protocol, token }.');
    if (auth.data.protocol !== PROTOCOL_VERSION) {
      throw new RequestRefused(
        'PROTOCOL_UNSUPPORTED',
        `This server speaks protocol ${PROTOCOL_VERSION}. Reload the page.`,
      );
    }
    return { claims: await this.#tokens.verify(auth.data.token), address };
  }

  /** Returns what is to be called when the connection is closed. */
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
