import { GaussianBlurBackgroundProcessor, VirtualBackgroundProcessor } from '@twilio/video-processors';
import type { EffectReports, OpenedEffect } from '../Effect.ts';
import { CanvasPump } from './CanvasPump.ts';
import { ownBackground } from './OwnBackground.ts';
import type { PictureProcessor } from './pump.ts';
import { canPumpStreams, StreamPump } from './StreamPump.ts';

/** Code, models and workers of the library, all of this page's own server (web/backgroundFiles.ts). */
declare const BACKGROUND_FILES: string;

/** A worker that does not load is never heard of. */
const GIVE_UP_AFTER_MS = 30_000;
/** Of a picture that is 720 high: strong enough that nothing can be read. */
const BLUR_PIXELS = 20;

/** One each for the life of the page: the library does not end its workers. */
let blur: Promise<GaussianBlurBackgroundProcessor> | null = null;
let replacement: Promise<VirtualBackgroundProcessor> | null = null;

/**
 * Opens a blur of everything behind the person, or puts their own picture there: a model (MediaPipe's for selfies)
 * finds the person in each picture, in a worker. Follows the choice of a picture: until the next one is ready, the one
 * before stays.
 * @throws if it cannot be loaded
 */
export async function openBlur(reports: EffectReports): Promise<OpenedEffect> {
  let current = await processorFor(await ownBackground.read());
  let choices = 0;
  const unsubscribe = ownBackground.subscribe(() => {
    const choice = ++choices;
    ownBackground
      .read()
      .then(processorFor)
      .then((next) => {
        if (choice === choices) current = next;
      })
      .catch(reports.failed);
  });
  const chosen: PictureProcessor = { processFrame: (picture, made) => current.processFrame(picture, made) };
  const pump = canPumpStreams() ? new StreamPump(chosen, reports) : new CanvasPump(chosen, reports);
  return {
    output: pump.output,
    setInput: (track) => pump.setInput(track),
    close() {
      unsubscribe();
      pump.close();
    },
  };
}

async function processorFor(picture: Blob | null): Promise<PictureProcessor> {
  if (picture === null) {
    blur ??= loaded(
      new GaussianBlurBackgroundProcessor({ assetsPath: BACKGROUND_FILES, blurFilterRadius: BLUR_PIXELS }),
    );
    return blur.catch((error: unknown) => {
      blur = null;
      throw error;
    });
  }
  const backgroundImage = await imageOf(picture);
  replacement ??= loaded(new VirtualBackgroundProcessor({ assetsPath: BACKGROUND_FILES, backgroundImage }));
  const found = await replacement.catch((error: unknown) => {
    replacement = null;
    throw error;
  });
  if (found.backgroundImage !== backgroundImage) found.backgroundImage = backgroundImage;
  return found;
}

async function loaded<Processor extends { loadModel(): Promise<void> }>(processor: Processor): Promise<Processor> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the model does not load')), GIVE_UP_AFTER_MS);
  });
  await Promise.race([processor.loadModel(), late]).finally(() => clearTimeout(timer));
  return processor;
}

async function imageOf(picture: Blob): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(picture);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
}
