import { z } from 'zod';
import type { Clock, Logger } from '../../core/ports.ts';
import { EngineName, OutputCodec } from '../../core/reencoding/messages.ts';
import type { SidecarDirectory, SidecarInfo } from '../../core/reencoding/ports.ts';
import { sidecarKey, sidecarsKey } from '../keys.ts';
import type { RedisConnection } from '../RedisConnection.ts';
import { DEAD_AFTER_MS, RedisPresence } from '../RedisPresence.ts';

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

/** The living sidecars, in Redis. */
export class RedisSidecarDirectory implements SidecarDirectory {
  readonly #presence: RedisPresence<SidecarInfo>;

  constructor(redis: RedisConnection, clock: Clock, logger: Logger) {
    this.#presence = new RedisPresence<SidecarInfo>(redis, clock, logger, {
      kind: 'sidecar',
      listKey: sidecarsKey(),
      keyOf: sidecarKey,
      idOf: ({ sidecarId }) => sidecarId,
      schema: sidecarInfo,
      // Nothing depends on dead sidecars: any living one removes them from the list.
      beat: () => this.#presence.forgetDead(10 * DEAD_AFTER_MS),
    });
  }

  async start(self: () => SidecarInfo): Promise<void> {
    await this.#presence.start(self);
  }

  async stop(): Promise<void> {
    await this.#presence.stop(null);
  }

  async sidecars(): Promise<readonly SidecarInfo[]> {
    return this.#presence.list();
  }
}
