import puppeteer, { type Browser } from 'puppeteer-core';
import { browserPath } from './browserPath.ts';

const NAMES = ['firefox', 'firefox-esr'];

/** A camera, a microphone and playing without asking; media of this machine may come over the loopback. */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  // Without these, sound is not played.
  'permissions.default.camera': 1,
  'permissions.default.microphone': 1,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'media.peerconnection.ice.loopback': true,
  // Without a sound card Web Audio waits for one: this stands in for it.
  'media.cubeb.force_mock_context': true,
};

/** Starts the Firefox of this machine, without a window. The drill handles Ctrl-C. */
export function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: browserPath(NAMES),
    extraPrefsFirefox: PREFERENCES,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
