import { type Html, html } from './html.ts';

/** Places values of one axis between 0 and 100 percent. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Few round steps cover the values. */
const STEPS = [10, 20, 50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];
const MOST_STEPS = 8;
/** A number beyond this place, in percent, would stand out of the chart. */
const ENDS = 90;
/** The last number covers this much, in percent. */
const COVERED = 17;

/** From exactly `from` to exactly `to`. */
export function scaleOver(from: number, to: number): Scale {
  const step = STEPS.find((candidate) => (to - from) / candidate <= MOST_STEPS) ?? (to - from) / MOST_STEPS;
  return { from, to, step };
}

/** From 0 to a round number that is at least `most`. */
export function scaleUpTo(most: number): Scale {
  const { step } = scaleOver(0, Math.max(most, 10) * 1.02);
  return { from: 0, to: Math.ceil((Math.max(most, 10) * 1.02) / step) * step, step };
}

/** In percent, with two digits. */
export function at({ from, to }: Scale, value: number): number {
  return Math.round(((Math.min(Math.max(value, from), to) - from) / (to - from)) * 10_000) / 100;
}

export function ticksOf({ from, to, step }: Scale): number[] {
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => first + index * step);
}

/** The numbers above a chart. The last one has the unit; one that it would cover is left out. */
export function axis(scale: Scale, unit: string): Html {
  const ticks = ticksOf(scale);
  const places = ticks.map((tick) => ({ tick, place: at(scale, tick) }));
  const last = places.at(-1);
  const isAtEnd = last !== undefined && last.place > ENDS;
  const shown = places.filter(({ place, tick }) => !isAtEnd || tick === last.tick || place < last.place - COVERED);
  return html`<div class="axis" aria-hidden="true">${shown.map(({ tick, place }) => {
    const text = `${tick.toLocaleString('en-US')}${tick === last?.tick ? ` ${unit}` : ''}`;
    return tick === last?.tick && isAtEnd
      ? html`<span class="end">${text}</span>`
      : html`<span style="left:${place}%">${text}</span>`;
  })}</div>`;
}

/** The lines of the axis' numbers, as the path of an SVG that is 100 wide and 10 high. */
export function gridPath(scale: Scale): string {
  return ticksOf(scale)
    .map((tick) => `M${at(scale, tick)} 0V10`)
    .join('');
}
