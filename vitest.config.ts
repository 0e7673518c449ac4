import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { freeCores } from './test/freeCores.ts';

const CORES = availableParallelism();
/** Slow machines, and those that have other things to do, run less side by side: there files starve each other. */
const IS_QUICK = freeCores() >= 0.75 * CORES;

/** Vitest runs the groups one after another, and the files of a group side by side on its workers. */
const GROUPS = {
  /** Never waits for anything but the CPU. */
  computing: { groupOrder: 1, maxWorkers: CORES },
  /** Waits for other processes and for time to pass: such a file needs a core for a quarter of its time. */
  waiting: { groupOrder: 2, maxWorkers: (IS_QUICK ? 4 : 3) * CORES },
  /** A browser with whole meetings: on a slow machine two of them side by side starve each other on two cores. */
  meeting: { groupOrder: 3, maxWorkers: IS_QUICK ? CORES : Math.max(1, Math.floor(CORES / 2)) },
  /**
   * Drills and encoders that count packets and pictures while time passes. Never beside a browser test: the busiest
   * keeps a core busy for two thirds of its time.
   */
  realtime: { groupOrder: 4, maxWorkers: IS_QUICK ? CORES : Math.max(1, Math.floor(CORES / 2)) },
} as const;

/** Each of them keeps a core busy; what else is said about engines waits for processes. */
const ENGINES = ['test/contract/engine{Ffmpeg,Libav}.test.ts'];
const GALLERY = ['test/browser/web/gallery/*.test.ts', 'test/browser/web/keyboard.test.ts'];
const REALTIME = ['test/integration/reencoder/**/*.test.ts', 'test/browser/sdk/switching.test.ts'];

/** No test promises a time: its limit ends what hangs, also on a machine that is busy with other things. */
function project(name: string, group: keyof typeof GROUPS, testTimeout: number) {
  const { groupOrder, maxWorkers } = GROUPS[group];
  return {
    name,
    include: [`test/${name}/**/*.test.ts`],
    maxWorkers,
    sequence: { groupOrder },
    testTimeout,
    hookTimeout: testTimeout,
  };
}

/** In each group the projects with the longest files come first, so that no worker ends alone with one of them. */
const LONGEST_FIRST = [
  ...['gallery', 'engines', 'model', 'pure'],
  ...['contract', 'integration', 'setup'],
  ...['browser', 'failover', 'realtime'],
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => LONGEST_FIRST.indexOf(a.project.name) - LONGEST_FIRST.indexOf(b.project.name));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...project('pure', 'computing', 120_000),
          include: ['{core,recovery,signaling,client,web,reencoder,ops}/**/*.test.{ts,tsx,mjs}'],
          // They leave nothing behind, and a worker for each file would cost more than most of them.
          isolate: false,
        },
      },
      { test: project('model', 'computing', 300_000) },
      { test: { ...project('engines', 'computing', 300_000), include: ENGINES } },
      {
        test: {
          ...project('gallery', 'computing', 300_000),
          include: GALLERY,
          globalSetup: ['test/browser/web/gallery/serveGallery.ts'],
        },
      },
      { test: { ...project('contract', 'waiting', 180_000), exclude: ENGINES } },
      { test: { ...project('integration', 'waiting', 180_000), exclude: REALTIME } },
      { test: project('setup', 'waiting', 300_000) },
      {
        test: {
          ...project('browser', 'meeting', 300_000),
          exclude: [...GALLERY, ...REALTIME],
          globalSetup: ['test/browser/buildPage.mjs'],
        },
      },
      { test: project('failover', 'realtime', 600_000) },
      { test: { ...project('realtime', 'realtime', 180_000), include: REALTIME } },
    ],
  },
});
