import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** The page's program with the SDK, as one script. */
export async function bundlePage(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'everroom-drill-page-'));
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      // Libraries read `process.env`, and a page has no `process`.
      define: { 'process.env.NODE_ENV': '"production"' },
      build: {
        outDir,
        lib: {
          entry: fileURLToPath(new URL('./main.ts', import.meta.url)),
          formats: ['iife'],
          name: 'drillPage',
          fileName: () => 'page.js',
        },
      },
    });
    return await readFile(join(outDir, 'page.js'), 'utf8');
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}
