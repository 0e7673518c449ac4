/**
 * What is wanted of each layer travels with the picture, in its presentation time: nothing else reaches the filters and encoders of a
 * command that runs. ffmpeg calculates with doubles, so a time has 53 bits. From the lowest up: nine of each layer, the first
 * layer's first, and a number that grows from picture to picture.
 */
const LAYER_BITS = 9;
const TIME_BITS = 53;
/** A layer's bits: whether it begins anew with a keyframe, and, above, how far its time goes on. */
const STEP_BITS = 8;

/** Ticks a second of all times that the command sees. Layers' times are even, but for keyframes that were asked for. */
export const TICKS_PER_SECOND = 1_000_000;

/** Steps of time, each longer than the one before by the same share: 0.5 ms to 3.1 s. Number 0 is none: the layer is not encoded. */
const SHORTEST_STEP_TICKS = 500;
const STEP_RATIO = 1.035;
const STEPS = 2 ** STEP_BITS;

export interface LayerOrder {
  /** Number of a step; 0: this picture is not encoded. */
  readonly step: number;
  readonly keyframe: boolean;
}

export const NOT_ENCODED: LayerOrder = { step: 0, keyframe: false };

/** A picture's time. `number` says which picture it is; it begins again once its bits are used up, for three layers after 25 days. */
export function timeOf(number: number, layers: readonly LayerOrder[]): number {
  let time = number % 2 ** (TIME_BITS - layers.length * LAYER_BITS);
  for (const { step, keyframe } of layers.toReversed()) time = (time * STEPS + step) * 2 + (keyframe ? 1 : 0);
  return time;
}

/** The number that went into a picture's time. */
export function numberOf(time: number, layerCount: number): number {
  return Math.floor(time / 2 ** (layerCount * LAYER_BITS));
}

/** Turns lengths of time into steps, so that their sum stays right. */
export class StepSequence {
  #owedTicks = 0;

  /** The step for the next picture, from 1 on. */
  next(ticks: number): number {
    this.#owedTicks += ticks;
    const exact = Math.log(Math.max(1, this.#owedTicks) / SHORTEST_STEP_TICKS) / Math.log(STEP_RATIO);
    const step = Math.min(STEPS - 1, Math.max(1, Math.round(exact) + 1));
    this.#owedTicks -= ticksOf(step);
    return step;
  }
}

/** As `newTime` has them. */
export function ticksOf(step: number): number {
  return 2 * Math.round((SHORTEST_STEP_TICKS / 2) * STEP_RATIO ** (step - 1));
}

/** For `select`: whether a picture is for one of these layers. */
export function isFor(layers: readonly number[]): string {
  return layers.map((layer) => `gt(${stepIn('pts', layer)},0)`).join('+');
}

/** For `setpts`: a layer's own time, in which the first picture is at 0. */
export function layerTime(layer: number): string {
  const step = `2*round(${SHORTEST_STEP_TICKS / 2}*pow(${STEP_RATIO},${stepIn('PTS', layer)}-1))`;
  const keyframe = `mod(floor(PTS/${2 ** (layer * LAYER_BITS)}),2)`;
  return `if(isnan(PREV_OUTPTS),0,2*floor(PREV_OUTPTS/2)+${step}+${keyframe})`;
}

/** For `-force_key_frames`, by a layer's own time. */
export const KEYFRAME_EXPRESSION = `expr:mod(round(t*${TICKS_PER_SECOND}),2)`;

function stepIn(time: string, layer: number): string {
  return `mod(floor(${time}/${2 ** (layer * LAYER_BITS + 1)}),${STEPS})`;
}
