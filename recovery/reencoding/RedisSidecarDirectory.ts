import { z } from 'zod';
import type { Clock, Logger } from '../../core/ports.ts';
import { EngineName, OutputCodec } from '../../core/reencoding/messages.ts';
import type { SidecarDirectory, SidecarInfo } from '../../core/reencoding/ports.ts';
import { escapeId, sidecarKey, sidecarsKey } from '../keys.ts';
import type { RedisConnection } from '../RedisConnection.ts';
import { BEAT_MS, DEAD_AFTER_MS, membersOf } from '../RedisNodeRegistry.ts';
import { Repeater } from '../Repeater.ts';
import { defineScripts, type Scripts } from '../scripts.ts';

const sidecarInfo: z.ZodType<SidecarInfo> = z.object({
  sidecarId: z.string(),
  name: z.string(),
  startedAt: z.number(),
  draining: z.boolean(),
  engine: EngineName.nullable(),
  outputs: z.array(OutputCodec),
  reason: z.string().nullable(),
  tracks: z.number(),
  capacity: z.number(),
});

/** Which sidecars live, in Redis. Every beat repairs what Redis may have lost of this one. */
export class RedisSidecarDirectory implements SidecarDirectory {
  readonly #redis: RedisConnection;
  readonly #scripts: Scripts;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #running: { readonly self: () => SidecarInfo; readonly beats: Repeater; readonly forget: () => void } | null = null;

  constructor(redis: RedisConnection, clock: Clock, logger: Logger) {
    this.#redis = redis;
    this.#scripts = defineScripts(redis.client);
    this.#clock = clock;
    this.#logger = logger;
  }

  async start(self: () => SidecarInfo): Promise<void> {
    if (this.#running) throw new Error('The directory was started already');
    const beats = new Repeater(
      this.#clock,
      this.#logger,
      () => BEAT_MS,
      () => this.#beat(self()),
    );
    const forget = this.#redis.availability.onChange((available) => available && void beats.runNow());
    this.#running = { self, beats, forget };
    await beats.runNow();
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    const { self, beats, forget } = this.#running;
    this.#running = null;
    forget();
    await beats.stop();
    const { sidecarId } = self();
    const { client } = this.#redis;
    try {
      await this.#redis.run('say that this sidecar stops', () =>
        Promise.all([client.del(sidecarKey(sidecarId)), client.zrem(sidecarsKey(), escapeId(sidecarId))]),
      );
    } catch (error) {
      this.#logger.debug({ err: error }, 'Redis does not know that this sidecar stopped: its entry expires');
    }
  }

  async sidecars(): Promise<readonly SidecarInfo[]> {
    return this.#redis.runRepeatable('list the sidecars', async () => {
      const alive = membersOf(await this.#scripts.nodesByAge(sidecarsKey(), 'alive', DEAD_AFTER_MS));
      const stored = await Promise.all(alive.map((sidecarId) => this.#redis.client.get(sidecarKey(sidecarId))));
      return stored.flatMap((json) => this.#parse(json));
    });
  }

  async #beat(info: SidecarInfo): Promise<void> {
    const { client } = this.#redis;
    const member = escapeId(info.sidecarId);
    await this.#redis.run('say that this sidecar lives', () =>
      Promise.all([
        this.#scripts.noteNode(sidecarsKey(), member),
        client.set(sidecarKey(info.sidecarId), JSON.stringify(info), 'PX', DEAD_AFTER_MS),
        this.#forgetDead(),
      ]),
    );
  }

  /** Nothing hangs on the dead: whoever finds them takes them off the list. */
  async #forgetDead(): Promise<void> {
    const dead = membersOf(await this.#scripts.nodesByAge(sidecarsKey(), 'dead', 10 * DEAD_AFTER_MS));
    if (dead.length > 0) await this.#redis.client.zrem(sidecarsKey(), ...dead.map(escapeId));
  }

  #parse(json: string | null): SidecarInfo[] {
    if (json === null) return [];
    try {
      return [sidecarInfo.parse(JSON.parse(json))];
    } catch (error) {
      this.#logger.debug({ err: error }, 'A sidecar of another version says something unknown about itself');
      return [];
    }
  }
}
