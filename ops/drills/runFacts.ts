import { availableParallelism, loadavg, totalmem } from 'node:os';
import { version as mediasoupVersion } from 'mediasoup';
import PACKAGE from '../../package.json' with { type: 'json' };
import { MEETING_PICTURE, PICTURE } from '../kit/clients/picture.ts';
import type { Cast } from '../kit/clients/startHosts.ts';

/** How a drill was run. It names neither the machine nor its folders, so that a report may be shown to anybody. */
export interface RunFacts {
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly tookMs: number;
  readonly bots: number;
  readonly pages: number;
  /** What the pages run in; null without pages. */
  readonly browser: string | null;
  /** What the cameras send. */
  readonly camera: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly cores: number;
  readonly memoryMb: number;
  /** Mean number of processes that wanted a CPU during the minute before the start and before the end. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

/** Options whose value is a place of this machine or an address. */
const PRIVATE = /^--(json|report|url|from)(=|$)/u;

/** Begins to note how a drill runs; the returned function ends it. */
export function noteRun(args: readonly string[], cast: Cast & { readonly seed: number }): () => RunFacts {
  const startedAt = Date.now();
  const loadBefore = load();
  const { browser = 'chromium', meetingPages, pages, participants, seed } = cast;
  const { framesPerSecond, height, width } = meetingPages ? MEETING_PICTURE : PICTURE;
  return () => ({
    command: commandOf(args, seed),
    startedAt: new Date(startedAt).toISOString(),
    tookMs: Date.now() - startedAt,
    bots: participants - pages,
    pages,
    browser: pages > 0 ? browser : null,
    camera: `${width} × ${height}, ${framesPerSecond} pictures a second`,
    versions: { Everroom: PACKAGE.version, mediasoup: mediasoupVersion, Node: process.version.slice(1) },
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / (1 << 20)),
    loadBefore,
    loadAfter: load(),
  });
}

/** The command that repeats a drill with the moments of its seed, without places of this machine. */
export function commandOf(args: readonly string[], seed: number): string {
  const kept = args.filter(
    (arg, index) => !PRIVATE.test(arg) && !/^--(json|report|url|from)$/u.test(args[index - 1] ?? ''),
  );
  const seeded = kept.some((arg) => arg.startsWith('--seed')) ? [] : ['--seed', String(seed)];
  return ['npm run drill --', ...kept, ...seeded].join(' ');
}

function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}
