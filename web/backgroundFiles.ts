import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/** Of the package for backgrounds, which loads them by these names from one folder. */
const NAMES = [
  'selfie_segmentation_landscape.tflite',
  'tflite-simd-1-0-0.js',
  'tflite-simd-1-0-0.wasm',
  'twilio-gaussian-blur-background-processor-pipeline-worker.js',
  'twilio-virtual-background-processor-pipeline-worker.js',
];

/** Ships what blurs backgrounds with the page, in a folder that is named by its content, and tells the page where. */
export function backgroundFiles(): Plugin {
  const packageFile = createRequire(import.meta.url).resolve('@twilio/video-processors/package.json');
  const from = join(dirname(packageFile), 'dist', 'build');
  const read = () => Promise.all(NAMES.map(async (name) => ({ name, source: await readFile(join(from, name)) })));
  let folder = '';
  return {
    name: 'everroom:background-files',
    async config(_, { command }) {
      const hash = createHash('sha256');
      for (const { source } of await read()) hash.update(source);
      folder = `assets/background-${hash.digest('hex').slice(0, 12)}`;
      const address = command === 'serve' ? `/@fs${from}/` : `/${folder}/`;
      return { define: { BACKGROUND_FILES: JSON.stringify(address) } };
    },
    async generateBundle() {
      for (const { name, source } of await read())
        this.emitFile({ type: 'asset', fileName: `${folder}/${name}`, source });
    },
  };
}
