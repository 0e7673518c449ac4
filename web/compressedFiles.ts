import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const COMPRESSIBLE = /\.(html|js|mjs|css|json|wasm|tflite|map|webmanifest|svg|txt)$/;
/** A smaller file fits into one packet uncompressed. */
const MIN_BYTES = 1_024;

/**
 * Writes `FILE.br` and `FILE.gz` beside each file of the built page that compresses well; the server picks one. A page
 * that is not minified is not for shipping, and stays as it is.
 */
export function compressedFiles(): Plugin {
  return {
    name: 'everroom:compressed-files',
    apply: ({ build }, { command }) => command === 'build' && build?.minify !== false,
    async writeBundle({ dir }) {
      if (dir) await compressFilesIn(dir);
    },
  };
}

export async function compressFilesIn(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  await Promise.all(names.filter((name) => COMPRESSIBLE.test(name)).map((name) => compress(join(folder, name))));
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  if (content.length <= MIN_BYTES) return;
  // 9 of 11: the last two steps take several times as long for a few percent.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  await Promise.all([
    promisify(brotliCompress)(content, { params }).then((body) => writeFile(`${path}.br`, body)),
    promisify(gzip)(content, { level: 9 }).then((body) => writeFile(`${path}.gz`, body)),
  ]);
}
