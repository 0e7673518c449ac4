import { DataStore, ERRORS, Upload } from '@tus/server';
import { newPartKey, toPart } from './parts.ts';
import type { S3Bucket } from './S3Bucket.ts';

/** Bytes of one object of a file, and what a request holds in memory. */
export const PART_BYTES = 1_000_000;
/** What is known of a file; its parts are beside it. */
const ABOUT = 'about';

interface About {
  readonly bytes: number;
  readonly name: string;
  readonly owner: string;
}

/**
 * Uploads in a bucket, for tus: each piece that comes is an object of its own. Nothing of an upload is in a server, no
 * object changes, and no lock is needed: of two servers that write at the same time, none harms the other.
 */
export class S3Uploads extends DataStore {
  readonly #bucket: S3Bucket;

  constructor(bucket: S3Bucket) {
    super();
    this.#bucket = bucket;
  }

  override async create(upload: Upload): Promise<Upload> {
    const { name, owner } = upload.metadata ?? {};
    const about: About = { bytes: upload.size ?? 0, name: name ?? '', owner: owner ?? '' };
    await this.#bucket.put(`${upload.id}/${ABOUT}`, new TextEncoder().encode(JSON.stringify(about)));
    return upload;
  }

  /** Writes what comes, also what came before the stream broke off, and returns where that ends. */
  override async write(stream: AsyncIterable<Uint8Array>, id: string, offset: number): Promise<number> {
    let at = offset;
    let waiting: Uint8Array[] = [];
    let waitingBytes = 0;
    const flush = async (): Promise<void> => {
      if (waitingBytes === 0) return;
      const end = at + waitingBytes;
      await this.#bucket.put(newPartKey(`${id}/`, at, end), Uint8Array.from(Buffer.concat(waiting)));
      at = end;
      waiting = [];
      waitingBytes = 0;
    };
    try {
      for await (const chunk of stream) {
        waiting.push(chunk);
        waitingBytes += chunk.byteLength;
        if (waitingBytes >= PART_BYTES) await flush();
      }
    } finally {
      await flush();
    }
    return at;
  }

  override async getUpload(id: string): Promise<Upload> {
    const [about, [last]] = await Promise.all([
      this.#bucket.get(`${id}/${ABOUT}`),
      // Keys of parts begin with a digit, and so come first.
      this.#bucket.list(`${id}/`, 1),
    ]);
    if (!about) throw ERRORS.FILE_NOT_FOUND;
    const { bytes, name, owner } = JSON.parse(new TextDecoder().decode(about)) as About;
    const offset = toPart(last?.key ?? '')?.end ?? 0;
    return new Upload({ id, size: bytes, offset, metadata: { name, owner } });
  }

  override async remove(id: string): Promise<void> {
    // What is not known any more takes no more parts.
    await this.#bucket.delete([`${id}/${ABOUT}`]);
    await this.#bucket.delete((await this.#bucket.list(`${id}/`)).map(({ key }) => key));
  }
}
