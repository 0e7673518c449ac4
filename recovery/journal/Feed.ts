import { setTimeout as sleep } from 'node:timers/promises';
import clusterSlot from 'cluster-key-slot';
import { Cluster, Redis } from 'ioredis';
import { type Logger, Unavailable } from '../../core/ports.ts';
import { Availability } from '../Availability.ts';
import { commonOptions, type RedisConnection } from '../RedisConnection.ts';
import { FeedConnection } from './FeedConnection.ts';

export interface FeedListener {
  onMessage(message: string): void;
  /** Messages may have been missed; from now on they arrive again. */
  onGap(): void;
}

interface Subscription {
  readonly channel: string;
  readonly listeners: Set<FeedListener>;
  readonly confirmed: Availability;
}

const PAUSE_MS = 50;

/**
 * Sharded pub/sub: one connection for all channels of this node (of a cluster, one for each master). A channel is
 * subscribed while it has listeners, and again after every cut. docs/decisions/0011 says why ioredis does not do this.
 */
export class Feed {
  readonly #redis: RedisConnection;
  readonly #timeoutMs: number;
  readonly #logger: Logger;
  readonly #connections = new Map<string, FeedConnection>();
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(redis: RedisConnection, logger: Logger) {
    this.#redis = redis;
    this.#timeoutMs = redis.timeoutMs;
    this.#logger = logger;
  }

  /**
   * Resolves once the server has confirmed the subscription.
   * @throws Unavailable when that takes too long
   */
  async follow(channel: string, listener: FeedListener): Promise<() => void> {
    let subscription = this.#subscriptions.get(channel);
    if (!subscription) {
      subscription = { channel, listeners: new Set(), confirmed: new Availability() };
      this.#subscriptions.set(channel, subscription);
      void this.#keep(subscription);
    }
    const { listeners, confirmed } = subscription;
    listeners.add(listener);
    const stop = (): void => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.#subscriptions.delete(channel);
      confirmed.set(false); // Wakes `#keep`, which unsubscribes.
    };
    if (!(await confirmed.wait(this.#timeoutMs))) {
      stop();
      throw new Unavailable('redis', `Could not subscribe to ${channel}: no answer from Redis. Is it running?`);
    }
    return stop;
  }

  close(): void {
    const subscriptions = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    for (const { confirmed } of subscriptions) confirmed.set(false);
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  /** Keeps the channel subscribed while somebody listens. */
  async #keep(subscription: Subscription): Promise<void> {
    const { channel, listeners, confirmed } = subscription;
    const wanted = (): boolean => this.#subscriptions.get(channel) === subscription;
    for (let everConfirmed = false; wanted(); ) {
      const connection = this.#connectionFor(channel);
      if (!(await connection?.whenReady(this.#timeoutMs)) || !connection) {
        await sleep(PAUSE_MS);
        continue;
      }
      if (!wanted()) return;

      let cut = false;
      const stopWatching = connection.onCut(() => {
        cut = true;
        confirmed.set(false);
      });
      try {
        await connection.subscribe(channel);
        if (wanted() && !cut) {
          confirmed.set(true);
          if (everConfirmed) for (const listener of [...listeners]) listener.onGap();
          everConfirmed = true;
          await confirmed.waitUntilNot();
        }
        // A newer subscription may have taken the channel over meanwhile.
        if (!this.#subscriptions.has(channel) && connection.ready) await connection.unsubscribe(channel);
      } catch (error) {
        this.#logger.debug(
          { channel, err: error },
          'the push channel is not subscribed; trying again while it is wanted',
        );
        this.#refreshCluster();
        await sleep(PAUSE_MS);
      } finally {
        stopWatching();
      }
    }
  }

  /** Returns null while a cluster does not know who serves the channel. */
  #connectionFor(channel: string): FeedConnection | null {
    const { client } = this.#redis;
    if (!(client instanceof Cluster)) return this.#connectionTo('', {});
    this.#closeStrangers(client);
    const server = client.slots[clusterSlot(channel)]?.[0];
    const [, host, port] = /^(.+):(\d+)$/.exec(server ?? '') ?? [];
    return server && host ? this.#connectionTo(server, { host, port: Number(port) }) : null;
  }

  #connectionTo(key: string, options: { host?: string; port?: number }): FeedConnection {
    let connection = this.#connections.get(key);
    if (!connection) {
      connection = new FeedConnection(
        new Redis({ ...commonOptions(this.#timeoutMs), ...this.#redis.address.options, ...options }),
        (channel, message) => this.#deliver(channel, message),
        (error) => this.#logger.debug({ err: error }, 'an error on the push channel'),
      );
      this.#connections.set(key, connection);
    }
    return connection;
  }

  /** Without this, a connection would retry forever to reach a master that left the cluster. */
  #closeStrangers(cluster: Cluster): void {
    if (this.#connections.size === 0) return;
    const masters = new Set(cluster.nodes('master').map(({ options }) => `${options.host}:${options.port}`));
    for (const [key, connection] of this.#connections) {
      if (masters.has(key) || connection.ready) continue;
      connection.close();
      this.#connections.delete(key);
    }
  }

  #refreshCluster(): void {
    const { client } = this.#redis;
    if (!(client instanceof Cluster) || client.status !== 'ready') return;
    client.refreshSlotsCache((error) => {
      if (error) this.#logger.debug({ err: error }, 'the cluster did not say which node serves which slots');
    });
  }

  #deliver(channel: string, message: string): void {
    const subscription = this.#subscriptions.get(channel);
    if (!subscription) return;
    for (const listener of [...subscription.listeners]) listener.onMessage(message);
  }
}
