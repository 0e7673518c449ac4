import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchPage } from './benchPage.ts';

export const REJOINS = 200;
/** What the first ones leave behind is kept on purpose: browsers compile what runs often, a little more each time. */
const SETTLED_AFTER = 100;
const LIMIT_MS = 240_000;

export interface Leak {
  /** How many there was time for; `counted` of them came between the two counts. */
  readonly rejoins: number;
  readonly counted: number;
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly listenersBefore: number;
  readonly listenersAfter: number;
}

/** Has a page leave and join again, and counts what it keeps. It ends, as it began, after leaving. */
export async function leak({ page, devtools }: BenchPage): Promise<Leak> {
  const deadline = Date.now() + LIMIT_MS;
  const leave = async () => {
    await page.getByRole('button', { name: 'Leave the meeting' }).click();
    await page.getByRole('button', { name: 'Rejoin' }).waitFor();
  };
  const rejoin = async () => {
    await page.getByRole('button', { name: 'Rejoin' }).click();
    await page.getByRole('button', { name: 'Join now' }).click();
    await page.getByRole('button', { name: 'Leave the meeting' }).waitFor();
  };
  const again = async (times: number): Promise<number> => {
    for (let done = 0; done < times; done++) {
      if (Date.now() > deadline) return done;
      await rejoin();
      await leave();
    }
    return times;
  };
  const look = async () => {
    // Messages in the console are kept, with the errors in them, for as long as somebody looks from outside.
    await devtools.send('Runtime.discardConsoleEntries');
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters');
    return { heap: usedSize, nodes, listeners: jsEventListeners };
  };

  /** The view that was left last is let go of a moment later at times: the smallest of three looks is what stays. */
  const count = async () => {
    let least = await look();
    for (let looks = 1; looks < 3; looks += 1) {
      await sleep(1_000);
      const { heap, nodes, listeners } = await look();
      least = {
        heap: Math.min(heap, least.heap),
        nodes: Math.min(nodes, least.nodes),
        listeners: Math.min(listeners, least.listeners),
      };
    }
    return least;
  };

  await leave();
  await again(SETTLED_AFTER);
  const before = await count();
  const counted = await again(REJOINS - SETTLED_AFTER);
  const after = await count();
  return {
    rejoins: SETTLED_AFTER + counted,
    counted,
    ...{ heapBefore: before.heap, heapAfter: after.heap },
    ...{ nodesBefore: before.nodes, nodesAfter: after.nodes },
    ...{ listenersBefore: before.listeners, listenersAfter: after.listeners },
  };
}
