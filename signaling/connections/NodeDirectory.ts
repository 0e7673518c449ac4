import type { NodeChannel } from '../../core/cluster/NodeChannel.ts';
import { fallbacks, type PlacedNode, type Scene } from '../../core/cluster/placement.ts';
import { standbyName } from '../../core/cluster/standbyName.ts';
import type { Clock, Logger, NodeInfo, NodeRegistry } from '../../core/ports.ts';
import type { NodeId, RoomId } from '../../core/room/state.ts';
import type { RoomClients } from './RoomClients.ts';

interface NodeDirectoryDeps {
  readonly nodeId: NodeId;
  /** Where browsers reach this node. */
  readonly publicUrl: string;
  readonly registry: Pick<NodeRegistry, 'nodes' | 'nodesWithClients'>;
  readonly clients: Pick<RoomClients, 'has'>;
  /** What changes from one moment to the next. */
  readonly own: () => Pick<PlacedNode, 'load' | 'capacity' | 'full'>;
  /** Tells at once that another node is gone; without it the registry does, within seconds. */
  readonly channel?: Pick<NodeChannel, 'onChange'> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

const REFRESH_MS = 2_000;
/** A list of nodes that is older counts for nothing. */
const STALE_MS = 6_000;
/** More addresses than a client will ever try. */
const MAX_URLS = 16;
/** Nobody waits longer to hear where the clients of a room are. */
const HOLDERS_TIMEOUT_MS = 1_000;
const HOLDERS_KEPT_MS = 300;
const HOLDERS_KEPT_ROOMS = 1_000;

interface Holders {
  readonly readAt: number;
  readonly holders: Promise<ReadonlySet<NodeId> | null>;
}

/** The nodes that clients may turn to, as last read: only the question who has a room goes to the registry. */
export class NodeDirectory {
  readonly #deps: NodeDirectoryDeps;
  readonly #holders = new Map<RoomId, Holders>();
  /** Nodes whose channel to this one closed, and is not back: most likely they are dead. */
  readonly #gone = new Set<NodeId>();
  readonly #unsubscribe: (() => void) | undefined;
  #nodes: readonly NodeInfo[] = [];
  #readAt = Number.NEGATIVE_INFINITY;
  #draining = false;
  #cancelRefresh: (() => void) | null = null;
  #stopped = false;

