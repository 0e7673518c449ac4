import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { PICTURE } from '../picture.ts';
import { browserPath } from './browserPath.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Camera, microphone and playback without a prompt, and no slowing of pages in the background. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
];

/** Starts the Chromium or Chrome of this machine, without a window. Give each page its own browser context. */
export function launchChromium(
  moreFlags: readonly string[] = [],
  { framesPerSecond = 30, ...options }: LaunchOptions & { readonly framesPerSecond?: number } = {},
): Promise<Browser> {
  const camera = `--use-fake-device-for-media-stream=fps=${framesPerSecond}`;
  return chromium.launch({ ...options, executablePath: chromiumPath(), args: [...FLAGS, camera, ...moreFlags] });
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
export function launchDrillBrowser(): Promise<Browser> {
  return launchChromium([MAY_REACH_THIS_MACHINE], {
    framesPerSecond: PICTURE.framesPerSecond,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
