import { Gauge, type Registry } from 'prom-client';
import type { FileStore } from '../../core/files/FileStore.ts';

/** What an operator sees of the place for files that people share; nothing of a bucket, which has no end. */
export function registerFileMetrics(registry: Registry, store: Pick<FileStore, 'freeBytes'> | undefined): void {
  new Gauge({
    name: 'everroom_files_free_bytes',
    help: 'Space that is left for files which people share, where this node keeps them.',
    registers: [registry],
    async collect() {
      // A folder that cannot be read says so when somebody shares a file.
      const bytes = (await store?.freeBytes().catch(() => null)) ?? null;
      if (bytes !== null && Number.isFinite(bytes)) this.set(bytes);
      else this.remove();
    },
  });
}
