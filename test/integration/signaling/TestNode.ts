import { randomUUID } from 'node:crypto';
import type { NodeChannel } from '../../../core/cluster/NodeChannel.ts';
import { RoomFiles } from '../../../core/files/RoomFiles.ts';
import { Replica } from '../../../core/host/Replica.ts';
import { RoomHosts } from '../../../core/host/RoomHosts.ts';
import { createMediaPlane } from '../../../core/media/createMediaPlane.ts';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { Clock, DeadlineSweeper, Logger, NodeInfo, NodeRegistry, RoomIndex } from '../../../core/ports.ts';
import type { SidecarDirectory } from '../../../core/reencoding/ports.ts';
import { openFiles } from '../../../ops/run/openFiles.ts';
import { InMemoryJournal, type InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { restore } from '../../../recovery/replay.ts';
import { Tokens } from '../../../signaling/auth/tokens.ts';
import { createSignaling } from '../../../signaling/createSignaling.ts';
import type { FileRules } from '../../../signaling/files/FileDesk.ts';
import { IceServers } from '../../../signaling/IceServers.ts';
import type { Limits } from '../../../signaling/limits/Limits.ts';
import { createNodes, type Nodes } from '../../../signaling/nodes/createNodes.ts';
import { CHANNEL_VERSION } from '../../../signaling/nodes/wire.ts';
import type { EntryAnswer } from '../../../signaling/protocol/requests.ts';
import type { Role } from '../../../signaling/protocol/shapes.ts';
import type { Signaling, SignalingDeps } from '../../../signaling/Signaling.ts';
import type { HotStandbyPolicy } from '../../../signaling/standby/StandbyPlaces.ts';
import { SocketAudiences } from '../../../signaling/telling/SocketAudiences.ts';
import { KEPT_FOR_EVER } from '../../support/lifetimes.ts';
import { MemoryGuesses } from '../../support/MemoryGuesses.ts';
import { MemoryRegistry } from '../../support/MemoryRegistry.ts';
import { MemoryRoomsByOwner } from '../../support/MemoryRoomsByOwner.ts';
import { MemoryUploadsBegun } from '../../support/MemoryUploadsBegun.ts';
import { nodeInfo } from '../../support/nodeInfo.ts';

export const API_KEY = 'test-key';
export const API_SECRET = 'an-api-secret-of-at-least-32-characters';
export const TOKEN_SECRET = 'a-token-secret-of-at-least-32-characters';

export const clock: Clock = {
  now: () => Date.now(),
  setTimer(afterMs, run) {
    const timer = setTimeout(run, afterMs);
    return () => clearTimeout(timer);
  },
};

/** Keeps the error messages: most tests expect none. Keeps warnings too. */
export class TestLogger implements Logger {
  readonly errors: string[] = [];
  readonly warnings: { readonly message: string; readonly fields: Record<string, unknown> }[] = [];
  child(): Logger {
    return this;
  }
  debug(): void {}
  info(): void {}
  warn(fields: Record<string, unknown>, message: string): void {
    this.warnings.push({ message, fields });
  }
  error({ err, problem }: Record<string, unknown>, message: string): void {
    this.errors.push(`${message}: ${err instanceof Error ? err.stack : (err ?? problem)}`);
  }
}

const idleHousekeeper: DeadlineSweeper = { start() {}, stop: () => Promise.resolve() };

class TestRoomIndex implements RoomIndex {
  readonly #rooms = new Map<string, number>();
  async touch(roomId: string, at: number): Promise<void> {
    this.#rooms.set(roomId, at);
  }
  async remove(roomId: string): Promise<void> {
    this.#rooms.delete(roomId);
  }
  async list(limit: number) {
    return [...this.#rooms].map(([roomId, lastActivityAt]) => ({ roomId, lastActivityAt })).slice(0, limit);
  }
}

let sharedMedia: Promise<MediaPlane> | null = null;

/** One real mediasoup worker for all nodes of a test file. */
function testMedia(): Promise<MediaPlane> {
  sharedMedia ??= (async () => {
    const media = await createMediaPlane({
      nodeId: 'node-1',
      workers: 1,
      listen: [{ ip: '127.0.0.1' }],
      basePort: 0,
      clock,
      logger: new TestLogger(),
    });
    await media.listen();
    return media;
  })();
  return sharedMedia;
}

export async function closeTestMedia(): Promise<void> {
  await (await sharedMedia)?.close();
  sharedMedia = null;
}

export interface TestNodeOptions {
  readonly engine: 'uws' | 'ws';
  readonly store: InMemoryJournalStore;
  readonly nodeId?: string;
  readonly port?: number;
  /** Another node may listen on the port. */
  readonly besideAnother?: boolean;
  readonly limits?: Partial<Limits>;
  readonly pageFolder?: string;
  /** Where browsers reach it: by default wherever they find it. */
  readonly publicUrl?: string;
  readonly iceServers?: EntryAnswer['iceServers'];
  readonly tls?: SignalingDeps['tls'];
  readonly trustedProxies?: SignalingDeps['trustedProxies'];
  readonly auth?: Partial<SignalingDeps['auth']>;
  readonly guesses?: SignalingDeps['guesses'];
  /** What it says of itself otherwise than an idle node, from one moment to the next. */
  readonly says?: () => Partial<NodeInfo>;
  /** A separate media plane; by default the nodes of a test file share one. */
  readonly media?: MediaPlane;
  /** The nodes that know each other; by default the node is alone. */
  readonly registry?: MemoryRegistry;
  /** What the node says of itself, given its URL. */
  readonly info?: (url: string) => Promise<Partial<NodeInfo>>;
  readonly sidecars?: NonNullable<SignalingDeps['sidecars']> & {
    readonly directory: Pick<SidecarDirectory, 'sidecars'>;
  };
  /** The clock of signaling. */
  readonly clock?: Clock;
  /** How long a room that nobody uses stays in memory. */
  readonly idleMs?: number;
  readonly lagMs?: () => number;
  readonly hotStandby?: HotStandbyPolicy;
  readonly metrics?: SignalingDeps['metrics'];
  /** The folder of what people share; without it they share nothing. */
  readonly files?: FileRules & Parameters<typeof openFiles>[0];
  /** Called before a room is read from the journal; may throw. */
  readonly restoring?: () => void;
}

type TestNodeParts = Pick<TestNode, 'nodeId' | 'url' | 'signaling' | 'audiences' | 'hosts' | 'logger'> & {
  readonly nodes: Nodes;
  readonly registry: NodeRegistry;
};

/** A whole node in this process, except that its journal is in memory. */
export class TestNode {
  readonly nodeId: string;
  readonly url: string;
  readonly signaling: Signaling;
  readonly audiences: SocketAudiences;
  readonly hosts: RoomHosts;
  readonly logger: TestLogger;
  readonly #nodes: Nodes;
  readonly registry: NodeRegistry;
  readonly #tokens = new Tokens(TOKEN_SECRET);

  private constructor({ nodeId, url, signaling, audiences, hosts, logger, nodes, registry }: TestNodeParts) {
    this.nodeId = nodeId;
    this.url = url;
    this.signaling = signaling;
    this.audiences = audiences;
    this.hosts = hosts;
    this.logger = logger;
    this.#nodes = nodes;
    this.registry = registry;
  }

  static async start(options: TestNodeOptions): Promise<TestNode> {
    const nodeId = options.nodeId ?? randomUUID();
    const logger = new TestLogger();
    const journal = new InMemoryJournal(options.store);
    const media = options.media ?? (await testMedia());
    const roomIndex = new TestRoomIndex();
    const registry = (options.registry ?? new MemoryRegistry()).of(nodeId);
    const { tokenSecret, oldTokenSecrets = [] } = { tokenSecret: { reveal: () => TOKEN_SECRET }, ...options.auth };
    const nodes = createNodes({ nodeId, secrets: [tokenSecret, ...oldTokenSecrets], registry, clock, logger });
    const audiences = new SocketAudiences({
      nodeId,
      channel: nodes.channel,
      stateOf: (room) => hosts.get(room)?.state,
      sidecars: options.sidecars?.directory ?? null,
      iceServers: new IceServers(options.iceServers ?? [], null, clock),
      clock: options.clock ?? clock,
      logger,
    });
    const files = options.files && {
      files: new RoomFiles({
        store: await openFiles(options.files, logger),
        ...{ clock, logger },
      }),
      rules: options.files,
      uploadsBegun: new MemoryUploadsBegun(),
    };
    const hosts: RoomHosts = new RoomHosts({
      nodeId,
      journal,
      registry,
      roomIndex,
      deadlineSweeper: idleHousekeeper,
      media,
      audiences,
      ...(files && { files: files.files }),
      clock,
      logger,
      newId: randomUUID,
      restore: async (roomId) => {
        options.restoring?.();
        const { state, position, recent } = await restore(journal, roomId);
        return new Replica(state, position, recent);
      },
      commandTimeoutMs: 3_000,
      lifetimes: KEPT_FOR_EVER,
      roomBytes: Number.POSITIVE_INFINITY,
      idleMs: options.idleMs ?? 60_000,
    });
    const signaling = await createSignaling({
      engine: options.engine,
      tls: options.tls ?? null,
      trustedProxies: options.trustedProxies ?? ['loopback'],
      auth: {
        apiKey: API_KEY,
        apiSecret: { reveal: () => API_SECRET },
        tokenSecret: { reveal: () => TOKEN_SECRET },
        openRoomCreation: true,
        guestAccess: true,
        ...options.auth,
      },
      graceMs: 20_000,
      hotStandby: options.hotStandby ?? 'allowed',
      publicUrl: options.publicUrl ?? 'http://localhost:3000',
      pageFolder: options.pageFolder ?? '/nonexistent',
      nodeId,
      ...(files && { files }),
      rooms: hosts,
      audiences,
      media,
      registry,
      channel: nodes.channel,
      guesses: options.guesses ?? new MemoryGuesses(),
      roomsByOwner: new MemoryRoomsByOwner(),
      roomIndex,
      clock: options.clock ?? clock,
      logger,
      readiness: { journal: () => journal.available, cluster: () => nodes.problem === null },
      ...(options.limits ? { limits: options.limits } : {}),
      ...(options.metrics ? { metrics: options.metrics } : {}),
      // Whole tests run in this process: how late it is depends on the machine, not on the node.
      lagMs: options.lagMs ?? (() => 0),
      nodes,
      ...(options.sidecars ? { sidecars: options.sidecars } : {}),
    });
    hosts.start();
    const { url: listening } = await signaling.listen('127.0.0.1', options.port ?? 0, {
      besideAnother: options.besideAnother ?? false,
    });
    const port = options.port === undefined ? new URL(listening).port : options.port;
    const url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
    const reached = { url, internalUrl: url, channelVersion: CHANNEL_VERSION };
    const info = nodeInfo(nodeId, { ...reached, ...(await options.info?.(url)) });
    await registry.start(() => ({ ...info, full: signaling.isFull, ...options.says?.() }));
    nodes.start(info, { sharesAddress: false });
    return new TestNode({ nodeId, url, signaling, audiences, hosts, logger, nodes, registry });
  }

  get channel(): NodeChannel {
    return this.#nodes.channel;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  joinToken(roomId: string, participantId: string, role: Role = 'member', ttlSeconds = 60): Promise<string> {
    return this.#tokens.signJoin({ roomId, participantId, role, name: undefined }, ttlSeconds);
  }

  async createRoom(settings: Record<string, unknown> = {}): Promise<string> {
    const { status, body } = await this.rest('POST', '/api/rooms', settings, `Bearer ${API_SECRET}`);
    if (status !== 201) throw new Error(`The room was not created: ${JSON.stringify(body)}`);
    return (body as { roomId: string }).roomId;
  }

  async rest(method: string, path: string, body?: unknown, authorization?: string) {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(authorization ? { authorization } : {}), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  async close(): Promise<void> {
    await this.signaling.close();
    await this.hosts.close();
    await this.registry.stop();
    this.#nodes.close();
  }
}
