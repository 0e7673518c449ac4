import { createHash } from 'node:crypto';
import { lstat, readFile, realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { lookup } from 'mrmime';
import Negotiator from 'negotiator';
import type { HttpReply, HttpRequest } from './http.ts';

const TEXT = /^(text\/|application\/(json|manifest)|image\/svg)/;
/** The build names such files, or the folder of several, by their content, so they never change. */
const HASHED_NAME = /[.-][\w-]{8,}(\.\w+|\/[\w.-]+)$/;
/** A page's files have a few hundred kilobytes; a larger file does not belong to one. */
const MAX_FILE_BYTES = 16 << 20;
/** Best first. The build of the page writes compressed files beside the plain ones (web/compressedFiles.ts). */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
  { name: 'identity', suffix: '' },
] as const;

type Encoding = (typeof ENCODINGS)[number]['name'];

interface Variant {
  readonly etag: string;
  readonly body: Buffer;
}

interface CachedFile {
  readonly changed: string;
  readonly variants: ReadonlyMap<Encoding, Variant>;
}

/** The files of one folder, kept in memory with their compressed forms, until they change on disk. */
export class StaticFiles {
  readonly #folder: string;
  readonly #cache = new Map<string, Promise<CachedFile>>();

  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  /** Returns null if there is no such file below the folder. */
  async reply(request: HttpRequest, urlPath: string): Promise<HttpReply | null> {
    const path = await this.#locate(urlPath);
    if (path === null) return null;
    const file = await this.#load(path).catch(nullIfMissing);
    if (!file) return null;

    const encoding = chooseEncoding(file, request.headers.get('accept-encoding'));
    const variant = file.variants.get(encoding);
    if (!variant) return null;
    const { etag, body } = variant;
    const headers = {
      etag,
      vary: 'accept-encoding',
      'cache-control':
        urlPath.startsWith('/assets/') && HASHED_NAME.test(urlPath)
          ? 'public, max-age=31536000, immutable'
          : 'no-cache',
    };
    if (matches(request.headers.get('if-none-match'), etag)) return { status: 304, headers, body: '' };
    return {
      status: 200,
      headers: {
        ...headers,
        'content-type': contentTypeOf(path),
        ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
      },
      body,
    };
  }

  /** Returns the file's path on disk, or null if it leads out of the folder, by dots or by links. */
  async #locate(urlPath: string): Promise<string | null> {
    let decoded: string;
    try {
      decoded = decodeURIComponent(urlPath);
    } catch {
      return null; // Not percent-encoding.
    }
    if (decoded.includes('\0') || decoded.includes('\\')) return null;
    const path = join(this.#folder, decoded);
    // Hidden files are not part of the page.
    if (!path.startsWith(this.#folder + sep) || path.includes(`${sep}.`, this.#folder.length)) return null;
    try {
      const real = await realpath(path);
      return real.startsWith((await realpath(this.#folder)) + sep) ? real : null;
    } catch {
      return null; // No such file.
    }
  }

  async #load(path: string): Promise<CachedFile | null> {
    const onDisk = await variantsOnDisk(path);
    if (!onDisk) return null;
    const changed = onDisk.map(({ encoding, mtimeMs, size }) => `${encoding} ${mtimeMs} ${size}`).join();
    let cached = this.#cache.get(path);
    if ((await cached)?.changed !== changed) {
      cached = read(onDisk, changed);
      this.#cache.set(path, cached);
      cached.catch(() => this.#cache.delete(path));
    }
    return (await cached) ?? null;
  }
}

interface VariantOnDisk {
  readonly encoding: Encoding;
  readonly path: string;
  readonly mtimeMs: number;
  readonly size: number;
}

/**
 * Returns the file with its compressed forms, except older ones, which belong to another build. Null if it is no file
 * of a page.
 */
async function variantsOnDisk(path: string): Promise<VariantOnDisk[] | null> {
  const all = await Promise.all(
    ENCODINGS.map(async ({ name, suffix }): Promise<VariantOnDisk | null> => {
      // Not `stat`: a link could lead out of the folder.
      const stats = await lstat(path + suffix).catch(nullIfMissing);
      return stats?.isFile() && stats.size <= MAX_FILE_BYTES
        ? { encoding: name, path: path + suffix, mtimeMs: stats.mtimeMs, size: stats.size }
        : null;
    }),
  );
  const plain = all.find((variant) => variant?.encoding === 'identity');
  if (!plain) return null;
  return all.flatMap((variant) => (variant && variant.mtimeMs >= plain.mtimeMs ? variant : []));
}

async function read(onDisk: readonly VariantOnDisk[], changed: string): Promise<CachedFile> {
  const variants = await Promise.all(
    onDisk.map(async ({ encoding, path }): Promise<[Encoding, Variant]> => {
      const body = await readFile(path);
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
      return [encoding, { etag, body }];
    }),
  );
  return { changed, variants: new Map(variants) };
}

/** Returns the best form that the browser accepts, or the plain one. */
function chooseEncoding({ variants }: CachedFile, accepted: string | undefined): Encoding {
  const acceptable = new Negotiator({ headers: { 'accept-encoding': accepted } }).encodings([...variants.keys()]);
  return ENCODINGS.find(({ name }) => variants.has(name) && acceptable.includes(name))?.name ?? 'identity';
}

function contentTypeOf(path: string): string {
  const type = lookup(path) ?? 'application/octet-stream';
  return TEXT.test(type) ? `${type}; charset=utf-8` : type;
}

/** There is no compressed form, or a new build of the page has just removed the file. */
function nullIfMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((known) => known.trim().replace(/^W\//, '') === etag) ?? false;
}
