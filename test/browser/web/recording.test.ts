import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import type { Page, Browser as ThrottlingBrowser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium, launchThrottlingChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { supervisorState } from '../../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { signalProcess } from '../../support/signalProcess.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { MeetingPage } from './MeetingPage.ts';

const run = promisify(execFile);

let deployment: PrivateDeployment;
let bobs: Browser;
/** Its pages that nobody looks at are hidden and slowed down, as people have it. */
let adas: ThrottlingBrowser;
let folder: string;

beforeAll(async () => {
  [deployment, bobs, adas, folder] = await Promise.all([
    PrivateDeployment.start({ workers: 1, settings: { OPEN_ROOM_CREATION: 'yes' } }),
    launchChromium([], { framesPerSecond: 10 }),
    launchThrottlingChromium(),
    mkdtemp(path.join(tmpdir(), 'everroom-recording-')),
  ]);
});

afterAll(async () => {
  await bobs?.close();
  await adas?.close();
  await deployment?.stop();
  await rm(folder, { recursive: true, force: true });
});

const button = (page: Page, name: string) => page.locator(`::-p-aria([name="${name}"][role="button"])`);
const text = (page: Page, words: string) => page.locator(`::-p-text(${words})`);

async function openPage(url: string): Promise<Page> {
  const page = await adas.newPage();
  page.setDefaultTimeout(60_000);
  // In place of the browser's own window, which a test cannot use: a file that the page writes in the same way.
  await page.evaluateOnNewDocument(() => {
    Object.assign(window, {
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => {
        document.documentElement.dataset.suggested = suggestedName;
        return (await navigator.storage.getDirectory()).getFileHandle('saved', { create: true });
      },
    });
  });
  await page.goto(url);
  return page;
}

/** How many bytes the browser keeps of recordings. */
function keptBytes(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    let bytes = 0;
    try {
      for await (const handle of (await root.getDirectoryHandle('recordings')).values()) {
        if (handle.kind === 'file') bytes += (await (handle as FileSystemFileHandle).getFile()).size;
      }
    } catch {
      return 0;
    }
    return bytes;
  });
}

/** Copies a file of the page's to this machine: the saved one, or the kept one as it is. */
async function takeOut(page: Page, which: 'saved' | 'kept'): Promise<string> {
  const base64 = await page.evaluate(async (which) => {
    const root = await navigator.storage.getDirectory();
    let handle = which === 'saved' ? await root.getFileHandle('saved') : null;
    if (!handle) {
      for await (const each of (await root.getDirectoryHandle('recordings')).values()) {
        if (each.kind === 'file') handle = each as FileSystemFileHandle;
      }
    }
    const file = await handle?.getFile();
    const bytes = file ? new Uint8Array(await file.arrayBuffer()) : new Uint8Array();
    let binary = '';
    for (let from = 0; from < bytes.length; from += 32_768) {
      binary += String.fromCharCode(...bytes.subarray(from, from + 32_768));
    }
    return btoa(binary);
  }, which);
  const file = path.join(folder, `${which}-${Date.now()}.webm`);
  await writeFile(file, Buffer.from(base64, 'base64'));
  return file;
}

interface Decoded {
  /** As the file says; null if it does not. */
  readonly duration: number | null;
  readonly frames: number;
  readonly lastFrameAt: number;
  /** Seconds from the beginning. */
  readonly silences: readonly (readonly [from: number, to: number])[];
  readonly frozen: { readonly left: Spans; readonly right: Spans };
}

type Spans = readonly (readonly [from: number, to: number])[];

/** Decodes it from beginning to end; a fault in the file fails the test. */
async function decode(file: string): Promise<Decoded> {
  const about = await run('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v', '-show_entries', 'format=duration:packet=pts_time', '-of', 'json', file],
  ]);
  const { format, packets } = JSON.parse(about.stdout) as {
    format: { duration?: string };
    packets: { pts_time: string }[];
  };
  const freeze = 'freezedetect=n=0.0005:d=1';
  const [sound, left, right] = await Promise.all([
    filter(file, ['-af', 'silencedetect=n=-50dB:d=1', '-vn'], 'silence'),
    filter(file, ['-vf', `crop=iw/2:ih:0:0,${freeze}`, '-an'], 'freeze'),
    filter(file, ['-vf', `crop=iw/2:ih:iw/2:0,${freeze}`, '-an'], 'freeze'),
  ]);
  return {
    duration: format.duration === undefined ? null : Number(format.duration),
    frames: packets.length,
    lastFrameAt: Number(packets.at(-1)?.pts_time),
    silences: sound,
    frozen: { left, right },
  };
}

