import type { PasswordGuesses } from '../core/ports.ts';
import type { RoomId } from '../core/room/state.ts';
import { guessesKey } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';
import { defineScripts, type Scripts } from './scripts.ts';

const FREE_GUESSES = 10;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const REMEMBERED_MS = 60 * 60 * 1_000;

/** Guesses at passwords, counted in Redis: a restart or another node gives nobody more of them. */
export class RedisGuesses implements PasswordGuesses {
  readonly #redis: RedisConnection;
  readonly #scripts: Scripts;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
    this.#scripts = defineScripts(redis.client);
  }

  async pay(roomId: RoomId): Promise<number> {
    const waitMs = await this.#redis.run('count a guess at a password', () =>
      this.#scripts.payGuess(guessesKey(roomId), FREE_GUESSES, FIRST_WAIT_MS, LONGEST_WAIT_MS, REMEMBERED_MS),
    );
    return Number(waitMs);
  }

  async refund(roomId: RoomId): Promise<void> {
    const { client } = this.#redis;
    const key = guessesKey(roomId);
    await this.#redis.run('take a right password off the guesses', () =>
      Promise.all([client.hincrby(key, 'count', -1), client.hdel(key, 'until'), client.pexpire(key, REMEMBERED_MS)]),
    );
  }
}
