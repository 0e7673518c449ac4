import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisConnection } from '../RedisConnection.ts';

/** Tells followers that the journal may hold commits which were not pushed. Not JSON, so that older nodes look too. */
export const LOOK = 'look';

const PAUSE_MS = 100;

/**
 * Publishes commits that the replicas have. With the other durabilities append.lua publishes, in one step with the
 * append.
 */
export class FeedPublisher {
  readonly #redis: RedisConnection;
  /** Channels whose followers may have missed commits, and have to read the journal. */
  readonly #owed = new Set<string>();
  #paying = false;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  publish(channel: string, message: string): void {
    this.#send(channel, message).catch(() => this.oweLook(channel));
  }

  /** Commits may be in the journal that nobody will publish: as soon as Redis answers, followers are told to look. */
  oweLook(channel: string): void {
    this.#owed.add(channel);
    if (!this.#paying) void this.#pay();
  }

  async #pay(): Promise<void> {
    this.#paying = true;
    while (this.#owed.size > 0 && !this.#redis.closed) {
      for (const channel of [...this.#owed]) {
        try {
          await this.#send(channel, LOOK);
          this.#owed.delete(channel);
        } catch {
          await sleep(PAUSE_MS); // The channel stays in `#owed`.
        }
      }
    }
    this.#paying = false;
  }

  #send(channel: string, message: string): Promise<unknown> {
    return this.#redis.run('tell other nodes of commits', () => this.#redis.client.spublish(channel, message));
  }
}