  constructor(deps: NodeDirectoryDeps) {
    this.#deps = deps;
    this.#unsubscribe = deps.channel?.onChange((nodeId, connected) => {
      if (connected) this.#gone.delete(nodeId);
      else this.#gone.add(nodeId);
    });
  }

  /** Reads the registry now, and then again at intervals. */
  start(): void {
    void this.refresh().finally(() => {
      if (!this.#stopped) this.#cancelRefresh = this.#deps.clock.setTimer(REFRESH_MS, () => this.start());
    });
  }

  /** Reads the registry; without an answer the list stays as it is. */
  async refresh(): Promise<void> {
    const { clock, logger, registry } = this.#deps;
    try {
      this.#nodes = await registry.nodes();
      this.#readAt = clock.now();
      for (const nodeId of this.#gone) {
        if (!this.#nodes.some((node) => node.nodeId === nodeId)) this.#gone.delete(nodeId);
      }
    } catch (error) {
      logger.debug({ err: error }, 'the list of nodes is not up to date');
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRefresh?.();
    this.#unsubscribe?.();
  }

  drain(): void {
    this.#draining = true;
  }

  /**
   * Base URLs for clients of the room, best first: `own` (this node, as the client found it), then the others. A
   * draining node comes last.
   */
  urls(own: string, roomId: RoomId = ''): string[] {
    const others = fallbacks(this.#scene(own, roomId, new Set())).map(({ url }) => url);
    const urls = this.#draining ? [...others, own] : [own, ...others];
    return [...new Set(urls)].slice(0, MAX_URLS);
  }

  /**
   * Where clients may stand by on this machine: the server that takes over when this one ends. `own`: this node, as the
   * client found it. A page that came over TLS cannot go where there is none.
   */
  standbyUrls(own: string): string[] {
    const { nodeId } = this.#deps;
    const name = this.#nodes.find((node) => node.nodeId === nodeId)?.name;
    const { hostname, protocol } = new URL(own);
    return this.#nodes.flatMap((node) => {
      if (!node.standsBy || name === undefined || node.name !== standbyName(name)) return [];
      const url = new URL(node.url);
      if (url.hostname === 'localhost') url.hostname = hostname;
      return url.protocol === protocol && !this.#gone.has(node.nodeId) ? [url.origin] : [];
    });
  }

  /**
   * Where clients of the room go that cannot stay here, best first: nodes that have the room, then the others. `own`
   * (this node, as the client found it) is the last if another process has the same address.
   */
  async elsewhere(own: string, roomId: RoomId): Promise<string[]> {
    const { nodeId, publicUrl } = this.#deps;
    const holders = (await this.#holdersOf(roomId)) ?? new Set();
    const others = fallbacks(this.#scene(own, roomId, holders)).map(({ url }) => url);
    const isShared = this.#nodes.some((node) => node.nodeId !== nodeId && node.url === publicUrl && !node.draining);
    return [...new Set([...others, ...(isShared ? [own] : [])])].slice(0, MAX_URLS);
  }

  /** Returns what placement must know; null when that is not known now. */
  async scene(own: string, roomId: RoomId): Promise<Scene | null> {
    const isStale = this.#deps.clock.now() - this.#readAt > STALE_MS;
    const holders = isStale ? null : await this.#holdersOf(roomId);
    return holders && this.#scene(own, roomId, holders);
  }

  /** The same, if the room's clients are nowhere but here. */
  sceneHere(own: string, roomId: RoomId): Scene {
    const { clients, nodeId } = this.#deps;
    return this.#scene(own, roomId, new Set(clients.has(roomId) ? [nodeId] : []));
  }

  #scene(own: string, roomId: RoomId, holders: ReadonlySet<NodeId>): Scene {
    const { nodeId, own: load } = this.#deps;
    const { cpu = 0, region = null } = this.#nodes.find((node) => node.nodeId === nodeId) ?? {};
    const here = { nodeId, url: own, draining: this.#draining, cpu, region, ...load() };
    return { roomId, here, others: this.#others(own), holders };
  }

  /** A client that came from another machine cannot use an address of the loopback. */
  #others(own: string): NodeInfo[] {
    const { nodeId, publicUrl } = this.#deps;
    const isLocal = isLoopback(own);
    return this.#nodes.filter(
      (node) =>
        node.nodeId !== nodeId &&
        node.url !== publicUrl &&
        !this.#gone.has(node.nodeId) &&
        (isLocal || !isLoopback(node.url)),
    );
  }

  async #holdersOf(roomId: RoomId): Promise<ReadonlySet<NodeId> | null> {
    const { clients, nodeId } = this.#deps;
    const others = await this.#holdersElsewhere(roomId);
    return others && clients.has(roomId) ? new Set([...others, nodeId]) : others;
  }

  #holdersElsewhere(roomId: RoomId): Promise<ReadonlySet<NodeId> | null> {
    const now = this.#deps.clock.now();
    const kept = this.#holders.get(roomId);
    if (kept && Math.abs(now - kept.readAt) < HOLDERS_KEPT_MS) return kept.holders;
    const among = this.#nodes.map(({ nodeId }) => nodeId).filter((nodeId) => nodeId !== this.#deps.nodeId);
    if (among.length === 0) return Promise.resolve(new Set());
    if (this.#holders.size >= HOLDERS_KEPT_ROOMS) this.#holders.clear();
    const holders = this.#askForHolders(roomId, among);
    this.#holders.set(roomId, { readAt: now, holders });
    // The first client may come in the next moment.
    void holders.then((found) => {
      if (!found?.size && this.#holders.get(roomId)?.holders === holders) this.#holders.delete(roomId);
    });
    return holders;
  }

  async #askForHolders(roomId: RoomId, among: readonly NodeId[]): Promise<ReadonlySet<NodeId> | null> {
    const { clock, logger, registry } = this.#deps;
    let cancel: (() => void) | undefined;
    const late = new Promise<null>((resolve) => {
      cancel = clock.setTimer(HOLDERS_TIMEOUT_MS, () => resolve(null));
    });
    try {
      return await Promise.race([registry.nodesWithClients(roomId, among), late]);
    } catch (error) {
      logger.debug({ err: error, roomId }, 'which nodes have the room is not known now');
      return null;
    } finally {
      cancel?.();
    }
  }
}

function isLoopback(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? '';
  return host === 'localhost' || host.startsWith('127.') || host === '[::1]';
}
