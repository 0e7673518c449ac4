import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Vitest runs the groups one after another, and the files of a group side by side. */
const GROUPS = { computing: 1, waiting: 2, meeting: 3 } as const;

const CORES = availableParallelism();
const WORKERS = {
  /** Never waits for anything. */
  computing: CORES,
  /** Waits for other processes and for time to pass, so that one more than there are cores keeps them busy. */
  waiting: CORES + 1,
  /** Whole meetings and encoders: browsers, servers and workers beside the test. Two of them starve each other. */
  meeting: 1,
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
      { test: { ...project('reencoder', 'meeting', 60_000), include: ['test/integration/reencoder/**/*.test.ts'] } },
      { test: project('setup', 'waiting', 60_000) },
      { test: { ...project('browser', 'meeting', 120_000), globalSetup: ['test/browser/buildPage.mjs'] } },
      { test: project('failover', 'meeting', 300_000) },
    ],
  },
});
