import { isMet, type Target, targetsOf } from '../targets.ts';
import { type Html, html } from './html.ts';
import type { Reported } from './resultSchema.ts';
import { at, axis, gridPath, type Scale, scaleUpTo } from './scale.ts';
import { whole } from './words.ts';

type Kind = 'audio' | 'video';
type Figures = Reported['media'][Kind];

interface Row {
  readonly name: string;
  readonly style: string;
  readonly figures: Figures;
  /** Every gap; empty if only the percentiles are known. */
  readonly gaps: readonly number[];
}

const TITLES = { video: 'Pictures: ms without a new one', audio: 'Sound: ms without a new packet played' } as const;

/** All gaps beside those of calm times and of bare mediasoup, and the limits that they should keep. */
export function distributions(result: Reported): Html {
  const targets = targetsOf(result);
  return html`<section><h2>How long media paused</h2>
${(['video', 'audio'] as const).map((kind) =>
  chart(
    TITLES[kind],
    rowsOf(result, kind),
    targets.filter((target) => target.kind === kind),
  ),
)}
${targets.length > 0 && html`<ul class="targets">${targets.map(targetLine)}</ul>`}
</section>`;
}

function rowsOf(result: Reported, kind: Kind): Row[] {
  const { calm, floor, media, others, stories } = result;
  const gapsOf = (isHit: boolean, told = stories): number[] =>
    told.flatMap(({ gaps }) =>
      gaps.flatMap(({ gap, hit, kind: found }) => (gap && found === kind && hit === isHit ? gap.to - gap.from : [])),
    );
  const rows: (Row | undefined)[] = [
    calm && { name: 'Calm: usual interval', style: 'calm', figures: calm[kind], gaps: [] },
    floor && { name: 'Bare mediasoup', style: 'floor', figures: floor[kind], gaps: gapsOf(true, floor.stories) },
    { name: 'Everroom', style: kind, figures: media[kind], gaps: gapsOf(true) },
    others && { name: 'Everroom, not hit', style: 'unhit', figures: others[kind], gaps: gapsOf(false) },
  ];
  return rows.filter((row) => row !== undefined).filter(({ figures }) => figures.n > 0);
}

function chart(title: string, rows: readonly Row[], targets: readonly Target[]): Html | null {
  if (rows.length === 0) return null;
  const most = Math.max(...rows.map(({ figures, style }) => (style === 'calm' ? figures.p99 : figures.max)));
  const scale = scaleUpTo(Math.max(most, ...targets.map(({ limitMs }) => limitMs)));
  return html`<figure class="distribution"><figcaption>${title}</figcaption>
<div class="row head"><span></span>${axis(scale, 'ms')}<span class="figures">p50</span><span class="figures">p95</span><span
class="figures">p99</span><span class="figures">max</span><span class="figures">n</span></div>
${rows.map((row) => rowOf(row, scale, targets))}
</figure>`;
}

function rowOf({ name, style, figures, gaps }: Row, scale: Scale, targets: readonly Target[]): Html {
  const { p50, p95, p99, max, n } = figures;
  const end = style === 'calm' ? p99 : max;
  const isOurs = style === 'video' || style === 'audio';
  return html`<div class="row ${style}"><span class="words">${name}</span>
<div class="strip"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
<path class="grid" d="${gridPath(scale)}"/>
${gaps.length === 0 && html`<path class="range" d="M${at(scale, Math.min(p50, end))} 5H${at(scale, end)}"/>`}
<path class="dots" d="${swarm(gaps, scale)}"/>
<path class="median" d="M${at(scale, p50)} 0v10"/><path class="tail" d="M${at(scale, p99)} 1.5v7"/>
${isOurs && targets.map(({ limitMs }) => html`<path class="limit" d="M${at(scale, limitMs)} 0v10"/>`)}
</svg></div>
${[p50, p95, p99, max, n].map((figure) => html`<span class="figures">${whole(figure)}</span>`)}</div>`;
}

/** A dot for each gap; those that fall together are stacked around the middle. */
function swarm(gaps: readonly number[], scale: Scale): string {
  const columns = new Map<number, number>();
  for (const gap of gaps) {
    const column = Math.round(at(scale, gap) * 1.25) / 1.25;
    columns.set(column, (columns.get(column) ?? 0) + 1);
  }
  const highest = Math.max(1, ...columns.values());
  const apart = Math.min(1.3, 8.6 / highest);
  return [...columns]
    .flatMap(([column, count]) =>
      Array.from({ length: count }, (_, index) => {
        const y = 5 + (index - (count - 1) / 2) * apart;
        return `M${round(column)} ${round(y)}h0`;
      }),
    )
    .join('');
}

function targetLine(target: Target): Html {
  const { name, ms, limitMs, why } = target;
  const met = isMet(target);
  return html`<li class="${met ? 'met' : 'missed'}"><b>${met ? 'met' : 'missed'}</b> ${name} ${whole(ms)} ms, target
≤ ${whole(limitMs)} ms (${why})</li>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