async function filter(file: string, options: readonly string[], what: string): Promise<Spans> {
  const { stderr } = await run('ffmpeg', ['-hide_banner', '-nostats', '-i', file, ...options, '-f', 'null', '-']);
  expect(stderr).not.toMatch(/Error|Invalid/u);
  const times = (name: string) => {
    return [...stderr.matchAll(new RegExp(`${what}_${name}: (-?[\\d.]+)`, 'gu'))].map((match) => Number(match[1]));
  };
  const ends = times('end');
  return times('start').map((from, index) => [Math.max(0, from), ends[index] ?? Number.POSITIVE_INFINITY]);
}

const partsWithin = (spans: Spans, from: number, to: number) =>
  spans.map(([begin, end]) => Math.max(0, Math.min(end, to) - Math.max(begin, from)));
const longestWithin = (spans: Spans, from: number, to: number) => Math.max(0, ...partsWithin(spans, from, to));
/** How many seconds of the stretch are in none of the spans. */
const secondsOutside = (spans: Spans, from: number, to: number) =>
  to - from - partsWithin(spans, from, to).reduce((sum, part) => sum + part, 0);

async function beginRecording(page: Page): Promise<void> {
  await button(page, 'Settings').click();
  await text(page, 'Record the meeting').click();
  await button(page, 'End the recording').wait();
}

it('a meeting is recorded through mutes, a hidden page and a killed server, and everybody sees it', async () => {
  const ada = await openPage(deployment.url);
  await text(ada, 'New meeting').click();
  await ada.locator('::-p-aria(Your name)').fill('Ada');
  await button(ada, 'Join now').click();
  await button(ada, 'Turn microphone off').click();
  await button(ada, 'Turn microphone on').wait();
  const bob = await MeetingPage.open(bobs, ada.url());
  await bob.join('Bob');
  await bob.button('Turn microphone off').click();
  await bob.button('Turn microphone on').waitFor();
  await bob.sees('Ada');

  await beginRecording(ada);
  const begunAt = Date.now();
  const since = () => (Date.now() - begunAt) / 1_000;
  await bob.page.getByText('Ada is recording').first().waitFor();
  const cleo = await bob.openBeside(ada.url());
  // Nobody is to be heard yet.
  await cleo.button('Turn microphone off').click();
  await cleo.join('Cleo');
  await cleo.page.getByText('Ada is recording').first().waitFor();
  await cleo.button('Leave the meeting').click();
  await waitUntil(() => since() > 5 || 'both are silent for some seconds');

  const heardFrom = since();
  await bob.button('Turn microphone on').click();
  await bob.button('Turn microphone off').waitFor();
  const unmutedAt = since();
  const other = await adas.newPage();
  await other.bringToFront();
  expect(await ada.evaluate(() => document.visibilityState)).toBe('hidden');
  await waitUntil(() => since() > unmutedAt + 6 || 'the page is hidden for some seconds');

  bob.expectLossOfServer();
  cleo.expectLossOfServer();
  const { serverPid } = await supervisorState(deployment);
  const killedAt = since();
  signalProcess(serverPid, 'SIGKILL');
  await waitUntil(async () => (await supervisorState(deployment)).serverPid !== serverPid || 'no other server');
  await bob.sees('Ada');
  const backAt = since();
  await waitUntil(() => since() > backAt + 10 || 'the meeting goes on for some seconds');
  await ada.bringToFront();
  await button(ada, 'End the recording').click();
  const endedAt = since();
  await bob.page.getByText('Ada is recording').first().waitFor({ state: 'detached' });
  await text(ada, 'Your recording is kept on this device.').wait();
  await text(ada, 'Later').click();
  await text(ada, 'You have a recording of').wait();
  await button(ada, 'Save').click();
  await waitUntil(async () => (await keptBytes(ada)) === 0 || 'the saved recording is still kept');

  const found = await decode(await takeOut(ada, 'saved'));
  const told = JSON.stringify({ heardFrom, unmutedAt, killedAt, backAt, endedAt, ...found });
  expect(Math.abs((found.duration ?? 0) - endedAt), told).toBeLessThan(5);
  expect(endedAt - found.lastFrameAt, told).toBeLessThan(5);
  // Muted people are silent; Bob is heard once he speaks, and again by the other server.
  const [first] = found.silences;
  expect(first?.[0], told).toBeLessThan(1);
  expect(first?.[1], told).toBeGreaterThan(heardFrom - 2);
  expect(secondsOutside(found.silences, unmutedAt, killedAt), told).toBeGreaterThan(1);
  expect(secondsOutside(found.silences, backAt, endedAt), told).toBeGreaterThan(1);
  // Both pictures move before the server dies, and afterwards. How often depends on the machine.
  for (const side of [found.frozen.left, found.frozen.right]) {
    expect(longestWithin(side, 0, killedAt), told).toBeLessThan(killedAt / 2);
    expect(longestWithin(side, backAt, endedAt), told).toBeLessThan(endedAt - backAt - 1);
  }
  expect(await ada.evaluate(() => document.documentElement.dataset.suggested)).toMatch(/^\S+ \d{4}-.*\.webm$/u);
  expect(bob.problems).toEqual([]);
  await Promise.all([ada.close(), other.close(), bob.close()]);
});

