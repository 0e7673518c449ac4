import type { z } from 'zod';
import { DOUBTED_AFTER_MS } from '../core/cluster/judgeNode.ts';
import type { Contact } from '../core/cluster/standing.ts';
import type { Clock, Logger } from '../core/ports.ts';
import { escapeId, unescapeId } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';
import { Repeater } from './Repeater.ts';
import { defineScripts, type Scripts } from './scripts.ts';

/** A process that was not seen for longer than this takes no work: it may be dead. */
export const DEAD_AFTER_MS = DOUBTED_AFTER_MS;
export const BEAT_MS = 1_000;

export interface PresenceOptions<Info> {
  /** The word for such a process in errors and logs. */
  readonly kind: string;
  /** Sorted set: id → time when it was last seen (ms, the Redis server's clock). */
  readonly listKey: string;
  /** Key of a process's description of itself; expires after it. */
  keyOf(id: string): string;
  /** How long a description outlives the last sign of life (ms); DEAD_AFTER_MS by default. */
  readonly keptMs?: number;
  idOf(info: Info): string;
  readonly schema: z.ZodType<Info>;
  /** Runs with each beat. */
  beat?(info: Info): Promise<void>;
}

/**
 * The living processes of one kind. Each repeats its sign of life and its description: every beat repairs what Redis
 * may have lost.
 */
export class RedisPresence<Info> {
  readonly #redis: RedisConnection;
  readonly #scripts: Scripts;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #options: PresenceOptions<Info>;
  /** When the last sign of life that Redis took was sent, and since when it takes them; by `performance.now`. */
  #heardAt: number | null = null;
  #servedSince = 0;
  #running: { readonly self: () => Info; readonly beats: Repeater; readonly forget: () => void } | null = null;

  constructor(redis: RedisConnection, clock: Clock, logger: Logger, options: PresenceOptions<Info>) {
    this.#redis = redis;
    this.#scripts = defineScripts(redis.client);
    this.#clock = clock;
    this.#logger = logger;
    this.#options = options;
  }

  /** This process's description of itself; null before the start. */
  get self(): Info | null {
    return this.#running?.self() ?? null;
  }

  get contact(): Contact {
    if (this.#heardAt === null) return { silentMs: 0, servedMs: 0 };
    return { silentMs: performance.now() - this.#heardAt, servedMs: this.#heardAt - this.#servedSince };
  }

  async start(self: () => Info): Promise<void> {
    if (this.#running) throw new Error(`This ${this.#options.kind} is present already`);
    const beats = new Repeater(
      this.#clock,
      this.#logger,
      () => BEAT_MS,
      () => this.#beat(self()),
    );
    // Others count this process as dead until its next beat.
    const forget = this.#redis.availability.onChange((available) => available && void beats.runNow());
    this.#running = { self, beats, forget };
    await beats.runNow();
  }

  /** `lastSeen`: the time it was last seen (ms), by which others find it dead; null removes it from the list. */
  async stop(lastSeen: number | null): Promise<void> {
    if (!this.#running) return;
    const { kind, listKey, idOf, keyOf } = this.#options;
    const { self, beats, forget } = this.#running;
    this.#running = null;
    forget();
    await beats.stop();
    const id = idOf(self());
    const { client } = this.#redis;
    try {
      await this.#redis.run(`say that this ${kind} stops`, () =>
        Promise.all([
          client.del(keyOf(id)),
          lastSeen === null
            ? client.zrem(listKey, escapeId(id))
            : this.#redis.keep(listKey, 'ZADD', lastSeen, escapeId(id)),
        ]),
      );
    } catch (error) {
      this.#logger.warn({ err: error }, `cannot tell Redis that this ${kind} stops: others find it dead in a moment`);
    }
  }

  /**
   * Returns the living processes.
   * @throws Unavailable when Redis does not answer
   */
  async list(): Promise<readonly Info[]> {
    const { kind, listKey, keyOf } = this.#options;
    return this.#redis.runRepeatable(`list every ${kind}`, async () => {
      const alive = membersOf(await this.#scripts.nodesByAge(listKey, 'alive', DEAD_AFTER_MS));
      const stored = await Promise.all(alive.map((id) => this.#redis.client.get(keyOf(id))));
      return stored.flatMap((json) => this.#parse(json));
    });
  }

  /** What a process said of itself last, living or not; null if that has expired. @throws Unavailable */
  async lastWordsOf(id: string): Promise<Info | null> {
    const { kind, keyOf } = this.#options;
    const json = await this.#redis.runRepeatable(`look for a ${kind}`, () => this.#redis.client.get(keyOf(id)));
    return this.#parse(json)[0] ?? null;
  }

  /** Removes processes that were not seen for `deadForMs` from the list. */
  async forgetDead(deadForMs: number): Promise<void> {
    const { listKey } = this.#options;
    const dead = membersOf(await this.#scripts.nodesByAge(listKey, 'dead', deadForMs));
    if (dead.length > 0) await this.#redis.client.zrem(listKey, ...dead.map(escapeId));
  }

  async #beat(info: Info): Promise<void> {
    const { kind, listKey, idOf, keyOf, keptMs = DEAD_AFTER_MS, beat } = this.#options;
    const id = idOf(info);
    const sentAt = performance.now();
    await this.#redis.run(`say that this ${kind} lives`, () =>
      Promise.all([
        this.#scripts.noteNode(listKey, escapeId(id)),
        this.#redis.keep(keyOf(id), 'SET', JSON.stringify(info), 'PX', keptMs),
        beat?.(info),
      ]),
    );
    if (this.#heardAt === null || sentAt - this.#heardAt > DEAD_AFTER_MS) this.#servedSince = sentAt;
    this.#heardAt = sentAt;
  }

  #parse(json: string | null): Info[] {
    if (json === null) return [];
    const { kind, schema } = this.#options;
    try {
      return [schema.parse(JSON.parse(json))];
    } catch (error) {
      this.#logger.debug({ err: error }, `a ${kind} of another version has an unknown description`);
      return [];
    }
  }
}

/** The members in [member, score, member, score…]. */
function membersOf(withScores: unknown): string[] {
  return (withScores as string[]).filter((_, i) => i % 2 === 0).map(unescapeId);
}
