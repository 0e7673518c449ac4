import type { BegunUpload, UploadLimits, UploadsBegun } from '../core/files/UploadsBegun.ts';
import { UNSHARED_MS } from '../core/files/UploadsBegun.ts';
import { uploadsKey } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';
import { defineScripts, type Scripts } from './scripts.ts';

/** Counts uploads in Redis: a restart or another node gives nobody more space. */
export class RedisUploadsBegun implements UploadsBegun {
  readonly #redis: RedisConnection;
  readonly #scripts: Scripts;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
    this.#scripts = defineScripts(redis.client);
  }

  async begin(
    scope: string,
    { fileId, owner, bytes }: BegunUpload,
    limits: UploadLimits,
  ): Promise<'begun' | 'too many' | 'full'> {
    const most = [limits.ofOwner, limits.files, limits.bytes].map((limit) => Math.floor(Math.max(0, limit)));
    const answer = await this.#redis.runRepeatable('count an upload', () =>
      this.#scripts.beginUpload(uploadsKey(scope), fileId, owner, bytes, ...most, UNSHARED_MS),
    );
    return answer as 'begun' | 'too many' | 'full';
  }

  async end(scope: string, fileId: string): Promise<void> {
    await this.#redis.runRepeatable('take an upload off the count', () =>
      this.#redis.client.hdel(uploadsKey(scope), fileId),
    );
  }
}
