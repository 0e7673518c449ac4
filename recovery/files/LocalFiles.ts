import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileStore as TusFolder } from '@tus/file-store';
import type { FilePlace, FileStore, StoredFile, Uploader } from '../../core/files/FileStore.ts';
import { TusUploads } from './TusUploads.ts';

/** Proxies take a request of 1 MiB unless they are told otherwise. */
const CHUNK_BYTES = 1_000_000;
/** Left for the journal, which shares the disk as a rule. */
const SPARE_BYTES = 1 << 30;
/** tus writes what it knows of a file beside it. */
const ABOUT = '.json';

/** Files in a folder of this machine, or one that the nodes of a cluster share. */
export class LocalFiles implements FileStore {
  readonly id: string;
  readonly chunkBytes = CHUNK_BYTES;
  readonly #root: string;
  readonly #uploads: TusUploads;

  private constructor(root: string, id: string, maxBytes: number) {
    this.id = id;
    this.#root = root;
    this.#uploads = new TusUploads(new TusFolder({ directory: root }), maxBytes);
  }

  /** @throws Error of the file system when the folder cannot be made */
  static async open(root: string, maxBytes: number): Promise<LocalFiles> {
    await mkdir(root, { recursive: true, mode: 0o700 });
    return new LocalFiles(root, await idOf(root), maxBytes);
  }

  upload(request: Request, by: Uploader): Promise<Response> {
    return this.#uploads.answer(request, by);
  }

  find(place: FilePlace): Promise<StoredFile | null> {
    return this.#uploads.find(place);
  }

  read(place: FilePlace): AsyncIterable<Uint8Array> {
    return createReadStream(this.#pathOf(place));
  }

  async settle(place: FilePlace): Promise<void> {
    const path = this.#pathOf(place);
    for (const written of [path, `${path}${ABOUT}`, dirname(path)]) {
      const handle = await open(written, 'r');
      await handle.sync().finally(() => handle.close());
    }
  }

  remove(place: FilePlace): Promise<void> {
    return this.#uploads.remove(place);
  }

  async removeFolder(folder: string): Promise<void> {
    await rm(join(this.#root, basename(folder)), { recursive: true, force: true });
  }

  async folders(): Promise<string[]> {
    const found = await readdir(this.#root, { withFileTypes: true });
    return found.filter((each) => each.isDirectory()).map(({ name }) => name);
  }

  async list(folder: string): Promise<{ fileId: string; begunAt: number }[]> {
    const path = join(this.#root, basename(folder));
    const names = await readdir(path).catch(nullIfMissing);
    const found = (names ?? [])
      .filter((name) => name.endsWith(ABOUT))
      .map(async (name) => {
        const about = await stat(join(path, name)).catch(nullIfMissing);
        return about ? [{ fileId: name.slice(0, -ABOUT.length), begunAt: about.mtimeMs }] : [];
      });
    return (await Promise.all(found)).flat();
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#root);
    return bavail * bsize - SPARE_BYTES;
  }

  #pathOf({ folder, fileId }: FilePlace): string {
    return join(this.#root, basename(folder), basename(fileId));
  }
}

/** Nodes that share the folder find the same id in it. */
async function idOf(root: string): Promise<string> {
  const path = join(root, 'id');
  const id = randomUUID();
  // A link makes the whole file appear at once: of two processes the first one wins.
  const own = `${path}.${id}`;
  await writeFile(own, id);
  try {
    await link(own, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(own);
  }
  return readFile(path, 'utf8');
}

function nullIfMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
