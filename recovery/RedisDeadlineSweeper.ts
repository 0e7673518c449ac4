import { isDead, type PeerLink } from '../core/cluster/judgeNode.ts';
import type { Clock, DeadlineSweeper, Logger } from '../core/ports.ts';
import type { NodeId, RoomId } from '../core/room/state.ts';
import { escapeId, nodeRoomsKey, nodeSweepKey, nodesKey, roomDeadlinesKey, unescapeId } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';
import { BEAT_MS, DEAD_AFTER_MS } from './RedisPresence.ts';
import type { RedisTime } from './RedisTime.ts';
import { Repeater } from './Repeater.ts';
import { defineScripts, type Scripts } from './scripts.ts';
import { UnindexedRooms } from './UnindexedRooms.ts';

type Work = Parameters<DeadlineSweeper['start']>[0];

/** By what nodes judge whether another one is dead. */
export interface Judging {
  /** How long a silent node is given that may still live (ms). */
  readonly patienceMs: number;
  /** How the connection to a node stands of which Redis has not heard for `silentMs`. */
  linkTo(nodeId: NodeId, silentMs: number): PeerLink;
  /** @throws Unavailable */
  isReplaced(nodeId: NodeId): Promise<boolean>;
}

/** A claim ends after this: another node may then do the work too. */
const CLAIM_MS = 10_000;
/** Pause after the first failure; each further one doubles it. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
const ROOMS_AT_ONCE = 8;
const DUE_AT_ONCE = 64;
/** When Redis comes back everybody looks dead until their next beat. */
const GRACE_MS = DEAD_AFTER_MS + BEAT_MS;
/** When a node was last seen that said that it stops: 1970. */
const SAID_GOODBYE = '0';
/** A sweep that takes longer shows that Redis or this process stood still. */
const SLOW_SWEEP_MS = 500;
/** How often a node looks whether rooms without a deadline are being looked for. */
const SCAN_EVERY_MS = 60_000;

/** Every node runs one. Usually one of them does a piece of work; it does no harm if two do it. */
export class RedisDeadlineSweeper implements DeadlineSweeper {
  readonly #redis: RedisConnection;
  readonly #time: RedisTime;
  readonly #nodeId: NodeId;
  readonly #judging: Judging;
  readonly #scripts: Scripts;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #repeaters: readonly Repeater[] = [];
  #scans: Repeater | null = null;
  readonly #unindexed: UnindexedRooms;
  #watchesFrom = 0;
  /** Nodes that a record names and the list of nodes lacks, with the time when that was first seen. */
  readonly #unknown = new Map<NodeId, number>();
  /** How often in a row the work on a room has failed. */
  readonly #failures = new Map<RoomId, number>();

