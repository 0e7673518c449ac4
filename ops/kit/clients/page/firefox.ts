import puppeteer, { type Browser } from 'puppeteer-core';
import { browserPath } from './browserPath.ts';

const NAMES = ['firefox', 'firefox-esr'];

/** Camera, microphone and playback without a prompt, and media over the loopback. */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  // Without these, Firefox plays no sound.
  'permissions.default.camera': 1,
  'permissions.default.microphone': 1,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'media.peerconnection.ice.loopback': true,
  // Web Audio waits for a sound card if there is none: this takes its place.
  'media.cubeb.force_mock_context': true,
};

/** @throws Error with what to install if there is none */
export function firefoxPath(): string {
  return browserPath(NAMES);
}

/** Starts the Firefox of this machine, without a window. The drill handles Ctrl-C. */
export function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: firefoxPath(),
    extraPrefsFirefox: PREFERENCES,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
