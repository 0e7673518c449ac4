import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Vitest runs the groups one after another, and the files of a group side by side. */
const GROUPS = { computing: 1, waiting: 2, browsing: 3, measuring: 4 } as const;

const CORES = availableParallelism();
const WORKERS = {
  /** Never waits for anything. */
  computing: CORES,
  /** Waits for other processes and for time to pass, so that one more than there are cores keeps them busy. */
  waiting: CORES + 1,
  /** Pages that wait for what they show, however long it takes. */
  browsing: CORES,
  /** Drills and encoders judge when pictures and sound come. Two of them starve each other. */
  measuring: 1,
} as const;

function project(name: string, group: keyof typeof GROUPS, testTimeout: number) {
  return {
    name,
    include: [`test/${name}/**/*.test.ts`],
    maxWorkers: WORKERS[group],
    sequence: { groupOrder: GROUPS[group] },
    testTimeout,
    hookTimeout: testTimeout,
  };
}

/** In each group the projects with the longest files come first, so that no worker ends alone with one of them. */
const LONGEST_FIRST = ['model', 'pure', 'integration', 'contract', 'setup', 'failover', 'browser', 'reencoder'];

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
          ...project('pure', 'computing', 60_000),
          include: ['{core,recovery,signaling,client,web,reencoder,ops}/**/*.test.{ts,tsx,mjs}'],
        },
      },
      { test: project('model', 'computing', 300_000) },
      { test: project('contract', 'waiting', 60_000) },
      { test: { ...project('integration', 'waiting', 60_000), exclude: ['test/integration/reencoder/**'] } },
      { test: { ...project('reencoder', 'measuring', 60_000), include: ['test/integration/reencoder/**/*.test.ts'] } },
      { test: project('setup', 'waiting', 60_000) },
      { test: { ...project('browser', 'browsing', 120_000), globalSetup: ['test/browser/buildPage.mjs'] } },
      { test: project('failover', 'measuring', 300_000) },
    ],
  },
});
