import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { PICTURE } from '../picture.ts';
import { browserPath } from './browserPath.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** A camera, a microphone and playing without asking; nothing that slows pages nobody looks at. */
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

/** Starts the Chromium or Chrome of this machine, without a window. Give each page a browser context of its own. */
export function launchChromium(
  moreFlags: readonly string[] = [],
  { framesPerSecond = 30, ...options }: LaunchOptions & { readonly framesPerSecond?: number } = {},
): Promise<Browser> {
  const camera = `--use-fake-device-for-media-stream=fps=${framesPerSecond}`;
  return chromium.launch({ ...options, executablePath: browserPath(NAMES), args: [...FLAGS, camera, ...moreFlags] });
}

/** Whoever drives the browser answers for the page: Chromium does not take it for one of this machine, and would refuse it WebSockets here. */
const MAY_REACH_THIS_MACHINE = '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets';

/** For a drill, which handles Ctrl-C and closes its browser itself. */
export function launchDrillBrowser(): Promise<Browser> {
  return launchChromium([MAY_REACH_THIS_MACHINE], {
    framesPerSecond: PICTURE.framesPerSecond,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
