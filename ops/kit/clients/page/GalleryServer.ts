import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, type PreviewServer, preview } from 'vite';
import { securityHeaders } from '../../../../signaling/http/securityHeaders.ts';

/** Serves every screen of the page without our server, under the headers that our server sends. */
export class GalleryServer {
  readonly #server: PreviewServer;
  readonly #folder: string;
  readonly url: string;

  private constructor(server: PreviewServer, folder: string) {
    this.#server = server;
    this.#folder = folder;
    const url = server.resolvedUrls?.local[0];
    if (url === undefined) throw new Error('the gallery is served nowhere');
    this.url = url;
  }

  static async start(): Promise<GalleryServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'everroom-gallery-'));
    const config = {
      configFile: path.resolve('web/vite.config.ts'),
      root: path.resolve('web/gallery'),
      logLevel: 'warn',
      // Nobody downloads it: what makes it small would cost more than all that is done with it.
      build: { outDir: folder, minify: false },
      preview: { port: 0, host: '127.0.0.1', headers: { ...securityHeaders('http://127.0.0.1') } },
    } as const;
    await build(config);
    return new GalleryServer(await preview(config), folder);
  }

  urlOf(state: string): string {
    return `${this.url}?state=${state}`;
  }

  async stop(): Promise<void> {
    await this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
