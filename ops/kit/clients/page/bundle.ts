import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const PROGRAMS = {
  main: new URL('./main.ts', import.meta.url),
  meeting: new URL('./meeting.ts', import.meta.url),
};

/** The program of a drill's own page, or what a drill adds to the meeting page, with the SDK, as one script. */
export async function bundlePage(program: keyof typeof PROGRAMS): Promise<string> {
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
          entry: fileURLToPath(PROGRAMS[program]),
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
