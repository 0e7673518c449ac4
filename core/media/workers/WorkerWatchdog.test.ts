import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/ManualClock.ts';
import { silentLogger } from '../../../test/support/system.ts';
import type { MainThread } from '../../mainThread.ts';
import { WorkerWatchdog } from './WorkerWatchdog.ts';

/**
 * Watches a worker that answers while `answers` says so. `thread` is called at each look; `isFull`: whether this
 * process computes all the time.
 */
function watch(answers: () => boolean, thread: () => MainThread | null, isFull: () => boolean = () => false) {
  const clock = new ManualClock();
  const killed: number[] = [];
  const waiting: (() => void)[] = [];
  const worker = {
    pid: 4711,
    closed: false,
    getResourceUsage: () =>
      new Promise<never>((resolve) => {
        const answer = resolve as () => void;
        if (answers()) answer();
        else waiting.push(answer);
      }),
  };
  const watchdog = new WorkerWatchdog(worker, {
    clock,
    logger: silentLogger,
    threadOf: (pid) => (pid === 4711 ? thread() : { running: true, wantedMs: isFull() ? clock.now() : 0 }),
    kill: (pid) => {
      killed.push(pid);
      worker.closed = true;
    },
  });
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000);
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  return { watchdog, worker, killed, pass, answerLate: () => waiting.splice(0).map((answer) => answer()) };
}

const asleep = { running: false, wantedMs: 0 };

describe('the watchdog of a media worker', () => {
  it('a worker that answers is left alone', async () => {
    const { killed, pass } = watch(
      () => true,
      () => asleep,
    );
    await pass(120);
    expect(killed).toEqual([]);
  });

  it('a worker that is silent and does not compute is ended', async () => {
    const { killed, pass } = watch(
      () => false,
      () => asleep,
    );
    await pass(6);
    expect(killed).toEqual([]);
    await pass(1);
    expect(killed).toEqual([4711]);
  });

  it('a silent worker is ended in the same time where the system does not say what a thread does', async () => {
    const { killed, pass } = watch(
      () => false,
      () => null,
    );
    await pass(7);
    expect(killed).toEqual([4711]);
  });

  it.each([
    ['waits for a CPU', () => ({ running: true, wantedMs: 0 })],
    ['has used CPU', (ticks: number) => ({ running: false, wantedMs: ticks })],
  ])('gives a silent worker longer that %s', async (_, thread) => {
    let ticks = 0;
    const { killed, pass, answerLate } = watch(
      () => false,
      () => {
        ticks += 100;
        return thread(ticks);
      },
    );
    await pass(20);
    expect(killed).toEqual([]);
    answerLate();
    await pass(4);
    expect(killed).toEqual([]);
  });

  it('a worker that computes without end is ended', async () => {
    const { killed, pass } = watch(
      () => false,
      () => ({ running: true, wantedMs: 0 }),
    );
    await pass(23);
    expect(killed).toEqual([4711]);
  });

  it('a worker is not blamed while this process has no time for it, and a hung one is ended afterwards', async () => {
    let isFull = true;
    const { killed, pass, answerLate } = watch(
      () => false,
      () => asleep,
      () => isFull,
    );
    await pass(30);
    answerLate();
    await pass(30);
    expect(killed).toEqual([]);
    isFull = false;
    await pass(9);
    expect(killed).toEqual([4711]);
  });

  it('a worker that never answers is ended, however little time this process has', async () => {
    const { killed, pass } = watch(
      () => false,
      () => asleep,
      () => true,
    );
    await pass(60);
    expect(killed).toEqual([4711]);
  });

  it('a watchdog that is stopped ends no worker', async () => {
    const { watchdog, killed, pass } = watch(
      () => false,
      () => asleep,
    );
    await pass(3);
    watchdog.stop();
    await pass(60);
    expect(killed).toEqual([]);
  });
});
