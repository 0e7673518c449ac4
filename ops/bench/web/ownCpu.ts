import { setTimeout as sleep } from 'node:timers/promises';
import { startCrowd, untilFlowing } from '../../kit/clients/light/startCrowd.ts';
import type { Deployment } from '../../kit/deployment/Deployment.ts';
import { RoomApi } from '../../kit/RoomApi.ts';
import { waitUntilNothingMissing } from '../../kit/waitUntil.ts';
import type { BenchPage } from './benchPage.ts';

/** The page's own and those of eight others. */
export const TILES = 9;
const WARM_UP_MS = 5_000;
const MEASURE_MS = 15_000;

export interface OwnCpu {
  /** Shares of one core: all tasks of the main thread, and script, styles and layout alone. */
  readonly tasks: number;
  readonly work: number;
}

/** Measures the main thread of a page that shows a full meeting. Codecs and sound run in other threads. */
export async function ownCpu({ page, devtools, roomId }: BenchPage, deployment: Deployment): Promise<OwnCpu> {
  const api = new RoomApi(deployment);
  const crowd = startCrowd();
  try {
    const people = await Promise.all(
      Array.from({ length: TILES - 1 }, async (_, index) => {
        const name = `person-${index}`;
        const token = await api.joinToken(roomId, name);
        const tile = { width: 320, height: 180 };
        return { url: deployment.url, token, name, does: 'talks' as const, tiles: 0, tile, savesLayers: true };
      }),
    );
    await crowd.remote.enterAtOnce(people);
    await untilFlowing(crowd, ({ flowing }) => flowing >= TILES - 2, 60_000);
    await waitUntilNothingMissing(
      'the page',
      async () => {
        const shown = await page.getByRole('article').count();
        return shown === TILES ? null : `shows ${shown} of ${TILES} tiles`;
      },
      60_000,
    );
    // The CPU's time, which other work on the machine does not add to.
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    await sleep(WARM_UP_MS);
    const before = await times();
    await sleep(MEASURE_MS);
    const after = await times();
    const seconds = (after.at - before.at) / 1_000;
    return { tasks: (after.tasks - before.tasks) / seconds, work: (after.work - before.work) / seconds };
  } finally {
    await crowd.close();
  }

  async function times(): Promise<{ at: number; tasks: number; work: number }> {
    const { metrics } = await devtools.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
    const work = of('ScriptDuration') + of('LayoutDuration') + of('RecalcStyleDuration');
    return { at: performance.now(), tasks: of('TaskDuration'), work };
  }
}
