import type { IncomingMessage } from 'node:http';
import type { Socket } from 'socket.io';
import { type Arrival, type Place, place, type Scene } from '../../core/cluster/placement.ts';
import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import type { TokenClaims, Tokens } from '../auth/tokens.ts';
import { baseUrl } from '../http/baseUrl.ts';
import type { ClientAddresses } from '../http/clientAddress.ts';
import { limitKey } from '../http/clientAddress.ts';
import { AddressLimits } from '../limits/AddressLimits.ts';
import type { Limits } from '../limits/Limits.ts';
import { retryAfterMs } from '../limits/retryAfterMs.ts';
import { ConnectAuth } from '../protocol/requests.ts';
import { isSpoken, PROTOCOL_VERSION } from '../protocol/version.ts';
import { WireRefusal } from '../requests/WireRefusal.ts';
import type { Takeover } from '../standby/Takeover.ts';
import type { Admission } from './ClientConnection.ts';
import type { EngineConnection } from './engineConnection.ts';
import type { NodeDirectory } from './NodeDirectory.ts';

interface GateDeps {
  readonly tokens: Tokens;
  readonly addresses: ClientAddresses;
  readonly limits: Limits;
  readonly publicUrl: string;
  readonly nodes: Pick<NodeDirectory, 'elsewhere' | 'scene' | 'sceneHere'>;
  readonly rooms: Pick<RoomHosts, 'get'>;
  /** Whether this node is late with its work. */
  readonly isBusy: () => boolean;
  /** Whether this node is cut off from Redis, and other nodes are not. */
  readonly isCutOff: () => boolean;
  /** Whether it takes no newcomers; a busy node is full. */
  readonly isFull: () => boolean;
  readonly takeover: Pick<Takeover, 'serves'>;
  /** The port at which clients only stand by; null for none. */
  readonly standbyPort: () => number | null;
  /** A peer that is no trusted proxy says whom it speaks for; called once. */
  readonly onUntrustedProxy: (peerAddress: string) => void;
  readonly now: () => number;
}

/** A full node is asked again after about this: people leave in minutes, and the work of a busy node is done sooner. */
const FULL_RETRY_MS = 10_000;
const BUSY_RETRY_MS = 3_000;

/**
 * Decides who may connect: with a valid token, a known protocol, not too many connections from one address, and where
 * placement wants the client.
 */
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
    if (this.#deps.isCutOff()) {
      throw new WireRefusal('DRAINING', 'This node is cut off from the others. Turn to another one.');
    }
    const auth = ConnectAuth.safeParse(handshake.auth);
    if (!auth.success) throw new WireRefusal('TOKEN_INVALID', 'Connect with { protocol, token }.');
    const { protocol, token, standby = false } = auth.data;
    if (!isSpoken(protocol)) {
      const advice =
        protocol < PROTOCOL_VERSION ? 'Reload the page.' : 'Try another server, or wait until this one is updated.';
      throw new WireRefusal('PROTOCOL_UNSUPPORTED', `This server speaks protocol ${PROTOCOL_VERSION}. ${advice}`, {
        protocol: PROTOCOL_VERSION,
      });
    }
    const { host, 'x-forwarded-proto': proto } = handshake.headers;
    const nodeUrl = baseUrl(this.#deps.publicUrl, host, text(proto), this.#deps.standbyPort());
    const claims = await this.#deps.tokens.verify(token);
    if (this.#draining) {
      const nodes = await this.#deps.nodes.elsewhere(nodeUrl, claims.roomId);
      // Whoever comes back from a node that died meanwhile has only this one. The drain sends them on.
      if (nodes.length > 0 || !this.#comesBack(claims))
        throw new WireRefusal('DRAINING', 'This node is being stopped. Turn to another one.', { nodes });
      return { protocol, claims, address, nodeUrl, standby };
    }
    if (!standby && !this.#deps.takeover.serves) {
      const message = 'This server only stands by. Turn to the one that serves.';
      throw new WireRefusal('DRAINING', message, { nodes: [nodeUrl] });
    }
    // Whoever stands by has its session's node, and chose this one beside it.
    if (standby) this.#requireRoomHere();
    else await this.#requirePlaceHere(auth.data, claims, nodeUrl);
    return { protocol, claims, address, nodeUrl, standby };
  }

  /** @throws WireRefusal when the client had better go elsewhere (GO_TO), or must wait (FULL, BUSY) */
  async #requirePlaceHere({ left, follows = false }: ConnectAuth, claims: TokenClaims, nodeUrl: string): Promise<void> {
    const found = await this.#placeOf(claims, left?.url, nodeUrl);
    if (found.type === 'here') return;
    if (found.type === 'elsewhere' && follows) {
      const nodes = found.nodes.map(({ url }) => url);
      throw new WireRefusal('GO_TO', 'Another node of this deployment is the place for this room.', { nodes });
    }
    // To clients that follow nobody, this node is as good as any, while it takes newcomers at all.
    this.#requireRoomHere();
  }

  /** @throws WireRefusal when this node takes nobody more now (FULL, BUSY) */
  #requireRoomHere(): void {
    const { isBusy, isFull } = this.#deps;
    if (!isFull()) return;
    if (isBusy()) {
      const retry = { retryAfterMs: retryAfterMs(BUSY_RETRY_MS) };
      throw new WireRefusal('BUSY', 'This node is very busy. Try again in a moment.', retry);
    }
    const retry = { retryAfterMs: retryAfterMs(FULL_RETRY_MS) };
    throw new WireRefusal('FULL', 'There is no room for more people on this deployment. Try again later.', retry);
  }

  /** Whether the client has a place in the room: a recovery is when the nodes are busiest. */
  #comesBack({ kind, roomId, participantId }: TokenClaims): boolean {
    return kind === 'resume' || this.#deps.rooms.get(roomId)?.state.participants.has(participantId) === true;
  }

  async #placeOf(claims: TokenClaims, left: string | undefined, nodeUrl: string): Promise<Place> {
    const { isFull, nodes } = this.#deps;
    const { roomId } = claims;
    const comesBack = this.#comesBack(claims);
    const arrival: Omit<Arrival, keyof Scene> = { comesBack, left: new Set(left === undefined ? [] : [left]) };
    // Most clients are where they should be: nothing has to be asked for them.
    const known = nodes.sceneHere(nodeUrl, roomId);
    const atOnce = place({ ...known, ...arrival });
    const isSure = known.holders.size > 0 || (comesBack && left !== undefined) || known.others.length === 0;
    if (atOnce.type === 'here' && isSure) return atOnce;
    const scene = await nodes.scene(nodeUrl, roomId);
    if (scene) return place({ ...scene, ...arrival });
    return comesBack || !isFull() ? { type: 'here' } : { type: 'full' };
  }
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join() : header;
}
