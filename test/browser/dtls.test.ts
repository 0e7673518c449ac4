import { createWorker, type types } from 'mediasoup';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../../ops/kit/clients/page/chromium.ts';
import { bundlePage } from './bundlePage.ts';
import type { LoopbackOffer, LoopbackResult } from './loopback.page.ts';

/** A page of this origin may use camera and microphone; nothing listens there. */
const ORIGIN = 'http://localhost/';

let worker: types.Worker;
let router: types.Router;
let browser: Browser;
let pageScript: string;

beforeAll(async () => {
  worker = await createWorker();
  router = await worker.createRouter({
    mediaCodecs: [
      { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
      { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
    ],
  });
  browser = await launchChromium();
  pageScript = await bundlePage('loopback.page.ts');
});

afterAll(async () => {
  await browser?.close();
  worker?.close();
});

test.each(['udp', 'tcp'] as const)(
  'a browser makes a DTLS handshake with the worker over %s, and media flows',
  async (protocol) => {
    const webRtcServer = await worker.createWebRtcServer({ listenInfos: [{ protocol, ip: '127.0.0.1' }] });
    const send = await router.createWebRtcTransport({ webRtcServer });
    const receive = await router.createWebRtcTransport({ webRtcServer });
    let died = false;
    worker.once('died', () => {
      died = true;
    });

    const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
    const page = await context.newPage();
    try {
      await page.route(ORIGIN, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><body>' }));
      await page.exposeFunction('serverConnect', async (direction: string, dtlsParameters: types.DtlsParameters) => {
        await (direction === 'send' ? send : receive).connect({ dtlsParameters });
      });
      await page.exposeFunction('serverProduce', async (kind: types.MediaKind, rtpParameters: types.RtpParameters) => {
        return (await send.produce({ kind, rtpParameters })).id;
      });
      await page.exposeFunction('serverConsume', async (producerId: string, rtpCapabilities: types.RtpCapabilities) => {
        const { id, kind, rtpParameters } = await receive.consume({ producerId, rtpCapabilities });
        return { id, producerId, kind, rtpParameters };
      });
      await page.goto(ORIGIN);
      await page.addScriptTag({ content: pageScript });
      const offer = {
        routerRtpCapabilities: router.rtpCapabilities,
        send: optionsOf(send),
        receive: optionsOf(receive),
      };
      const result: LoopbackResult = await Promise.race([
        page.evaluate((given) => window.sendToMyself(given as LoopbackOffer), offer),
        failingAfter(
          30_000,
          () => `transports: send ${stateOf(send)}, receive ${stateOf(receive)}, worker died: ${died}`,
        ),
      ]);

      expect(send.dtlsState).toBe('connected');
      expect(receive.dtlsState).toBe('connected');
      expect(result.framesDecoded).toBeGreaterThanOrEqual(30);
      expect(result.audioPackets).toBeGreaterThanOrEqual(50);
      expect(result.iceProtocol).toBe(protocol);
      expect(died).toBe(false);
    } finally {
      await context.close();
      webRtcServer.close();
    }
  },
);

function optionsOf({ id, iceParameters, iceCandidates, dtlsParameters }: types.WebRtcTransport) {
  return { id, iceParameters, iceCandidates, dtlsParameters };
}

function stateOf({ iceState, dtlsState }: types.WebRtcTransport): string {
  return `ICE ${iceState}, DTLS ${dtlsState}`;
}

function failingAfter(limitMs: number, describe: () => string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no media came back within ${limitMs} ms; ${describe()}`)), limitMs).unref();
  });
}
