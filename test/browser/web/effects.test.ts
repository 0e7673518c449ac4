import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { MeetingPage } from './MeetingPage.ts';

const PICTURE = { width: 320, height: 180 };
/** Few, so that a machine without a graphics card has the time for each. */
const FRAMES_PER_SECOND = 5;
const SAMPLE_RATE = 48_000;

let deployment: PrivateDeployment;
let browser: Browser;
let folder: string;
let ada: MeetingPage;
let bob: MeetingPage;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'everroom-effects-'));
  const [camera, microphone] = [path.join(folder, 'room.y4m'), path.join(folder, 'noise.wav')];
  await Promise.all([writeFile(camera, emptyRoom()), writeFile(microphone, noiseAndVoice())]);
  const flags = [`--use-file-for-fake-video-capture=${camera}`, `--use-file-for-fake-audio-capture=${microphone}`];
  [deployment, browser] = await Promise.all([
    PrivateDeployment.start({ workers: 1, settings: { OPEN_ROOM_CREATION: 'yes' } }),
    launchChromium(flags, { framesPerSecond: FRAMES_PER_SECOND }),
  ]);
  ada = await MeetingPage.open(browser, deployment.url);
  await ada.button('New meeting').click();
  await ada.join('Ada');
  await ada.isIn();
  bob = await MeetingPage.open(browser, ada.page.url());
  await bob.join('Bob');
  await bob.isIn();
  await ada.button('Settings').click();
}, 240_000);

afterAll(async () => {
  const problems = [ada, bob].flatMap((page) => page?.problems ?? []);
  await browser?.close();
  await deployment?.stop();
  await rm(folder, { recursive: true, force: true });
  expect(problems).toEqual([]);
});

it('others get a room without sharp edges while the background is blurred', async () => {
  await bob.sees('Ada');
  await bobSeesEdges((edges) => edges > 20, 'the room is not sharp');
  await ada.page.getByRole('switch', { name: 'Blur my background' }).click();
  await bobSeesEdges((edges) => edges < 8, 'the room is not blurred');
  await bob.sees('Ada');

  // Another page without streams of pictures takes the other way, and remembers the choice.
  await ada.page.addInitScript(() => Reflect.deleteProperty(window, 'MediaStreamTrackGenerator'));
  await ada.page.reload();
  await ada.isIn();
  await bob.sees('Ada');
  await bobSeesEdges((edges) => edges < 8, 'the room is not blurred after the page came back');
  await ada.button('Settings').click();

  // A picture of her own stands there instead, and is given up for the blur without showing the room.
  const buffer = await ada.page.evaluate(redPicture).then((base64) => Buffer.from(base64, 'base64'));
  await ada.page.getByLabel('Use a picture instead').setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer });
  await bobSees(redness, (red) => red > 100, 'the picture is not there');
  await ada.page.getByRole('switch', { name: 'My picture as background' }).waitFor();
  await ada.button('Blur instead').click();
  await bobSees(redness, (red) => red < 50, 'the picture is still there');
  await bobSeesEdges((edges) => edges < 8, 'the room is sharp after the picture');
  await ada.page.getByRole('switch', { name: 'Blur my background' }).click();
  await bobSeesEdges((edges) => edges > 20, 'the room is still blurred');
}, 300_000);

it('others hear the voice and not the noise while noise is suppressed', async () => {
  await bob.hears();
  const before = await bob.page.evaluate(loudAndQuiet);
  await ada.page.getByRole('switch', { name: 'Suppress noise' }).click();
  let after = before;
  await waitUntil(async () => {
    after = await bob.page.evaluate(loudAndQuiet);
    return before.quietDb - after.quietDb > 20 || `noise of ${after.quietDb} dB, and ${before.quietDb} dB before`;
  }, 60_000);
  expect(before.loudDb - after.loudDb).toBeLessThan(10);

  // A microphone that is off stays silent behind the suppressor, too.
  await ada.button('Turn microphone off').click();
  await bob.stopsHearing();
  await ada.button('Turn microphone on').click();
  await bob.hears();
}, 240_000);

const bobSeesEdges = (asExpected: (edges: number) => boolean, otherwise: string) =>
  bobSees(meanEdge, asExpected, otherwise);

async function bobSees(
  measure: (video: SVGElement | HTMLElement) => number,
  asExpected: (measured: number) => boolean,
  otherwise: string,
): Promise<void> {
  const video = bob.tile('Ada').locator('video');
  await waitUntil(async () => {
    const measured = await video.evaluate(measure).catch(() => Number.NaN);
    return asExpected(measured) || `${otherwise}: ${measured}`;
  }, 60_000);
}

