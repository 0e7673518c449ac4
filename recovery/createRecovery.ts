import type { PeerLink } from '../core/cluster/judgeNode.ts';
import type { Contact } from '../core/cluster/standing.ts';
import type { FileStore } from '../core/files/FileStore.ts';
import type { UploadsBegun } from '../core/files/UploadsBegun.ts';
import type {
  Clock,
  DeadlineSweeper,
  Journal,
  Logger,
  NodeInfo,
  NodeRegistry,
  PasswordGuesses,
  RoomIndex,
  RoomsByOwner,
  ServiceTime,
} from '../core/ports.ts';
import type { ReencodingQueue, SidecarDirectory } from '../core/reencoding/ports.ts';
import type { NodeId, RoomId } from '../core/room/state.ts';
import { OrphanedFiles } from './files/OrphanedFiles.ts';
import { type Durability, verifyDurability } from './journal/durability.ts';
import { Feed } from './journal/Feed.ts';
import { RedisJournal } from './journal/RedisJournal.ts';
import { type RedisConfig, RedisConnection } from './RedisConnection.ts';
import { RedisDeadlineSweeper } from './RedisDeadlineSweeper.ts';
import { RedisGuesses } from './RedisGuesses.ts';
import { RedisNodeRegistry } from './RedisNodeRegistry.ts';
import { DEAD_AFTER_MS } from './RedisPresence.ts';
import { RedisRoomIndex } from './RedisRoomIndex.ts';
import { RedisRoomsByOwner } from './RedisRoomsByOwner.ts';
import { RedisTime } from './RedisTime.ts';
import { RedisUploadsBegun } from './RedisUploadsBegun.ts';
import { BullReencodingQueue } from './reencoding/BullReencodingQueue.ts';
import { RedisSidecarDirectory } from './reencoding/RedisSidecarDirectory.ts';
import { claimTokenSecret, confirmTokenSecret } from './tokenSecret.ts';

export interface RecoveryConfig {
  readonly redis: RedisConfig;
  readonly durability: Durability;
  readonly nodeId: NodeId;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A keyed hash of the secret that signs tokens, for nodes that serve clients. */
  readonly tokenSecretFingerprint?: string;
  /** Those of secrets whose tokens this node takes too. */
  readonly oldTokenSecretFingerprints?: readonly string[];
  /** By what this node judges others; without it one that is silent for DEAD_AFTER_MS is dead. */
  readonly judging?: {
    /** How long a silent node is given that may still live (ms). */
    readonly patienceMs: number;
    /** How the connection to a node stands of which Redis has not heard for `silentMs`. */
    linkTo(nodeId: NodeId, silentMs: number): PeerLink;
  };
  /** How long Redis may take to serve at first: it may have to load its data. */
  readonly startTimeoutMs?: number;
}

export interface Recovery {
  readonly journal: Journal;
  readonly registry: NodeRegistry;
  readonly guesses: PasswordGuesses;
  readonly roomIndex: RoomIndex;
  readonly roomsByOwner: RoomsByOwner;
  readonly uploadsBegun: UploadsBegun;
  readonly deadlineSweeper: DeadlineSweeper;
  /** Looks for files in this store whose room Redis lost. */
  orphanedFiles(store: FileStore, retentionMs: number): OrphanedFiles;
  readonly time: ServiceTime;
  /** How this node and Redis hear of each other now. */
  contact(): Contact;
  /**
   * The rooms whose clients are, or were moments ago, at the server that had the name of this one before it.
   * @throws Unavailable
   */
  roomsOfPredecessor(self: NodeInfo): Promise<readonly RoomId[]>;
  /**
   * Call it once `registry` has started.
   * @throws OtherTokenSecret when another node that started at the same time has another one
   */
  confirmTokenSecret(): Promise<void>;
  readonly reencodingQueue: ReencodingQueue;
  readonly sidecars: Pick<SidecarDirectory, 'sidecars'>;
  /** Call it after all users of these parts have stopped. */
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;

/**
 * Connects to Redis.
 * @throws Unavailable when it does not serve in time
 * @throws OtherTokenSecret when other nodes sign tokens with another secret
 * @throws TypeError when the URL is bad
 */
export async function createRecovery(config: RecoveryConfig): Promise<Recovery> {
  const { clock, durability, nodeId, tokenSecretFingerprint, oldTokenSecretFingerprints: old = [] } = config;
  const logger = config.logger.child({ part: 'recovery' });
  const redis = new RedisConnection(config.redis, logger);
  // WAIT holds up its connection: signs of life must not stand behind it.
  const journalRedis = durability.mode === 'replica' ? new RedisConnection(config.redis, logger) : redis;
  const feed = new Feed(redis, logger);
  const time = new RedisTime(redis, clock, logger);
  const close = async (): Promise<void> => {
    await time.stop();
    feed.close();
    if (journalRedis !== redis) await journalRedis.close();
    await redis.close();
  };
  try {
    if (durability.mode === 'replica' && redis.address.kind === 'cluster') {
      throw new TypeError(
        'Durability "replica" is not offered on a Redis Cluster: set min-replicas-to-write on its servers',
      );
    }
    await redis.firstService(config.startTimeoutMs ?? START_TIMEOUT_MS);
    if (journalRedis !== redis) await journalRedis.firstService(config.startTimeoutMs ?? START_TIMEOUT_MS);
    await verifyDurability(redis, durability, logger);
    await time.start();
    if (tokenSecretFingerprint) await claimTokenSecret(redis, tokenSecretFingerprint, old, logger);
  } catch (error) {
    await close();
    throw error;
  }
  const registry = new RedisNodeRegistry(redis, clock, logger);
  const judging = {
    ...(config.judging ?? { patienceMs: DEAD_AFTER_MS, linkTo: () => 'none' as const }),
    nodeId,
    isReplaced: (other: NodeId) => registry.isReplaced(other),
  };
  const reencodingQueue = new BullReencodingQueue(redis, logger);
  const journal = new RedisJournal(journalRedis, feed, durability, logger);
  return {
    journal,
    guesses: new RedisGuesses(redis),
    registry,
    contact: () => registry.contact,
    roomsOfPredecessor: (self) => registry.roomsOfPredecessor(self),
    roomIndex: new RedisRoomIndex(redis, time, logger),
    roomsByOwner: new RedisRoomsByOwner(redis, time),
    uploadsBegun: new RedisUploadsBegun(redis),
    deadlineSweeper: new RedisDeadlineSweeper(redis, time, judging, clock, logger),
    orphanedFiles: (store, retentionMs) =>
      new OrphanedFiles({ redis, journal, time, nodeId, store, retentionMs, clock, logger }),
    time,
    async confirmTokenSecret() {
      if (tokenSecretFingerprint) await confirmTokenSecret(redis, tokenSecretFingerprint, old, logger);
    },
    reencodingQueue,
    sidecars: new RedisSidecarDirectory(redis, clock, logger),
    async close() {
      await reencodingQueue.close();
      await close();
    },
  };
}
