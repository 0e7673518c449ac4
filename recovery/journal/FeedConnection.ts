import { EventEmitter, once } from 'node:events';
import type { Redis } from 'ioredis';

const HEARTBEAT_MS = 1_000;

/** One subscribing connection. It reconnects by itself; whoever subscribed through it is told and subscribes again. */
export class FeedConnection {
  readonly #redis: Redis;
  /** 'ready' when it is connected, 'cut' when messages may have been missed. */
  readonly #changes = new EventEmitter<{ ready: []; cut: [] }>().setMaxListeners(0);
  readonly #heartbeat: NodeJS.Timeout;

  constructor(redis: Redis, onMessage: (channel: string, message: string) => void, onError: (error: unknown) => void) {
    this.#redis = redis;
    redis.on('smessage', onMessage);
    redis.on('error', onError);
    redis.on('ready', () => this.#changes.emit('ready'));
    redis.on('close', () => this.#changes.emit('cut'));
    // Slots of a cluster moved away: some channels are served elsewhere now.
    redis.on('moved', () => this.#changes.emit('cut'));
    this.#heartbeat = setInterval(() => void this.#beat(onError), HEARTBEAT_MS).unref();
  }

  get ready(): boolean {
    return this.#redis.status === 'ready';
  }

  async whenReady(timeoutMs: number): Promise<boolean> {
    if (this.ready) return true;
    try {
      await once(this.#changes, 'ready', { signal: AbortSignal.timeout(timeoutMs) });
      return true;
    } catch {
      return this.ready; // Only the signal ends the wait early.
    }
  }

  /** Calls back at every cut, until the returned function is called. */
  onCut(listener: () => void): () => void {
    this.#changes.on('cut', listener);
    return () => this.#changes.off('cut', listener);
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

  /** A host that vanished closes no socket: silence is the only sign. */
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
