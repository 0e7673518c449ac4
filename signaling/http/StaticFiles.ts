import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { HttpReply, HttpRequest } from './http.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
};
const COMPRESSIBLE = /^(text\/|application\/(json|manifest)|image\/svg)/;
/** A bundler names such files by their content, so they never change. */
const HASHED_NAME = /[.-][\w-]{8,}\.\w+$/;
/** A page is a few hundred kilobytes; whatever is larger is not part of one. */
const MAX_FILE_BYTES = 16 << 20;

interface CachedFile {
  readonly changed: string;
  readonly etag: string;
  readonly contentType: string;
  readonly variants: ReadonlyMap<'br' | 'gzip' | 'identity', Buffer>;
}

/** The files of one folder, kept in memory with their compressed forms until they change on disk. */
export class StaticFiles {
  readonly #folder: string;
  readonly #cache = new Map<string, Promise<CachedFile>>();

  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  /** Null when there is no such file below the folder. */
  async reply(request: HttpRequest, urlPath: string): Promise<HttpReply | null> {
    const path = await this.#locate(urlPath);
    const file = path === null ? null : await this.#load(path).catch(nullIfMissing);
    if (!file) return null;

    const headers = {
      etag: file.etag,
      vary: 'accept-encoding',
      'cache-control':
        urlPath.startsWith('/assets/') && HASHED_NAME.test(urlPath)
          ? 'public, max-age=31536000, immutable'
          : 'no-cache',
    };
    if (matches(request.headers.get('if-none-match'), file.etag)) return { status: 304, headers, body: '' };

    const accepted = request.headers.get('accept-encoding') ?? '';
    for (const encoding of ['br', 'gzip'] as const) {
      const body = file.variants.get(encoding);
      if (!body || !new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted)) continue;
      return {
        status: 200,
        headers: { ...headers, 'content-type': file.contentType, 'content-encoding': encoding },
        body,
      };
    }
    const body = file.variants.get('identity') ?? '';
    return { status: 200, headers: { ...headers, 'content-type': file.contentType }, body };
  }

  /** The file's path on disk; null for whatever leads out of the folder, by dots or by links. */
  async #locate(urlPath: string): Promise<string | null> {
    let decoded: string;
    try {
      decoded = decodeURIComponent(urlPath);
    } catch {
      return null; // Not percent-encoding.
    }
    if (decoded.includes('\0') || decoded.includes('\\')) return null;
    const path = join(this.#folder, decoded);
    // Hidden files are nobody's business.
    if (!path.startsWith(this.#folder + sep) || path.includes(`${sep}.`, this.#folder.length)) return null;
    try {
      const real = await realpath(path);
      return real.startsWith((await realpath(this.#folder)) + sep) ? real : null;
    } catch {
      return null; // No such file.
    }
  }

  async #load(path: string): Promise<CachedFile | null> {
    const stats = await stat(path);
    const { mtimeMs, size } = stats;
    if (!stats.isFile() || size > MAX_FILE_BYTES) return null;
    const changed = `${mtimeMs}-${size}`;
    let cached = this.#cache.get(path);
    if ((await cached)?.changed !== changed) {
      cached = readAndCompress(path, changed);
      this.#cache.set(path, cached);
      cached.catch(() => this.#cache.delete(path));
    }
    return (await cached) ?? null;
  }
}

async function readAndCompress(path: string, changed: string): Promise<CachedFile> {
  const content = await readFile(path);
  const contentType = CONTENT_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
  const variants = new Map<'br' | 'gzip' | 'identity', Buffer>([['identity', content]]);
  if (COMPRESSIBLE.test(contentType) && content.length > 1_024) {
    const [br, gz] = await Promise.all([
      promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
      promisify(gzip)(content, { level: 9 }),
    ]);
    variants.set('br', br).set('gzip', gz);
  }
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;
  return { changed, etag, contentType, variants };
}

/** The page is being built anew: the file was there a moment ago. */
function nullIfMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((known) => known.trim().replace(/^W\//, '') === etag) ?? false;
}
