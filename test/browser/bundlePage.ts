import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/**
 * Bundles one script that a page can run as it is, as an application's own bundler would. `file` lies beside this one.
 */
export async function bundlePage(file: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL(file, import.meta.url)), formats: ['iife'], name: 'page', fileName: 'page' },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  const chunk = output !== undefined && 'output' in output ? output.output[0] : undefined;
  if (chunk === undefined) throw new Error(`vite made no bundle of ${file}`);
  return chunk.code;
}
