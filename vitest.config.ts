import { defineConfig } from 'vitest/config';

/** Tests of real parts: one file at a time, and no two of these projects at once, so that they measure themselves and not each other. */
function heavy(name: string, groupOrder: number, testTimeout: number) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      fileParallelism: false,
      maxWorkers: 1,
      sequence: { groupOrder },
      testTimeout,
      hookTimeout: testTimeout,
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          testTimeout: 20_000,
          include: ['{core,recovery,signaling,client,web,reencoder,ops}/**/*.test.{ts,tsx,mjs}'],
          sequence: { groupOrder: 1 },
        },
      },
      heavy('contract', 2, 30_000),
      heavy('model', 3, 300_000),
      heavy('integration', 4, 60_000),
      heavy('setup', 5, 60_000),
      heavy('browser', 6, 120_000),
      heavy('failover', 7, 300_000),
    ],
  },
});
