import type { PictureSize } from '../frames.ts';

/** Pictures beyond these bounds are dropped: nobody films in such sizes, and their memory could kill the process. */
export const MAX_PIXELS = 4096 * 4096;
const MAX_ASPECT_RATIO = 16;
const MIN_SIDE = 16;

export function isUsableSize({ width, height }: PictureSize): boolean {
  const [short, long] = width < height ? [width, height] : [height, width];
  return short >= MIN_SIDE && long <= short * MAX_ASPECT_RATIO && width * height <= MAX_PIXELS;
}

/** Returns the size of a layer. Its sides are even, since chroma has half of each. */
export function layerSize({ width, height }: PictureSize, scaleDownBy: number): PictureSize {
  return { width: side(width / scaleDownBy), height: side(height / scaleDownBy) };
}

function side(length: number): number {
  return Math.max(MIN_SIDE, Math.floor(length / 2) * 2);
}

export function isSameSize(a: PictureSize, b: PictureSize): boolean {
  return a.width === b.width && a.height === b.height;
}
