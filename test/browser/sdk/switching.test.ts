import { createWorker, type types } from 'mediasoup';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { bundlePage } from '../bundlePage.ts';
import type { Colour, Shown, SwitchingOffer } from './switching.page.ts';

/** Nothing listens there. */
const ORIGIN = 'http://localhost/';

let worker: types.Worker;
let browser: Browser;
let page: Page;
const consumers = new Map<string, types.Consumer>();
let red: types.Consumer;
let green: types.Consumer;

beforeAll(async () => {
  worker = await createWorker();
  const router = await worker.createRouter({
    mediaCodecs: [{ kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 }],
  });
  const webRtcServer = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
  const send = await router.createWebRtcTransport({ webRtcServer });
  const receive = await router.createWebRtcTransport({ webRtcServer });
  browser = await launchChromium();
  page = await (await browser.newContext()).newPage();
  await page.route(ORIGIN, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><body>' }));
  await page.exposeFunction('serverConnect', async (direction: string, dtlsParameters: types.DtlsParameters) => {
    await (direction === 'send' ? send : receive).connect({ dtlsParameters });
  });
  await page.exposeFunction('serverProduce', async (kind: types.MediaKind, rtpParameters: types.RtpParameters) => {
    return (await send.produce({ kind, rtpParameters })).id;
  });
  await page.exposeFunction('serverConsume', async (producerId: string, rtpCapabilities: types.RtpCapabilities) => {
    const paused = consumers.size > 0;
    const consumer = await receive.consume({ producerId, rtpCapabilities, paused });
    consumers.set(consumer.id, consumer);
    const { id, kind, rtpParameters } = consumer;
    return { id, producerId, kind, rtpParameters };
  });
  await page.goto(ORIGIN);
  await page.addScriptTag({ content: await bundlePage('sdk/switching.page.ts') });
  const offer = { routerRtpCapabilities: router.rtpCapabilities, send: optionsOf(send), receive: optionsOf(receive) };
  const ids = await page.evaluate((given) => window.carry(given as SwitchingOffer), offer);
  [red, green] = ids.map(consumerOf) as [types.Consumer, types.Consumer];
});

afterAll(async () => {
  await browser?.close();
  worker?.close();
});

test('a consumer that takes over is shown from its first frame on, and no frame is missing before it', async () => {
  await shows('red');
  const from = await mark();
  await green.resume();
  await tell({ [green.id]: false });
  await shows('green', from);
  // The server does the same a moment after the first keyframe.
  await red.pause();
  await tell({ [red.id]: true });
  const frames = await framesSince(from);
  expect(new Set(frames.map(({ colour }) => colour))).toEqual(new Set(['red', 'green']));
  expect(changesIn(frames)).toBe(1);
  expect(longestGap(frames)).toBeLessThan(8);
  expect(await page.evaluate(() => window.swaps)).toBe(1);
});

test('a consumer that stops is replaced at once, and its last frame holds until the other one is there', async () => {
  const from = await mark();
  await Promise.all([green.pause(), red.resume()]);
  await tell({ [green.id]: true, [red.id]: false });
  await shows('red', from);
  const frames = await framesSince(from);
  expect(frames.filter(({ colour }) => colour === 'black')).toEqual([]);
  expect(changesIn(frames)).toBeLessThanOrEqual(1);
  expect(longestGap(frames)).toBeLessThan(12);
});

test('a consumer that was resumed and never flows takes nothing away from the one that does', async () => {
  const from = await mark();
  // Only the client hears of it: nothing will come.
  await tell({ [green.id]: false });
  await waitUntil(async () => (await framesSince(from)).length > 75 || 'no more frames are shown');
  const frames = await framesSince(from);
  expect(new Set(frames.map(({ colour }) => colour))).toEqual(new Set(['red']));
  expect(longestGap(frames)).toBeLessThan(8);
  await tell({ [green.id]: true });
});

test('consumers that are switched there and back as fast as possible end with the one that flows', async () => {
  const from = await mark();
  for (let round = 0; round < 10; round += 1) {
    const [on, off] = round % 2 === 0 ? [green, red] : [red, green];
    await on.resume();
    await tell({ [on.id]: false });
    await off.pause();
    await tell({ [off.id]: true });
  }
  await shows('red', from);
  expect((await framesSince(from)).filter(({ colour }) => colour === 'black')).toEqual([]);
});

function consumerOf(id: string): types.Consumer {
  const consumer = consumers.get(id);
  if (!consumer) throw new Error(`no consumer ${id}`);
  return consumer;
}

function tell(paused: Record<string, boolean>): Promise<void> {
  const changes = Object.entries(paused).map(([consumerId, paused]) => ({ consumerId, paused }));
  return page.evaluate((changes) => window.pausedByServer(changes), changes);
}

/** Returns how many frames were shown so far. */
function mark(): Promise<number> {
  return page.evaluate(() => window.shown.length);
}

/** Returns these frames and the one before, so that a gap at the start counts. */
function framesSince(from: number): Promise<Shown[]> {
  return page.evaluate((from) => window.shown.slice(Math.max(0, from - 1)), from);
}

/** Waits until the newest frames, at least five, all have this colour. */
async function shows(colour: Colour, from = 0): Promise<void> {
  await waitUntil(async () => {
    const newest = (await framesSince(from + 1)).slice(-5).map(({ colour }) => colour);
    return (newest.length === 5 && newest.every((each) => each === colour)) || `not ${colour}, but ${newest}`;
  });
}

function changesIn(frames: readonly Shown[]): number {
  return frames.filter(({ colour }, index) => index > 0 && colour !== frames[index - 1]?.colour).length;
}

/** Returns the most pictures that one camera was given from one shown frame to the next. */
function longestGap(frames: readonly Shown[]): number {
  return Math.max(...frames.slice(1).map(({ painted }, index) => (painted - (frames[index]?.painted ?? painted)) / 2));
}

function optionsOf({ id, iceParameters, iceCandidates, dtlsParameters }: types.WebRtcTransport) {
  return { id, iceParameters, iceCandidates, dtlsParameters };
}
