import type { Frame, SoftwareScaleContext } from 'node-av/lib';
import type { PictureSize } from '../../frames.ts';
import type { Picture } from '../PictureTranscoder.ts';
import { layerSize } from '../pictureSize.ts';
import { checked, type Libav } from './library.ts';

/** Scales pictures for the layers. Each transcoder has one. */
export class LayerScalers {
  readonly #libav: Libav;
  readonly #scaleDownBy: readonly number[];
  readonly #scalers = new Map<number, { readonly shape: string; readonly context: SoftwareScaleContext }>();

  constructor(libav: Libav, scaleDownBy: readonly number[]) {
    this.#libav = libav;
    this.#scaleDownBy = scaleDownBy;
  }

  get count(): number {
    return this.#scaleDownBy.length;
  }

  sizeOf(picture: PictureSize, layer: number): PictureSize {
    return layerSize(picture, this.#scaleDownBy[layer] ?? 1);
  }

  /** Returns a frame that the caller frees: a scaled one, or another reference to `source` if it already fits. */
  async scale(source: Frame, layer: number, { width, height }: PictureSize): Promise<Frame> {
    const { lib, constants } = this.#libav;
    const format = constants.AV_PIX_FMT_YUV420P;
    if (source.width === width && source.height === height && source.format === format) {
      const same = source.clone();
      if (same === null) throw new Error('libav: no memory for a frame');
      return same;
    }
    const scaled = new lib.Frame();
    scaled.alloc();
    try {
      scaled.width = width;
      scaled.height = height;
      scaled.format = format;
      checked(scaled.getBuffer(), 'av_frame_get_buffer');
      checked(await this.#scaler(source, layer, { width, height }).scaleFrame(scaled, source), 'sws_scale_frame');
      return scaled;
    } catch (error) {
      scaled.free();
      throw error;
    }
  }

  close(): void {
    for (const { context } of this.#scalers.values()) context.freeContext();
    this.#scalers.clear();
  }

  #scaler(source: Frame, layer: number, { width, height }: PictureSize): SoftwareScaleContext {
    const { lib, constants } = this.#libav;
    const shape = [source.width, source.height, source.format, width, height].join();
    const known = this.#scalers.get(layer);
    if (known?.shape === shape) return known.context;
    known?.context.freeContext();
    this.#scalers.delete(layer);
    const context = new lib.SoftwareScaleContext();
    const from = source.format as typeof constants.AV_PIX_FMT_YUV420P;
    const to = constants.AV_PIX_FMT_YUV420P;
    context.getContext(source.width, source.height, from, width, height, to, constants.SWS_FAST_BILINEAR);
    this.#scalers.set(layer, { shape, context });
    return context;
  }
}

/** A decoded picture and its scaled copies, which are made on demand. */
export class LibavPicture implements Picture {
  readonly width: number;
  readonly height: number;
  readonly #frame: Frame;
  readonly #scalers: LayerScalers;
  readonly #scaled: (Promise<Frame> | undefined)[] = [];

  constructor(frame: Frame, scalers: LayerScalers) {
    this.#frame = frame;
    this.#scalers = scalers;
    this.width = frame.width;
    this.height = frame.height;
  }

  /**
   * Returns the picture in a layer's size; this object keeps and frees it. It scales in steps from layer to layer,
   * which is cheap and does not flicker.
   */
  layer(index: number): Promise<Frame> {
    this.#scaled[index] ??= this.#scale(index);
    return this.#scaled[index];
  }

  release(): void {
    for (const scaled of this.#scaled) {
      scaled?.then(
        (frame) => frame.free(),
        () => undefined, // A frame that was never made needs no freeing; the caller of `layer` got the error.
      );
    }
    this.#scaled.length = 0;
    this.#frame.free();
  }

  async #scale(index: number): Promise<Frame> {
    const size = this.#scalers.sizeOf(this, index);
    if (index + 1 < this.#scalers.count) {
      const above = this.#scalers.sizeOf(this, index + 1);
      if (above.width >= size.width && above.height >= size.height) {
        return this.#scalers.scale(await this.layer(index + 1), index, size);
      }
    }
    return this.#scalers.scale(this.#frame, index, size);
  }
}
