import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { waitUntil } from '../../support/waitUntil.ts';

declare global {
  interface Window {
    /** All that the page has opened. */
    connectionsOfTest: RTCPeerConnection[];
  }
}

/** One person at the page, in their own browser context. */
export class MeetingPage {
  readonly page: Page;
  /** Errors in the console and errors that nobody caught. */
  readonly problems: string[] = [];
  readonly #context: BrowserContext;
  #losesServer = false;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on('pageerror', (error) => this.problems.push(error.stack ?? error.message));
    // Chromium reports a socket that a killed server drops, and the client repairs it.
    page.on('console', (message) => {
      if (message.type() !== 'error' || /WebSocket|ERR_/u.test(message.text())) return;
      const isRefusedPoll = message.location().url.includes('/socket.io/') && message.text().includes('status of 400');
      if (!(isRefusedPoll && this.#losesServer)) this.problems.push(message.text());
    });
  }

  /**
   * From now on a long poll may be refused with status 400: every third attempt to reach a server is one, and it is
   * given up when another attempt succeeds first.
   */
  expectLossOfServer(): void {
    this.#losesServer = true;
  }

  /** `tabMemory` is what the tab's session storage holds already. */
  static async open(browser: Browser, url: string, tabMemory: Record<string, string> = {}): Promise<MeetingPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.addInitScript((memory) => {
      if (sessionStorage.length === 0) Object.assign(sessionStorage, memory);
    }, tabMemory);
    await context.addInitScript(keepConnections);
    return MeetingPage.openIn(context, url);
  }

  static async openIn(context: BrowserContext, url: string): Promise<MeetingPage> {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const meetingPage = new MeetingPage(context, page);
    await page.goto(url);
    return meetingPage;
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  tile(name: string | RegExp): Locator {
    return this.page.getByRole('article', { name, exact: true });
  }

  /** Opens a panel of the meeting if it is not open. */
  async show(panel: 'Chat' | 'People' | 'Settings'): Promise<void> {
    const controls = this.page.getByRole('region', { name: 'Meeting controls' });
    const button = controls.getByRole('button', { name: new RegExp(`^${panel}`, 'u') });
    if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
  }

  /** Another window of the same browser: it shares what the browser remembers. */
  async openBeside(url: string): Promise<MeetingPage> {
    return MeetingPage.openIn(this.#context, url);
  }

  async join(name: string): Promise<void> {
    await this.page.getByLabel('Your name').fill(name);
    await this.button('Join now').click();
  }

  async isIn(): Promise<void> {
    await this.button('Leave the meeting').waitFor();
  }

  /** Waits until pictures of that person come in. */
  async sees(name: string, timeoutMs = 60_000): Promise<void> {
    const video = this.tile(name).locator('video');
    await waitUntil(async () => (await video.count()) === 1 || `no video of ${name}`, timeoutMs);
    const before = await video.evaluate(shownFrames);
    await waitUntil(
      async () => (await video.evaluate(shownFrames)) > before + 2 || `the picture of ${name} stands still`,
      timeoutMs,
    );
  }

  /** Waits until any sound is heard, from whomever. */
  async hears(): Promise<void> {
    await waitUntil(async () => (await this.page.evaluate(loudness, 0.001)) > 0.001 || 'all is silent');
  }

  async stopsHearing(): Promise<void> {
    await waitUntil(async () => (await this.page.evaluate(loudness, 1)) < 0.0005 || 'something sounds');
  }

  /** Nothing, or no picture, leaves this page any more, and nobody is told. Returns how to end that. */
  async stopsSending(what: 'media' | 'video' = 'media'): Promise<() => Promise<void>> {
    const stopped = await this.page.evaluateHandle(async (what) => {
      const senders = window.connectionsOfTest.flatMap((connection) => connection.getSenders());
      const sending = senders.flatMap((sender) => {
        return sender.track && (what === 'media' || sender.track.kind === what)
          ? [{ sender, track: sender.track }]
          : [];
      });
      await Promise.all(sending.map(({ sender }) => sender.replaceTrack(null)));
      return sending;
    }, what);
    return () =>
      stopped.evaluate(async (sending) => {
        await Promise.all(sending.map(({ sender, track }) => sender.replaceTrack(track)));
      });
  }

  /**
   * From its next load on this page speaks to the server through the test. Call the returned function to have the
   * server refuse the page as one that is too old, until it loads again.
   */
  async mayGrowOld(): Promise<() => Promise<void>> {
    let isOld = false;
    const sockets: (() => Promise<unknown>)[] = [];
    const refusal = { code: 'PROTOCOL_UNSUPPORTED', message: 'Reload the page.', protocol: 99 };
    await this.page.routeWebSocket(/\/socket\.io\//u, (socket) => {
      const server = socket.connectToServer();
      sockets.push(() => Promise.all([socket.close(), server.close()]));
      socket.onMessage((message) => {
        if (isOld && String(message).startsWith('40'))
          socket.send(`44${JSON.stringify({ message: '', data: refusal })}`);
        else server.send(message);
      });
    });
    await this.page.route('**/socket.io/**', (route) => (isOld ? route.abort() : route.continue()));
    return async () => {
      isOld = true;
      this.page.once('framenavigated', () => {
        isOld = false;
      });
      await Promise.all(sockets.map((close) => close()));
    };
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}

function shownFrames(video: SVGElement | HTMLElement): number {
  return video instanceof HTMLVideoElement ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
}

/** In a page, before anything else runs there. */
export function keepConnections(): void {
  window.connectionsOfTest = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      window.connectionsOfTest.push(this);
    }
  };
}

/**
 * Returns the loudest moment of the next second in what the page's audio elements play, or one louder than `enough`.
 */
async function loudness(enough: number): Promise<number> {
  const context = new AudioContext();
  try {
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    for (const { srcObject } of document.querySelectorAll('audio')) {
      if (srcObject instanceof MediaStream && srcObject.getAudioTracks().length > 0) {
        context.createMediaStreamSource(srcObject).connect(analyser);
      }
    }
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    const until = performance.now() + 1_200;
    while (loudest <= enough && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      analyser.getFloatTimeDomainData(samples);
      for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
    }
    return loudest;
  } finally {
    await context.close();
  }
}
