import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** Scripts of the built page, in bytes as they travel (gzip). */
export interface ScriptWeight {
  /** What the page needs until a person can join. */
  readonly beforeJoining: number;
  /** The same and all that it can load later. */
  readonly everything: number;
}

/** Weighs the page that was built into `folder`. */
export async function scriptWeight(folder: string): Promise<ScriptWeight> {
  const html = await readFile(path.join(folder, 'index.html'), 'utf8');
  const entries = [...html.matchAll(/<(?:script|link)[^>]+(?:src|href)="\/(assets\/[^"]+\.js)"/gu)].map(
    ([, file]) => file ?? '',
  );
  if (entries.length === 0) throw new Error(`${folder}/index.html loads no script`);
  const scripts = new Scripts(folder);
  await scripts.follow(entries, STATIC);
  const beforeJoining = scripts.bytes;
  await scripts.follow(entries, ANY);
  return { beforeJoining, everything: scripts.bytes };
}

const STATIC = /(?:import|from)\s*["']\.\/([\w.-]+\.js)["']/gu;
const ANY = /["'](?:\.\/|assets\/)([\w.-]+\.js)["']/gu;

class Scripts {
  bytes = 0;
  readonly #folder: string;
  readonly #counted = new Set<string>();
  #followed = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Counts these files and those they name, each once. */
  async follow(entries: readonly string[], names: RegExp): Promise<void> {
    this.#followed = new Set();
    await Promise.all(entries.map((file) => this.#follow(file, names)));
  }

  async #follow(file: string, names: RegExp): Promise<void> {
    if (this.#followed.has(file)) return;
    this.#followed.add(file);
    const code = await readFile(path.join(this.#folder, file), 'utf8');
    if (!this.#counted.has(file)) this.bytes += gzipSync(code, { level: 9 }).length;
    this.#counted.add(file);
    await Promise.all([...code.matchAll(names)].map(([, name]) => this.#follow(`assets/${name}`, names)));
  }
}
