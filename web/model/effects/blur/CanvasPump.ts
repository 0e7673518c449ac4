import type { EffectReports, OpenedEffect } from '../Effect.ts';
import { type PictureProcessor, timeForPicture } from './pump.ts';

/**
 * Plays the camera in an element and paints what is made of each picture on a canvas, whose track is sent: for browsers
 * without streams of pictures. While nobody looks at the page nothing is painted, and others see that the camera is
 * paused.
 */
export class CanvasPump implements OpenedEffect {
  readonly output: MediaStreamTrack;
  readonly #processor: PictureProcessor;
  readonly #reports: EffectReports;
  readonly #made = document.createElement('canvas');
  readonly #video = document.createElement('video');
  #input: MediaStreamTrack | null = null;

  constructor(processor: PictureProcessor, reports: EffectReports) {
    this.#processor = processor;
    this.#reports = reports;
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#made.getContext('2d');
    const [output] = this.#made.captureStream().getVideoTracks();
    if (output === undefined) throw new Error('this browser gives no track of a canvas');
    this.output = output;
  }

  setInput(track: MediaStreamTrack | null): void {
    if (track === this.#input) return;
    this.#input = track;
    this.#video.srcObject = track && new MediaStream([track]);
    if (track === null) return;
    // It is interrupted when the next input comes.
    this.#video.play().catch((error: unknown) => console.debug('the camera does not play', error));
    this.#next(track);
  }

  close(): void {
    this.setInput(null);
    this.output.stop();
  }

  #next(track: MediaStreamTrack): void {
    this.#video.requestVideoFrameCallback(() => {
      this.#paint(track).catch((error: unknown) => {
        if (this.#input === track) this.#reports.failed(error);
      });
    });
  }

  async #paint(track: MediaStreamTrack): Promise<void> {
    if (this.#input !== track) return;
    const began = performance.now();
    const { videoWidth, videoHeight } = this.#video;
    if (this.#made.width !== videoWidth) this.#made.width = videoWidth;
    if (this.#made.height !== videoHeight) this.#made.height = videoHeight;
    await this.#processor.processFrame(this.#video, this.#made);
    if (this.#input !== track) return;
    this.#reports.took((performance.now() - began) / timeForPicture(track));
    this.#next(track);
  }
}
