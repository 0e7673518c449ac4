import type { Browser } from 'playwright-core';
import { z } from 'zod';

const SIZES = [
  { width: 1_000, height: 700 },
  { width: 390, height: 844 },
  { width: 844, height: 390 },
  { width: 1_440, height: 900 },
];

const Trace = z.object({
  traceEvents: z.array(z.object({ name: z.string(), dur: z.number().optional(), tdur: z.number().optional() })),
});

/** Returns the CPU time of each layout (ms) while a screen opened and its window changed. */
export async function layoutsMs(browser: Browser, url: string): Promise<number[]> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
  const page = await context.newPage();
  await browser.startTracing(page, { categories: ['devtools.timeline'] });
  await page.goto(url);
  await page.getByRole('article').first().waitFor();
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  }
  const { traceEvents } = Trace.parse(JSON.parse((await browser.stopTracing()).toString('utf8')));
  await context.close();
  const layouts = traceEvents.filter(({ name, dur }) => name === 'Layout' && dur !== undefined);
  if (layouts.length === 0) throw new Error('the trace shows no layout');
  // The thread's own time, where the browser gives it: other work on the machine does not add to it.
  return layouts.map(({ dur = 0, tdur = dur }) => tdur / 1_000);
}