/** Returns how much more red than green and blue the picture is, on average, of 255. */
function redness(video: SVGElement | HTMLElement): number {
  if (!(video instanceof HTMLVideoElement)) return Number.NaN;
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d');
  context?.drawImage(video, 0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context?.getImageData(0, 0, 1, 1).data ?? [];
  return red - Math.max(green, blue);
}

/** Returns a red picture, as base64. */
function redPicture(): string {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (context) context.fillStyle = 'rgb(230 20 20)';
  context?.fillRect(0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').split(',')[1] ?? '';
}

/** Returns how much a point differs from its neighbour in the picture, on average, of 255. */
function meanEdge(video: SVGElement | HTMLElement): number {
  if (!(video instanceof HTMLVideoElement)) return Number.NaN;
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 180;
  const context = canvas.getContext('2d');
  context?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
  let sum = 0;
  for (let at = 4; at < data.length; at += 4) sum += Math.abs((data[at] ?? 0) - (data[at - 4] ?? 0));
  return sum / (data.length / 4);
}

/** Returns how loud the loudest and the quietest tenth of the recording are in what the page plays. */
async function loudAndQuiet(): Promise<{ loudDb: number; quietDb: number }> {
  const context = new AudioContext();
  try {
    const analyser = new AnalyserNode(context, { fftSize: 4_096 });
    for (const { srcObject } of document.querySelectorAll('audio')) {
      if (srcObject instanceof MediaStream && srcObject.getAudioTracks().length > 0)
        context.createMediaStreamSource(srcObject).connect(analyser);
    }
    const samples = new Float32Array(analyser.fftSize);
    const levels: number[] = [];
    const until = performance.now() + 4_000;
    while (performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      analyser.getFloatTimeDomainData(samples);
      levels.push(10 * Math.log10(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length + 1e-9));
    }
    levels.sort((a, b) => a - b);
    const at = (part: number) => levels[Math.floor(part * levels.length)] ?? Number.NaN;
    return { loudDb: at(0.9), quietDb: at(0.1) };
  } finally {
    await context.close();
  }
}

/** A room in which nobody is: a sharp pattern. */
function emptyRoom(): Buffer {
  const { width, height } = PICTURE;
  const luma = Buffer.alloc(width * height);
  for (let at = 0; at < luma.length; at += 1) {
    const isLight = ((Math.floor(at / width) >> 2) + ((at % width) >> 2)) % 2 === 1;
    luma[at] = isLight ? 235 : 16;
  }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)]);
  const head = `YUV4MPEG2 W${width} H${height} F${FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n`;
  return Buffer.concat([Buffer.from(head), frame, frame]);
}

/** Two seconds of a hiss, and two seconds of what has the pitch, the formants and the syllables of a voice above it. */
function noiseAndVoice(): Buffer {
  const samples = new Int16Array(SAMPLE_RATE * 4);
  let phase = 0;
  for (let at = 0; at < samples.length; at += 1) {
    const time = at / SAMPLE_RATE;
    const pitch = 130 + 30 * Math.sin(2 * Math.PI * 0.7 * time) + 3 * Math.sin(2 * Math.PI * 5 * time);
    phase += pitch / SAMPLE_RATE;
    const hiss = (Math.random() * 2 - 1) * 0.03;
    const speaks = time % 4 >= 2 ? Math.sqrt(Math.max(0, Math.sin(2 * Math.PI * 2.2 * time))) : 0;
    const voice = speaks === 0 ? 0 : 0.15 * speaks * vowel(pitch, phase, time);
    samples[at] = Math.max(-1, Math.min(1, hiss + voice)) * 32_767;
  }
  return wav(samples);
}

function vowel(pitch: number, phase: number, time: number): number {
  const first = 500 + 200 * Math.sin(2 * Math.PI * 1.1 * time);
  const second = 1_500 + 400 * Math.sin(2 * Math.PI * 0.9 * time);
  let sum = 0;
  for (let harmonic = 1; harmonic <= 28; harmonic += 1) {
    const hertz = harmonic * pitch;
    const formant = (at: number, width: number) => 1 / (1 + ((hertz - at) / width) ** 2);
    const strength = formant(first, 120) + 0.5 * formant(second, 150) + 0.15 * formant(2_600, 250) + 0.01;
    sum += strength * Math.sin(2 * Math.PI * phase * harmonic);
  }
  return sum;
}

function wav(samples: Int16Array): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(SAMPLE_RATE, 24);
  head.writeUInt32LE(SAMPLE_RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}