  constructor(
    redis: RedisConnection,
    time: RedisTime,
    judging: Judging & { readonly nodeId: NodeId },
    clock: Clock,
    logger: Logger,
  ) {
    this.#redis = redis;
    this.#time = time;
    this.#nodeId = judging.nodeId;
    this.#judging = judging;
    this.#scripts = defineScripts(redis.client);
    this.#clock = clock;
    this.#logger = logger;
    this.#unindexed = new UnindexedRooms(redis, time, judging.nodeId, logger);
    redis.availability.onChange(() => this.#watchAnew());
    this.#watchAnew();
  }

  start(work: Work): void {
    if (this.#repeaters.length > 0) throw new Error('The deadline sweeper was started already');
    // Jitter keeps the nodes from sweeping in step.
    const pauseMs = (): number => 750 + Math.random() * 500;
    this.#repeaters = [
      new Repeater(this.#clock, this.#logger, pauseMs, () => this.#sweepNodes(work)),
      new Repeater(this.#clock, this.#logger, pauseMs, () => this.#sweepDeadlines(work)),
    ];
    for (const repeater of this.#repeaters) repeater.start();
    this.#scans = new Repeater(
      this.#clock,
      this.#logger,
      () => SCAN_EVERY_MS,
      () => this.#unindexed.scan(),
    );
    void this.#scans.runNow();
    void this.#time.serve();
  }

  async stop(): Promise<void> {
    this.#unindexed.stop();
    await Promise.all([...this.#repeaters, this.#scans].map((repeater) => repeater?.stop()));
  }

  #watchAnew(): void {
    this.#watchesFrom = this.#clock.now();
    this.#unknown.clear();
  }

  async #sweepNodes(work: Work): Promise<void> {
    const askedAt = this.#clock.now();
    const dead = await this.#redis.run('look for dead nodes', () =>
      this.#scripts.nodesByAge(nodesKey(), 'dead', DEAD_AFTER_MS),
    );
    const now = this.#clock.now();
    if (now - askedAt > SLOW_SWEEP_MS) this.#watchAnew();
    if (now - this.#watchesFrom < GRACE_MS) return;
    for (const [nodeId, lastSeen] of pairs(dead as string[])) {
      if (nodeId === this.#nodeId) continue;
      const silentMs = lastSeen === SAID_GOODBYE ? Number.POSITIVE_INFINITY : this.#time.now() - Number(lastSeen);
      if (await this.#isDead(nodeId, silentMs)) await this.#lookAfter(nodeId, lastSeen, work);
    }
    await this.#sweepUnknownNodes(work);
  }

  async #isDead(nodeId: NodeId, silentMs: number): Promise<boolean> {
    const { patienceMs } = this.#judging;
    // The first beat after a break may come as late as a beat lasts.
    const watchedMs = this.#clock.now() - this.#watchesFrom - BEAT_MS;
    const evidence = { silentMs, watchedMs, link: this.#judging.linkTo(nodeId, silentMs), isReplaced: false };
    if (isDead(evidence, patienceMs)) return true;
    // Redis is asked only if the answer matters.
    if (!isDead({ ...evidence, isReplaced: true }, patienceMs)) return false;
    return this.#judging.isReplaced(nodeId);
  }

  /**
   * Looks after people at nodes that Redis does not know at all: it lost the node, or its list of rooms. They would
   * stay "connected" without end. A node that has just started is in a record before it is in the list, so it gets
   * some time.
   */
  async #sweepUnknownNodes(work: Work): Promise<void> {
    const rooms = new Map<NodeId, RoomId[]>();
    for (const [roomId, nodeIds] of work.nodesOfOpenRooms()) {
      for (const nodeId of nodeIds) rooms.set(nodeId, [...(rooms.get(nodeId) ?? []), roomId]);
    }
    const named = [...rooms.keys()];
    const lastSeen =
      named.length === 0
        ? []
        : await this.#redis.run('look for nodes that are in records', () =>
            this.#redis.client.zmscore(nodesKey(), ...named.map(escapeId)),
          );
    const unknown = named.filter((_, i) => lastSeen[i] === null);
    for (const nodeId of [...this.#unknown.keys()]) if (!unknown.includes(nodeId)) this.#unknown.delete(nodeId);
    const now = this.#clock.now();
    for (const nodeId of unknown) {
      const since = this.#unknown.get(nodeId);
      if (since === undefined) this.#unknown.set(nodeId, now);
      if (since === undefined || now - since < GRACE_MS || !(await this.#isDead(nodeId, now - since))) continue;
      for (const roomId of rooms.get(nodeId) ?? []) {
        this.#logger.warn(
          { roomId, unknownNodeId: nodeId },
          'a record names a node that is gone: disconnecting its people',
        );
        await this.#attempt(roomId, (id) => work.onDeadNode(id, nodeId));
      }
    }
  }

  async #lookAfter(nodeId: NodeId, lastSeen: string, work: Work): Promise<void> {
    const { client } = this.#redis;
    const claimKey = nodeSweepKey(nodeId);
    const claim = await this.#redis.run('claim the rooms of a dead node', () =>
      this.#redis.keep(claimKey, 'SET', this.#nodeId, 'PX', CLAIM_MS, 'NX'),
    );
    if (claim === null) return;
    const members = await this.#redis.run('list the rooms of a dead node', () => client.smembers(nodeRoomsKey(nodeId)));
    this.#logger.info({ deadNodeId: nodeId, rooms: members.length }, 'a node is gone: looking after its rooms');

    const retries: number[] = [];
    for (let i = 0; i < members.length; i += ROOMS_AT_ONCE) {
      await this.#redis.run('go on with the rooms of a dead node', () => client.pexpire(claimKey, CLAIM_MS));
      await Promise.all(
        members.slice(i, i + ROOMS_AT_ONCE).map(async (member) => {
          const retryMs = await this.#attempt(unescapeId(member), (roomId) => work.onDeadNode(roomId, nodeId));
          if (retryMs !== null) {
            retries.push(retryMs);
            return;
          }
          await this.#redis.run('tick off a room of a dead node', () => client.srem(nodeRoomsKey(nodeId), member));
        }),
      );
    }
    await this.#redis.run('forget a dead node', async () => {
      if (retries.length > 0) {
        await client.pexpire(claimKey, Math.min(...retries));
        return;
      }
      // A node that came back may have claimed rooms meanwhile: the next sweep looks at them.
      if ((await client.scard(nodeRoomsKey(nodeId))) === 0) {
        await this.#scripts.settleClaim(nodesKey(), escapeId(nodeId), lastSeen, '');
      }
      await client.del(claimKey);
    });
  }

  async #sweepDeadlines(work: Work): Promise<void> {
    const { upSince } = this.#time;
    if (upSince === null) return;
    for (let claimed = DUE_AT_ONCE; claimed === DUE_AT_ONCE; ) {
      const [claimEnds = '', ...due] = (await this.#redis.run('look for rooms with a deadline', () =>
        this.#scripts.claimDue(roomDeadlinesKey(), CLAIM_MS, DUE_AT_ONCE),
      )) as string[];
      claimed = due.length;
      for (let i = 0; i < due.length; i += ROOMS_AT_ONCE) {
        await Promise.all(
          due.slice(i, i + ROOMS_AT_ONCE).map(async (member) => {
            const retryMs = await this.#attempt(unescapeId(member), (roomId) => work.onDeadline(roomId, upSince));
            const next = retryMs === null ? '' : this.#time.now() + retryMs;
            // A deadline that another node set meanwhile stays.
            await this.#redis.run('tick off a deadline', () =>
              this.#scripts.settleClaim(roomDeadlinesKey(), member, claimEnds, next),
            );
          }),
        );
      }
    }
  }

  /** Returns the pause before the next attempt in ms; null if the work is done. */
  async #attempt(roomId: RoomId, work: (roomId: RoomId) => Promise<void>): Promise<number | null> {
    try {
      await work(roomId);
      this.#failures.delete(roomId);
      return null;
    } catch (error) {
      const failures = this.#failures.get(roomId) ?? 0;
      this.#failures.set(roomId, failures + 1);
      const retryMs = Math.min(RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
      this.#logger.warn({ roomId, retryMs, err: error }, 'the room could not be looked after; trying again');
      return retryMs;
    }
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) found.push([unescapeId(flat[i] ?? ''), flat[i + 1] ?? '']);
  return found;
}
