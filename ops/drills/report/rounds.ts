import { type Html, html } from './html.ts';
import type { Reported } from './resultSchema.ts';
import { at, scaleUpTo, ticksOf } from './scale.ts';
import { whole } from './words.ts';

/** Every gap of every round, so that a reader sees whether all rounds are alike; null for one round. */
export function rounds({ stories }: Reported): Html | null {
  if (stories.length < 2) return null;
  const gaps = stories.flatMap((story, index) =>
    story.gaps.flatMap(({ gap, hit, kind }) => (gap && hit ? { index, kind, ms: gap.to - gap.from } : [])),
  );
  if (gaps.length === 0) return null;
  const scale = scaleUpTo(Math.max(...gaps.map(({ ms }) => ms)));
  const width = 100 / stories.length;
  const dots = (kind: 'audio' | 'video'): string =>
    gaps
      .filter((gap) => gap.kind === kind)
      .map(({ index, ms }) => {
        const x = (index + (kind === 'video' ? 0.38 : 0.62)) * width;
        return `M${Math.round(x * 100) / 100} ${Math.round((100 - at(scale, ms)) * 100) / 100}h0`;
      })
      .join('');
  const every = Math.ceil(stories.length / 20);
  return html`<section><h2>Round by round</h2>
<figure class="rounds"><div class="scale" aria-hidden="true">${ticksOf(scale).map(
    (tick) => html`<span style="bottom:${at(scale, tick)}%">${whole(tick)}</span>`,
  )}</div>
<div class="strip"><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="The gaps of each round, in ms">
<path class="grid" d="${ticksOf(scale)
    .map((tick) => `M0 ${Math.round((100 - at(scale, tick)) * 100) / 100}H100`)
    .join('')}"/>
<path class="video dots" d="${dots('video')}"/><path class="audio dots" d="${dots('audio')}"/>
</svg></div><div></div>
<div class="numbers" aria-hidden="true">${stories.map(
    ({ round }, index) => html`<span>${index % every === 0 && round}</span>`,
  )}</div>
<figcaption class="legend"><span class="key video"></span>pictures <span class="key audio"></span>sound, ms for each receiver and
publisher</figcaption></figure></section>`;
}
