import { expect, test } from 'vitest';
import { ManualClock } from '../../../test/support/ManualClock.ts';
import { openFilesOf, watchOpenFiles } from './openFiles.ts';

test('the open files of a process are counted', async () => {
  const files = await openFilesOf(process.pid);
  expect(files?.open).toBeGreaterThan(2);
  expect(files?.limit).toBeGreaterThan(files?.open ?? 0);
  expect(await openFilesOf(2 ** 30)).toBeNull();
});

test('a worker that has nearly all the sockets it may have is named until that ends', async () => {
  const warned: Record<string, unknown>[] = [];
  const nothing = () => undefined;
  const logger = {
    child: () => logger,
    debug: nothing,
    info: nothing,
    error: nothing,
    warn(fields: Record<string, unknown>) {
      warned.push(fields);
    },
  };
  const clock = new ManualClock();
  const pass = async (ms: number) => {
    clock.advance(ms);
    // The look at the workers is over by then.
    await new Promise((resolve) => setImmediate(resolve));
  };
  let open = 900;
  const stop = watchOpenFiles(
    () => [7, 8],
    clock,
    logger,
    async (pid) => ({ open: pid === 7 ? open : 10, limit: 1_000 }),
  );
  await pass(30_000);
  expect(warned).toEqual([{ workerPid: 7, open: 900, limit: 1_000 }]);
  open = 700;
  await pass(30_000);
  stop();
  open = 900;
  await pass(60_000);
  expect(warned).toHaveLength(1);
});
