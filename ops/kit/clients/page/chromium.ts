import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import puppeteer, { type Browser as ThrottlingBrowser } from 'puppeteer-core';
import { PICTURE, type Picture } from '../picture.ts';
import { browserPath } from './browserPath.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** No slowing of pages in the background. */
const UNTHROTTLED = [
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
];

/** Camera, microphone and playback without a prompt. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--lang=en-US',
];

/**
 * Starts the Chromium or Chrome of this machine, without a window. Give each page its own browser context.
 * Few pictures a second: most of what a meeting in a test costs is coding its cameras.
 */
export function launchChromium(
  moreFlags: readonly string[] = [],
  { framesPerSecond = 5, ...options }: LaunchOptions & { readonly framesPerSecond?: number } = {},
): Promise<Browser> {
  const camera = `--use-fake-device-for-media-stream=fps=${framesPerSecond}`;
  return chromium.launch({
    ...options,
    executablePath: chromiumPath(),
    args: [...FLAGS, ...UNTHROTTLED, camera, ...moreFlags],
  });
}

/**
 * Starts it as people use it: a page that nobody looks at is hidden and slowed down. Playwright would have every page
 * count as looked at.
 */
export function launchThrottlingChromium(): Promise<ThrottlingBrowser> {
  return puppeteer.launch({
    executablePath: chromiumPath(),
    headless: true,
    ignoreDefaultArgs: UNTHROTTLED,
    args: [...FLAGS, '--use-fake-device-for-media-stream=fps=10'],
  });
}

/** @throws Error with what to install if there is none */
export function chromiumPath(): string {
  return browserPath(NAMES);
}

/**
 * The drill itself answers the request for the page, so Chromium does not take the page for one of this machine and
 * would refuse it WebSockets to it.
 */
const MAY_REACH_THIS_MACHINE = '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets';

/** Starts Chromium for a drill, which handles Ctrl-C and closes its browser itself. */
export function launchDrillBrowser({ framesPerSecond }: Picture = PICTURE): Promise<Browser> {
  return launchChromium([MAY_REACH_THIS_MACHINE], {
    framesPerSecond,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
