import type { EffectReports, OpenedEffect } from '../Effect.ts';
import { type PictureProcessor, timeForPicture } from './pump.ts';

/** Chromium's streams of pictures, which no other browser has on a page. */
interface PictureStreams {
  MediaStreamTrackProcessor: new (options: {
    track: MediaStreamTrack;
    maxBufferSize: number;
  }) => { readonly readable: ReadableStream<VideoFrame> };
  MediaStreamTrackGenerator: new (options: {
    kind: 'video';
  }) => MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
}

const streams = globalThis as unknown as Partial<PictureStreams>;

export function canPumpStreams(): boolean {
  return streams.MediaStreamTrackProcessor !== undefined && streams.MediaStreamTrackGenerator !== undefined;
}

/**
 * Takes each picture out of the camera's track and writes what is made of it. It depends on no timer and on nothing
 * that is painted, so it goes on while nobody looks at the page.
 */
export class StreamPump implements OpenedEffect {
  readonly output: MediaStreamTrack;
  readonly #processor: PictureProcessor;
  readonly #reports: EffectReports;
  readonly #writer: WritableStreamDefaultWriter<VideoFrame>;
  readonly #made = document.createElement('canvas');
  #input: MediaStreamTrack | null = null;
  #reader: ReadableStreamDefaultReader<VideoFrame> | null = null;

  constructor(processor: PictureProcessor, reports: EffectReports) {
    const { MediaStreamTrackGenerator } = streams;
    if (MediaStreamTrackGenerator === undefined) throw new Error('this browser has no streams of pictures');
    const output = new MediaStreamTrackGenerator({ kind: 'video' });
    this.output = output;
    this.#writer = output.writable.getWriter();
    this.#processor = processor;
    this.#reports = reports;
    // The library takes what the canvas has: this kind takes a picture over without copying it.
    this.#made.getContext('bitmaprenderer');
  }

  setInput(track: MediaStreamTrack | null): void {
    if (track === this.#input) return;
    this.#input = track;
    this.#reader?.cancel().catch(() => undefined); // Its track may have ended.
    this.#reader = null;
    const { MediaStreamTrackProcessor } = streams;
    if (track === null || track.readyState === 'ended' || MediaStreamTrackProcessor === undefined) return;
    const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable.getReader();
    this.#reader = reader;
    this.#pump(reader, track).catch((error: unknown) => {
      if (this.#reader === reader) this.#reports.failed(error);
    });
  }

  close(): void {
    this.setInput(null);
    this.output.stop();
  }

  async #pump(reader: ReadableStreamDefaultReader<VideoFrame>, camera: MediaStreamTrack): Promise<void> {
    for (;;) {
      const { value: picture, done } = await reader.read();
      if (done) return;
      const began = performance.now();
      const { timestamp } = picture;
      try {
        await this.#processor.processFrame(picture, this.#made);
      } finally {
        picture.close();
      }
      // Another camera has come meanwhile: what is left of this one is not shown after its pictures.
      if (this.#reader !== reader) return;
      await this.#writer.write(new VideoFrame(this.#made, { timestamp }));
      this.#reports.took((performance.now() - began) / timeForPicture(camera));
    }
  }
}
