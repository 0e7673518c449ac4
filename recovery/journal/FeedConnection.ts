import type { Redis } from 'ioredis';
import { Availability } from '../Availability.ts';

const HEARTBEAT_MS = 1_000;

/** One subscribing connection. It reconnects by itself; its subscribers hear of that and subscribe again. */
export class FeedConnection {
  readonly #redis: Redis;
  readonly #availability = new Availability();
  readonly #cutListeners = new Set<() => void>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(redis: Redis, onMessage: (channel: string, message: string) => void, onError: (error: unknown) => void) {
    this.#redis = redis;
    redis.on('smessage', onMessage);
    redis.on('error', onError);
    redis.on('ready', () => this.#availability.set(true));
    redis.on('close', () => {
      this.#availability.set(false);
      this.#cut();
    });
    // Slots of a cluster moved away: another node serves some channels now.
    redis.on('moved', () => this.#cut());
    this.#heartbeat = setInterval(() => void this.#beat(onError), HEARTBEAT_MS).unref();
  }

  get ready(): boolean {
    return this.#availability.available;
  }

  whenReady(timeoutMs: number): Promise<boolean> {
    return this.#availability.wait(timeoutMs);
  }

  /** Calls back whenever messages may have been missed, until the returned function is called. */
  onCut(listener: () => void): () => void {
    this.#cutListeners.add(listener);
    return () => this.#cutListeners.delete(listener);
  }

  subscribe(channel: string): Promise<unknown> {
    return this.#redis.ssubscribe(channel) as Promise<unknown>;
  }

  unsubscribe(channel: string): Promise<unknown> {
    return this.#redis.sunsubscribe(channel) as Promise<unknown>;
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#redis.disconnect();
  }

  #cut(): void {
    for (const listener of [...this.#cutListeners]) listener();
  }

  /** A vanished host closes no socket: only silence shows it. */
  async #beat(onError: (error: unknown) => void): Promise<void> {
    if (!this.ready) return;
    try {
      await this.#redis.ping();
    } catch (error) {
      onError(error);
      if (this.ready) this.#redis.disconnect(true);
    }
  }
}
