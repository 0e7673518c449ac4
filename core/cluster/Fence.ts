import { z } from 'zod';
import type { Clock, Logger, NodeRegistry } from '../ports.ts';
import type { NodeId } from '../room/state.ts';
import { DOUBTED_AFTER_MS } from './judgeNode.ts';
import type { NodeChannel } from './NodeChannel.ts';
import { type Contact, type Standing, standingOf } from './standing.ts';

export interface FenceDeps {
  readonly nodeId: NodeId;
  readonly channel: NodeChannel;
  readonly registry: Pick<NodeRegistry, 'nodes'>;
  /** How this node and Redis hear of each other now. */
  readonly contact: () => Contact;
  readonly fenceAfterMs: number;
  /**
   * Sends everybody away whose room has people on one of these nodes, or everybody (null). Called again and again while
   * the fence is up.
   */
  readonly sendAway: (nodes: ReadonlySet<NodeId> | null) => void;
  readonly clock: Clock;
  /** Monotonic ms; `performance.now` if not given. */
  readonly elapsed?: () => number;
  readonly logger: Logger;
}

/** A node asks the others how they and Redis hear of each other. */
const TOPIC = 'redis.contact';
const contactSchema: z.ZodType<Contact> = z.object({ silentMs: z.number(), servedMs: z.number() });

const LOOK_EVERY_MS = 500;
const LEARN_EVERY_MS = 2_000;
const ANSWER_LIMIT_MS = 1_000;
/** A look that comes later than this shows that this process stood still: it first hears what it missed. */
const LATE_MS = 2_000;

/**
 * Looks whether this node is cut off from Redis while others have it, and then sends its people away: what the room
 * mutes, bans or removes meanwhile is unknown here [M2, S1].
 */
export class Fence {
  readonly #deps: FenceDeps;
  /** The nodes that lived when Redis was last heard, except those whose process has ended since. */
  #peers: ReadonlySet<NodeId> = new Set();
  #learntAt = Number.NEGATIVE_INFINITY;
  #lookedAt: number;
  #standing: Standing = 'in touch';
  #cancelLook: (() => void) | null = null;
  #stopped = false;

  constructor(deps: FenceDeps) {
    this.#deps = deps;
    this.#lookedAt = this.#elapsed();
    deps.channel.onAsked(TOPIC, () => null, deps.contact);
    deps.channel.onChange((nodeId, connected, closed) => {
      if (connected) this.#peers = new Set([...this.#peers, nodeId]);
      else if (closed) this.#peers = new Set([...this.#peers].filter((id) => id !== nodeId));
    });
  }

  /** Whether newcomers should turn to another node. */
  get isCutOff(): boolean {
    return this.#standing === 'cut off' || this.#standing === 'fenced';
  }

  /** Looks from now on. */
  start(): void {
    this.#lookedAt = this.#elapsed();
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelLook?.();
  }

  #next(): void {
    if (this.#stopped) return;
    this.#cancelLook = this.#deps.clock.setTimer(LOOK_EVERY_MS, () => {
      void this.#look()
        .catch((error: unknown) => this.#deps.logger.error({ err: error }, 'the fence could not look'))
        .finally(() => this.#next());
    });
  }

  async #look(): Promise<void> {
    const now = this.#elapsed();
    const late = now - this.#lookedAt > LATE_MS;
    this.#lookedAt = now;
    const isSilent = this.#deps.contact().silentMs > DOUBTED_AFTER_MS;
    if (late && isSilent) return;
    if (!isSilent) await this.#learn(now);
    const peers = isSilent ? await this.#askPeers() : [];
    this.#lookedAt = this.#elapsed();
    if (this.#stopped) return;
    this.#stand(standingOf({ own: this.#deps.contact(), peers, fenceAfterMs: this.#deps.fenceAfterMs }));
  }

  /** Remembers who lives while Redis says it. */
  async #learn(now: number): Promise<void> {
    if (now - this.#learntAt < LEARN_EVERY_MS) return;
    this.#learntAt = now;
    const { channel, logger, nodeId, registry } = this.#deps;
    try {
      const nodes = await registry.nodes();
      const others = nodes.filter((node) => node.nodeId !== nodeId).map((node) => node.nodeId);
      this.#peers = new Set([...others, ...channel.connected]);
    } catch (error) {
      logger.debug({ err: error }, 'the fence keeps the nodes that it knows');
    }
  }

  #askPeers(): Promise<(Contact | null)[]> {
    const { channel, logger } = this.#deps;
    return Promise.all(
      [...this.#peers].map(async (peer) => {
        if (!channel.connected.has(peer)) return null;
        try {
          return contactSchema.parse(await channel.ask(peer, TOPIC, null, ANSWER_LIMIT_MS));
        } catch (error) {
          logger.debug({ err: error, peer }, 'a node does not say whether it has Redis');
          return null;
        }
      }),
    );
  }

  #elapsed(): number {
    return (this.#deps.elapsed ?? (() => performance.now()))();
  }

  #stand(standing: Standing): void {
    const before = this.#standing;
    this.#standing = standing;
    if (standing !== before) this.#say(standing);
    if (standing === 'fenced') this.#deps.sendAway(null);
    if (standing === 'alone') this.#deps.sendAway(this.#peers);
  }

  #say(standing: Standing): void {
    const { contact, fenceAfterMs, logger } = this.#deps;
    const fields = { silentMs: Math.round(contact().silentMs), fenceAfterMs };
    switch (standing) {
      case 'in touch':
        logger.info(fields, 'this node is not cut off any more: it takes people again');
        break;
      case 'cut off':
        logger.warn(fields, 'this node is cut off from Redis, which other nodes have: newcomers go there');
        break;
      case 'fenced':
        logger.error(fields, 'this node is cut off from Redis: its people are sent to the other nodes');
        break;
      case 'alone':
        logger.error(
          fields,
          'neither Redis nor another node answers: people are sent away whose rooms have people on other nodes',
        );
    }
  }
}
