import { Counter, Gauge, type Registry } from 'prom-client';
import type { MediaPlane } from '../core/media/MediaPlane.ts';
import { openFilesOf } from '../core/media/workers/openFiles.ts';

/** What an operator sees of a node and its media workers, which are numbered from 0. */
export function registerNodeMetrics(
  registry: Registry,
  media: Pick<MediaPlane, 'load' | 'workerPids' | 'workers' | 'crossingTracks'>,
  checks: () => Readonly<Record<string, boolean>>,
): void {
  const registers = [registry];
  const worker = { labelNames: ['worker'] as const, registers };
  new Gauge({
    name: 'everroom_ready',
    help: 'Whether a check of /readyz is fine (1) or not (0).',
    labelNames: ['check'],
    registers,
    collect() {
      for (const [check, isFine] of Object.entries(checks())) this.set({ check }, isFine ? 1 : 0);
    },
  });
  new Gauge({
    name: 'everroom_consumers',
    help: 'Consumers of this node: one for each track that a viewer receives or may receive at once.',
    registers,
    collect() {
      this.set(media.load().consumers);
    },
  });
  new Gauge({
    name: 'everroom_consumers_capacity',
    help: 'Consumers that the media workers of this node are meant to carry.',
    registers,
    collect() {
      this.set(media.load().capacity);
    },
  });
  new Gauge({
    name: 'everroom_crossing_tracks',
    help: 'Tracks that this node has from other nodes, as their publishers send them (source) or reencoded, by path.',
    labelNames: ['path'],
    registers,
    collect() {
      for (const [path, tracks] of Object.entries(media.crossingTracks())) this.set({ path }, tracks);
    },
  });
  const consumers = new Gauge({
    name: 'everroom_media_worker_consumers',
    help: 'Consumers of a media worker.',
    ...worker,
  });
  new Counter({
    name: 'everroom_media_worker_cpu_seconds_total',
    help: 'CPU time that a media worker has used. A worker that replaces another begins at 0.',
    ...worker,
    async collect() {
      this.reset();
      for (const [index, report] of (await media.workers()).entries()) {
        this.inc({ worker: index }, report.cpuMs / 1_000);
        consumers.set({ worker: index }, report.consumers);
      }
    },
  });
  const limits = new Gauge({
    name: 'everroom_media_worker_open_files_limit',
    help: 'Sockets and files that the system allows a media worker.',
    ...worker,
  });
  new Gauge({
    name: 'everroom_media_worker_open_files',
    help: 'Sockets and files that a media worker has open.',
    ...worker,
    async collect() {
      for (const [index, pid] of media.workerPids().entries()) {
        const files = await openFilesOf(pid);
        if (!files) continue;
        this.set({ worker: index }, files.open);
        limits.set({ worker: index }, files.limit);
      }
    },
  });
}
