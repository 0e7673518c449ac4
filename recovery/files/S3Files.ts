import { createHash } from 'node:crypto';
import type { FilePlace, FileStore, StoredFile, Uploader } from '../../core/files/FileStore.ts';
import { type Logger, Unavailable } from '../../core/ports.ts';
import { type Stretch, toPart, toStretches } from './parts.ts';
import { LISTED_AT_ONCE, S3Bucket, type S3Config, S3Refused } from './S3Bucket.ts';
import { PART_BYTES, S3Uploads } from './S3Uploads.ts';
import { TusUploads } from './TusUploads.ts';

/** Says which stretches of which parts a file is, once that is settled. */
const WHOLE = 'whole';
/** Written and removed at a start, to learn whether both may be done. */
const PROBE = 'probe';

/** Files in a bucket of an S3 server, which the nodes of a cluster share. */
export class S3Files implements FileStore {
  readonly id: string;
  readonly chunkBytes = PART_BYTES;
  readonly #bucket: S3Bucket;
  readonly #uploads: TusUploads;

  private constructor(bucket: S3Bucket, maxBytes: number) {
    this.id = `s3-${createHash('sha256').update(bucket.url).digest('hex').slice(0, 32)}`;
    this.#bucket = bucket;
    this.#uploads = new TusUploads(new S3Uploads(bucket), maxBytes);
  }

  /**
   * Resolves too when the server cannot be reached now: files can then be shared as soon as it can.
   * @throws S3Refused when it says no: there is no such bucket, or the keys do not open it
   */
  static async open(config: S3Config, maxBytes: number, logger: Logger): Promise<S3Files> {
    const bucket = new S3Bucket(config, logger);
    try {
      await bucket.list(PROBE, 1);
      const probe = `${PROBE}-${crypto.randomUUID()}`;
      await bucket.put(probe, new Uint8Array());
      await bucket.delete([probe]);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      // One that is only busy serves later.
      if (error.cause instanceof S3Refused && error.cause.status < 500) throw error.cause;
    }
    return new S3Files(bucket, maxBytes);
  }

  upload(request: Request, by: Uploader): Promise<Response> {
    return this.#uploads.answer(request, by);
  }

  find(place: FilePlace): Promise<StoredFile | null> {
    return this.#uploads.find(place);
  }

  async *read(place: FilePlace): AsyncIterable<Uint8Array> {
    const stretches = (await this.#settled(place)) ?? (await this.#stretches(place));
    let next: Promise<Uint8Array> | undefined;
    for (const [index, stretch] of stretches.entries()) {
      const content = await (next ?? this.#contentOf(stretch));
      const following = stretches[index + 1];
      // The first bytes are all that some want. From then on the next part comes while this one is sent.
      next = index > 0 && following ? this.#contentOf(following) : undefined;
      next?.catch(() => undefined); // Whoever awaits it is told.
      yield content;
    }
  }

  /** From now on the content is what it is now, whatever a late request still writes. */
  async settle(place: FilePlace): Promise<void> {
    if (await this.#settled(place)) return;
    const stretches = await this.#stretches(place);
    await this.#bucket.put(`${prefixOf(place)}${WHOLE}`, new TextEncoder().encode(JSON.stringify(stretches)));
  }

  remove(place: FilePlace): Promise<void> {
    return this.#uploads.remove(place);
  }

  async removeFolder(folder: string): Promise<void> {
    const objects = await this.#bucket.list(`${folder}/`);
    await this.#bucket.delete(objects.map(({ key }) => key));
  }

  async folders(): Promise<string[]> {
    const found = new Set<string>();
    for (let after = ''; ; ) {
      const page = await this.#bucket.list('', LISTED_AT_ONCE, after);
      for (const { key } of page) found.add(key.split('/')[0] ?? '');
      const last = page.at(-1)?.key;
      if (last === undefined || page.length < LISTED_AT_ONCE) return [...found];
      // The character after the slash: the rest of this folder is passed over.
      after = last.includes('/') ? `${last.split('/')[0]}0` : last;
    }
  }

  /** Also finds parts that came while their file was removed. */
  async list(folder: string): Promise<{ fileId: string; begunAt: number }[]> {
    const begunAt = new Map<string, number>();
    for (const { key, changedAt } of await this.#bucket.list(`${folder}/`)) {
      const fileId = key.split('/')[1] ?? '';
      begunAt.set(fileId, Math.min(begunAt.get(fileId) ?? changedAt, changedAt));
    }
    return [...begunAt].map(([fileId, at]) => ({ fileId, begunAt: at }));
  }

  async freeBytes(): Promise<number> {
    return Number.POSITIVE_INFINITY;
  }

  async #settled(place: FilePlace): Promise<Stretch[] | null> {
    const whole = await this.#bucket.get(`${prefixOf(place)}${WHOLE}`);
    return whole && (JSON.parse(new TextDecoder().decode(whole)) as Stretch[]);
  }

  async #stretches(place: FilePlace): Promise<Stretch[]> {
    const objects = await this.#bucket.list(prefixOf(place));
    const parts = objects.flatMap(({ key }) => toPart(key) ?? []);
    return toStretches(parts, Math.max(0, ...parts.map(({ end }) => end)));
  }

  async #contentOf({ key, from, to }: Stretch): Promise<Uint8Array> {
    const part = await this.#bucket.get(key);
    if (!part) throw new Error('a part of the file is gone');
    return part.subarray(from, to);
  }
}

function prefixOf({ folder, fileId }: FilePlace): string {
  return `${folder}/${fileId}/`;
}
