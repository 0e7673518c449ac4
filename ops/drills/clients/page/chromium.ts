import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { PICTURE } from '../picture.ts';
import type { TestMedia } from '../testMedia.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** A camera and a microphone that hears the tone, playing without asking, and nothing that slows pages nobody looks at. */
export function launchBrowser({ tonePath }: TestMedia): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    // Ctrl-C is ours to handle: the drill closes its browser itself.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      `--use-fake-device-for-media-stream=fps=${PICTURE.framesPerSecond}`,
      `--use-file-for-fake-audio-capture=${tonePath}`,
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-renderer-backgrounding',
      '--disable-background-timer-throttling',
    ],
  });
}

function chromiumPath(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found === undefined)
    throw new Error(`none of ${NAMES.join(', ')} is on the PATH: install Chromium for --browser`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not in this folder.
  }
}