it('what was recorded is offered after the page has crashed, and plays', async () => {
  const ada = await openPage(deployment.url);
  await text(ada, 'New meeting').click();
  await ada.locator('::-p-aria(Your name)').fill('Ada');
  await button(ada, 'Join now').click();
  await button(ada, 'Leave the meeting').wait();
  await beginRecording(ada);
  await waitUntil(async () => (await keptBytes(ada)) > 200_000 || 'little is written');
  // Another page does not offer what is being written.
  const beside = await openPage(deployment.url);
  await text(beside, 'New meeting').wait();
  expect(await beside.evaluate(() => document.body.textContent)).not.toContain('You have a recording');

  const crash = await ada.createCDPSession();
  crash.send('Page.crash').catch(() => undefined);
  await text(beside, 'You have a recording of').wait();
  // Nor does it depend on a page that was open: one that comes later asks the browser.
  await beside.reload();
  await text(beside, 'You have a recording of').wait();
  const asItIs = await decode(await takeOut(beside, 'kept'));
  expect(asItIs.lastFrameAt, JSON.stringify(asItIs)).toBeGreaterThan(2);
  await button(beside, 'Save').click();
  await waitUntil(async () => (await keptBytes(beside)) === 0 || 'the saved recording is still kept');
  const saved = await decode(await takeOut(beside, 'saved'));
  expect(saved.duration, JSON.stringify(saved)).toBeGreaterThan(2);
  expect(saved.frames).toBeGreaterThan(asItIs.frames - 3);
  expect(secondsOutside(saved.silences, 0, saved.duration ?? 0), JSON.stringify(saved)).toBeGreaterThan(1);
  await beside.close();
});

it('a browser that gives no files keeps the recording in parts, over a reload too', async () => {
  const ada = await MeetingPage.open(bobs, deployment.url);
  await ada.page.addInitScript(() => {
    Reflect.deleteProperty(StorageManager.prototype, 'getDirectory');
    Reflect.deleteProperty(window, 'showSaveFilePicker');
    // In a worker, too: no folder has this name.
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, options) {
      Reflect.apply(postMessage, this, [message?.type === 'open' ? { ...message, folder: '' } : message, options]);
    };
  });
  await ada.page.reload();
  await ada.button('New meeting').click();
  await ada.join('Ada');
  await ada.isIn();
  await ada.button('Settings').click();
  await ada.button('Record the meeting').click();
  await waitUntil(async () => (await partedBytes(ada)) > 200_000 || 'little is written');
  await ada.page.reload();
  await ada.isIn();
  await ada.button('Settings').click();
  await ada.page.getByText('You have a recording of').waitFor();

  const download = ada.page.waitForEvent('download');
  await ada.button('Save').click();
  const saved = path.join(folder, 'parts.webm');
  await (await download).saveAs(saved);
  const found = await decode(saved);
  expect(found.lastFrameAt, JSON.stringify(found)).toBeGreaterThan(1);
  await ada.button('Delete').click();
  await ada.page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await waitUntil(async () => (await partedBytes(ada)) === 0 || 'the deleted recording is still kept');
  expect(ada.problems).toEqual([]);
  await ada.close();
});

/** How many bytes of recordings the browser keeps in its database. */
function partedBytes({ page }: MeetingPage): Promise<number> {
  return page.evaluate(async () => {
    const answer = <Result>(request: IDBRequest<Result>) =>
      new Promise<Result>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const known = await indexedDB.databases();
    if (!known.some(({ name }) => name === 'everroom.recordings')) return 0;
    const database = await answer(indexedDB.open('everroom.recordings'));
    const parts: ArrayBuffer[] = await answer(database.transaction('parts').objectStore('parts').getAll());
    database.close();
    return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  });
}
