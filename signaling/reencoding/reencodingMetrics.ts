import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReencodingStats } from '../../core/media/reencoding/ReencodingStats.ts';
import { EngineName } from '../../core/reencoding/messages.ts';
import type { SidecarInfo } from '../../core/reencoding/ports.ts';

type Phase = ReencodingStats['tracks'][number]['phase'];

const PHASES: readonly Phase[] = ['warming', 'ready', 'leaving'];

/** What an operator sees of reencoding: this node's tracks, and the sidecars that all nodes share. */
export function registerReencodingMetrics(
  registry: Registry,
  stats: () => ReencodingStats,
  sidecars: () => readonly SidecarInfo[],
): void {
  const registers = [registry];
  new Gauge({
    name: 'everroom_reencoded_tracks',
    help: 'Tracks of this node that a sidecar has taken up, by phase and engine; viewers receive those that are ready.',
    labelNames: ['phase', 'engine'],
    registers,
    collect() {
      const { tracks } = stats();
      for (const phase of PHASES) {
        for (const engine of EngineName.options) {
          this.set(
            { phase, engine },
            tracks.filter((track) => track.phase === phase && track.engine === engine).length,
          );
        }
      }
    },
  });
  new Gauge({
    name: 'everroom_sidecars',
    help: 'Sidecars that are known, by engine; none: no engine works there.',
    labelNames: ['engine'],
    registers,
    collect() {
      const all = sidecars();
      for (const engine of [...EngineName.options, null]) {
        this.set({ engine: engine ?? 'none' }, all.filter((sidecar) => sidecar.engine === engine).length);
      }
    },
  });
  counter('everroom_reencoding_attachments_total', 'Times that a sidecar took a track up.', (now) => now.attachments);
  counter('everroom_reencoding_fallbacks_total', 'Times that viewers went back to the source.', (now) => now.fallbacks);
  counter(
    'everroom_reencoding_switches_total',
    'Times that a viewer was moved to another rendition of a track.',
    (now) => now.switches,
  );
  counter(
    'everroom_reencoding_keyframe_requests_absorbed_total',
    'Keyframe requests of viewers that ended at a sidecar.',
    (now) => now.keyframeRequestsAbsorbed,
  );
  counter(
    'everroom_reencoding_keyframe_requests_sent_total',
    'Keyframe requests that sidecars sent to publishers.',
    (now) => now.keyframeRequestsSent,
  );

  function counter(name: string, help: string, value: (now: ReencodingStats) => number): void {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value(stats()));
      },
    });
  }
}
