import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../kit/cleanup.ts';
import { launchDrillBrowser } from '../kit/clients/page/chromium.ts';
import { GalleryServer } from '../kit/clients/page/GalleryServer.ts';
import { scriptWeight } from '../kit/clients/page/scriptWeight.ts';
import { PrivateDeployment } from '../kit/deployment/PrivateDeployment.ts';
import { median } from '../kit/statistics.ts';
import type { BenchReport } from './Report.ts';
import { benchPage } from './web/benchPage.ts';
import { frameJitter, type Jitter } from './web/frameJitter.ts';
import { interactiveMs } from './web/interactiveMs.ts';
import { layoutsMs } from './web/layoutsMs.ts';
import { leak, REJOINS } from './web/leak.ts';
import { noticed } from './web/noticed.ts';
import { ownCpu, TILES } from './web/ownCpu.ts';

const PAGE = fileURLToPath(new URL('../../dist/web', import.meta.url));
const LOADS = 5;
const KB = 1_000;

/** Measures the meeting page: its weight, how soon it is usable, and what it costs while a meeting goes on. */
export async function benchWeb(cleanup: Cleanup): Promise<BenchReport> {
  const { beforeJoining, everything } = await scriptWeight(PAGE);
  const deployment = await PrivateDeployment.start({ workers: 1 });
  cleanup.add(() => deployment.stop());
  const browser = await launchDrillBrowser();
  cleanup.add(() => browser.close());

  const loads: number[] = [];
  for (let load = 0; load < LOADS; load++) loads.push(await interactiveMs(browser, deployment));
  const gallery = await GalleryServer.start();
  cleanup.add(() => gallery.stop());
  const layouts = await layoutsMs(browser, gallery.urlOf('twenty-five'));
  const meeting = await benchPage(browser, deployment);
  const cpu = await ownCpu(meeting, deployment);
  const { pausedMs, absentMs } = await noticed(meeting, deployment, cleanup);
  const leaked = await leak(meeting);
  await meeting.close();
  await browser.close();
  const jitter = await frameJitter(deployment, cleanup);

  const longest = Math.max(...layouts);
  return {
    bench: 'web',
    runs: LOADS,
    how:
      `Chromium without a window and the page as it is built (${path.relative(process.cwd(), PAGE)}). Interactive: until a ` +
      'person can join and the page is at rest, nothing cached, on a CPU slowed 4 ×. Layouts: a meeting of 25 opens and the ' +
      `window changes its size. Own CPU: tasks of the page's main thread, ${TILES} people with camera and microphone. ` +
      'Seen by others: from a signal that stops the camera, or the whole browser, of somebody until their tile says so. ' +
      'Leak: one page leaves and comes back; what is left after garbage collection. Jitter: how far intervals between pictures ' +
      'are from the usual one, two people with 1280 × 720, beside bare mediasoup, in turns.',
    headings: ['figure', 'value', 'unit'],
    rows: [
      ['script before joining, gzip', (beforeJoining / KB).toFixed(1), 'kB'],
      ['script in all, gzip', (everything / KB).toFixed(1), 'kB'],
      ['interactive, each load', loads.map(Math.round).join(' '), 'ms'],
      ['layouts', layouts.length, ''],
      ['longest layout', longest.toFixed(1), 'ms'],
      [`own CPU with ${TILES} tiles`, (100 * cpu.tasks).toFixed(1), '% of a core'],
      ['of it script, styles and layout', (100 * cpu.work).toFixed(1), '% of a core'],
      ['jitter of pictures, mean/p95 of each run', jitter.page.map(toText).join(' '), 'ms'],
      ['the same on bare mediasoup', jitter.bare.map(toText).join(' '), 'ms'],
      ['a paused camera is seen by others, each round', pausedMs.join(' '), 'ms'],
      ['somebody cut off is seen by others, each round', absentMs.join(' '), 'ms'],
      ['joins and leaves', leaked.rejoins, ''],
      [
        'heap after the first half, at the end',
        `${megabytes(leaked.heapBefore)}, ${megabytes(leaked.heapAfter)}`,
        'MB',
      ],
      ['DOM nodes then', `${leaked.nodesBefore}, ${leaked.nodesAfter}`, ''],
      ['event listeners then', `${leaked.listenersBefore}, ${leaked.listenersAfter}`, ''],
    ],
    targets: [
      { name: 'script before joining', measured: beforeJoining / KB, limit: 200, better: 'lower', unit: 'kB' },
      { name: 'interactive (median)', measured: median(loads), limit: 1_500, better: 'lower', unit: 'ms' },
      { name: 'longest layout with 25 people', measured: longest, limit: 16, better: 'lower', unit: 'ms' },
      {
        name: `own CPU with ${TILES} tiles`,
        measured: 100 * cpu.tasks,
        limit: 5,
        better: 'lower',
        unit: '% of a core',
      },
      {
        name: 'mean jitter of pictures, times bare mediasoup',
        measured: medianOf(jitter.page, 'meanMs') / medianOf(jitter.bare, 'meanMs'),
        limit: 1.2,
        better: 'lower',
        unit: '',
      },
      {
        name: 'p95 jitter of pictures, times bare mediasoup',
        measured: medianOf(jitter.page, 'p95Ms') / medianOf(jitter.bare, 'p95Ms'),
        limit: 1.2,
        better: 'lower',
        unit: '',
      },
      {
        name: 'a paused camera is seen by others (median)',
        measured: median(pausedMs),
        limit: 1_000,
        better: 'lower',
        unit: 'ms',
      },
      {
        name: 'somebody cut off is seen by others (median)',
        measured: median(absentMs),
        limit: 1_000,
        better: 'lower',
        unit: 'ms',
      },
      { name: 'joins and leaves', measured: leaked.rejoins, limit: REJOINS, better: 'higher', unit: '' },
      {
        name: 'heap that each join leaves behind',
        measured: (leaked.heapAfter - leaked.heapBefore) / leaked.counted / KB,
        limit: 5,
        better: 'lower',
        unit: 'kB',
      },
      {
        name: 'DOM nodes that 100 joins leave behind',
        measured: (100 * (leaked.nodesAfter - leaked.nodesBefore)) / leaked.counted,
        limit: 1,
        better: 'lower',
        unit: '',
      },
    ],
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function toText({ meanMs, p95Ms }: Jitter): string {
  return `${meanMs.toFixed(1)}/${p95Ms.toFixed(1)}`;
}

function medianOf(runs: readonly Jitter[], figure: keyof Jitter): number {
  return median(runs.map((run) => run[figure]));
}
