import { MAX_PIXELS, type PictureSize } from '../pictureSize.ts';
import { vp8Speed } from '../vp8Speed.ts';
import type { PictureCodec } from './codedPictures.ts';
import { isFor, KEYFRAME_EXPRESSION, layerTime, TICKS_PER_SECOND } from './pictureOrders.ts';

/** A layer as the command is started with it. */
export interface CommandLayer extends PictureSize {
  readonly bitrateBps: number;
}

export interface CommandOptions {
  readonly size: PictureSize;
  readonly output: PictureCodec;
  /** Lowest first. */
  readonly layers: readonly CommandLayer[];
  /** Where each decoded picture goes as I420, over the one before. Null: nowhere. */
  readonly lastPicturePath: string | null;
}

/** Pipes that the command writes to, beside its errors. */
export const FIRST_PIPE = 3;

/**
 * Takes coded frames as IVF, each with orders for the layers in its time, and decodes them. The layers that are wanted of a picture go to
 * the pipes after the first; then a line of `framecrc`, with the picture's time in it, says on the first one that it was decoded.
 */
export function commandArguments({ size, output, layers, lastPicturePath }: CommandOptions): string[] {
  const whole = `scale=${size.width}:${size.height},format=yuv420p`;
  const copies = lastPicturePath === null ? '[seen][top]' : '[last][seen][top]';
  const filters = [
    `[0:v]${whole},split=${lastPicturePath === null ? 2 : 3}${copies}`,
    // Of the picture itself nothing is to be told.
    '[seen]crop=2:2:0:0[told]',
    ...layerFilters(size, layers),
  ];
  return [
    // A damaged frame ends it. Filters and codecs have one thread each, the command's own: more cost more than they give.
    ...['-y', '-xerror', '-filter_complex_threads', '1', '-threads', '1'],
    // Layers keep their sizes and their times when pictures between keyframes have another size, as they may have in VP9.
    ...['-flags', 'low_delay', '-max_pixels', String(MAX_PIXELS), '-reinit_filter', '0'],
    ...['-f', 'ivf', '-probesize', '32', '-analyzeduration', '0', '-i', 'pipe:0'],
    ...['-copyts', '-filter_complex', filters.join(';')],
    ...layers.flatMap((layer, index) => layerOutput(output, layer, index)),
    ...(lastPicturePath === null ? [] : lastPictureOutput(lastPicturePath)),
    // When all else is written, the last picture too.
    ...outputOf('told'),
    ...['-c:v', 'rawvideo', '-f', 'framecrc', '-flush_packets', '1', `pipe:${FIRST_PIPE}`],
  ];
}

/** In place: a file that is cut first would have to find its space anew. */
function lastPictureOutput(path: string): string[] {
  const place = ['-f', 'image2', '-update', '1', '-protocol_opts', 'truncate=0', path];
  return [...outputOf('last'), '-c:v', 'rawvideo', ...place];
}

/** Scaled in steps from layer to layer, which is cheap and does not flicker; not at all for layers that are off. */
function layerFilters(size: PictureSize, layers: readonly CommandLayer[]): string[] {
  const filters: string[] = [];
  let from = 'top';
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    const { width, height } = layers[layer] ?? size;
    const wanted = Array.from({ length: layer + 1 }, (_, index) => index);
    const scaled = `[${from}]select='${isFor(wanted)}',scale=${width}:${height}:flags=fast_bilinear`;
    const branches = layer === 0 ? '' : `,split=2[own${layer}][below${layer}]`;
    if (layer > 0) filters.push(`${scaled}${branches}`);
    const own = layer > 0 ? `[own${layer}]select='${isFor([layer])}'` : scaled;
    filters.push(`${own},setpts='${layerTime(layer)}'[layer${layer}]`);
    from = `below${layer}`;
  }
  return filters;
}

function layerOutput(output: PictureCodec, layer: CommandLayer, index: number): string[] {
  const rate = String(Math.round(layer.bitrateBps));
  return [
    ...[...outputOf(`layer${index}`), '-force_key_frames', KEYFRAME_EXPRESSION],
    ...['-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate, '-g', '3000'],
    ...[...codecArguments(output, layer), '-flush_packets', '1', `pipe:${FIRST_PIPE + 1 + index}`],
  ];
}

/** With more than one thread even raw pictures come out one late. */
function outputOf(label: string): string[] {
  const timing = ['-fps_mode', 'passthrough', '-enc_time_base', `1:${TICKS_PER_SECOND}`];
  return ['-map', `[${label}]`, ...timing, '-threads', '1'];
}

/** Realtime, no frame held back, no frame left out; keyframes only when asked, and of at most six frames' bits. */
function codecArguments(output: PictureCodec, size: PictureSize): string[] {
  switch (output) {
    case 'VP8':
      return [
        ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', vp8Speed(size), '-lag-in-frames', '0'],
        ...['-max-intra-rate', '600', '-static-thresh', '1', '-undershoot-pct', '100', '-overshoot-pct', '15'],
        ...['-qmin', '2', '-qmax', '63', '-f', 'ivf'],
      ];
    case 'H264':
      return [
        ...['-c:v', 'libx264', '-preset', 'superfast', '-tune', 'zerolatency', '-profile:v', 'baseline', '-bf', '0'],
        ...['-forced-idr', '1', '-sc_threshold', '0', '-refs', '1', '-x264-params', 'fps=30', '-f', 'flv'],
      ];
    case 'I420':
      return ['-c:v', 'rawvideo', '-f', 'rawvideo'];
  }
}
