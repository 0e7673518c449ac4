import { type Html, html } from './html.ts';
import type { ReportedStory } from './resultSchema.ts';
import { at, axis, gridPath, type Scale, scaleOver } from './scale.ts';
import { ms, whole } from './words.ts';

type Frames = NonNullable<ReportedStory['frames']>;
type Gap = ReportedStory['gaps'][number];

/** What one person receives of another. */
interface Lane {
  readonly receiver: string;
  readonly publisher: string;
  readonly hit: boolean;
  readonly video: Strip;
  readonly audio: Strip;
}

interface Strip {
  readonly times: readonly number[];
  /** Undefined for a muted microphone. */
  readonly gap: Gap | undefined;
}

/** As many fit on a printed page. */
const MOST_LANES = 30;
/** A gap of pictures that is at least this wide, in percent of the chart, carries its length. */
const LABELLED = 7;

/** Every frame that every receiver got around the fault of one round; nothing if the round has no frames. */
export function timeline(story: ReportedStory, which: string): Html | null {
  const { frames } = story;
  if (!frames) return null;
  const scale = scaleOver(frames.window.from, frames.window.to);
  const all = lanesOf(story, frames);
  const shown = all.slice(0, MOST_LANES);
  const left = all.length - shown.length;
  return html`<figure class="timeline">
<figcaption><b>Round ${story.round}</b>, ${which}: ${story.what}. ${backInWords(story)}</figcaption>
<div class="lane head"><span></span>${axis(scale, 'ms')}<span class="figures">picture<br>sound</span></div>
${shown.map((lane, index) => laneOf(lane, scale, shown[index - 1]?.receiver !== lane.receiver))}
${left > 0 && html`<p class="note">${whole(left)} more pairs are in the JSON; their gaps are in the figures above.</p>`}
</figure>`;
}

export function timelineLegend(): Html {
  return html`<p class="legend"><span class="key video"></span>a picture shown <span class="key audio"></span>a packet
of sound played <span class="key gap"></span>the longest gap <span class="key fault"></span>the fault, at 0 ms</p>`;
}

function lanesOf({ gaps }: ReportedStory, { tracks }: Frames): Lane[] {
  const pairs = new Map(tracks.map(({ receiver, publisher }) => [`${receiver} ${publisher}`, { receiver, publisher }]));
  const strip = (kind: 'audio' | 'video', receiver: string, publisher: string): Strip => {
    const isIt = (each: { receiver: string; publisher: string; kind: string }): boolean =>
      each.kind === kind && each.receiver === receiver && each.publisher === publisher;
    return { times: tracks.find(isIt)?.times ?? [], gap: gaps.find(isIt) };
  };
  const lanes = [...pairs.values()].map(({ receiver, publisher }): Lane => {
    const [video, audio] = [strip('video', receiver, publisher), strip('audio', receiver, publisher)];
    return { receiver, publisher, hit: (video.gap ?? audio.gap)?.hit ?? true, video, audio };
  });
  const byName = new Intl.Collator('en', { numeric: true });
  return lanes.sort(
    (a, b) =>
      Number(b.hit) - Number(a.hit) ||
      byName.compare(a.receiver, b.receiver) ||
      byName.compare(a.publisher, b.publisher),
  );
}

function laneOf({ receiver, publisher, video, audio, hit }: Lane, scale: Scale, isFirst: boolean): Html {
  const gap = video.gap?.gap;
  const [left, right] = gap ? [at(scale, gap.from), at(scale, gap.to)] : [0, 0];
  return html`<div class="lane${isFirst && ' first'}${!hit && ' unhit'}">
<span class="who"><b>${isFirst && receiver}</b> <span>${publisher}</span></span>
<div class="strip"><svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${receiver} receives ${publisher}">
<path class="grid" d="${gridPath(scale)}"/>
${gapBox(video, scale, 0, 7)}${gapBox(audio, scale, 7.6, 2.4)}
<path class="video" d="${ticks(video.times, scale, 0.6, 5.8)}"/>
<path class="audio" d="${ticks(audio.times, scale, 7.9, 1.8)}"/>
<path class="fault" d="M${at(scale, 0)} 0V10"/>
</svg>${gap && right - left > LABELLED && html`<span class="length" style="left:${(left + right) / 2}%">${ms(gap.to - gap.from)}</span>`}</div>
<span class="figures">${lengthOf(video.gap)}<br>${audio.gap ? lengthOf(audio.gap) : 'muted'}</span>
</div>`;
}

function gapBox({ gap }: Strip, scale: Scale, top: number, height: number): Html | null {
  if (!gap?.gap) return null;
  const left = at(scale, gap.gap.from);
  const width = Math.round((at(scale, gap.gap.to) - left) * 100) / 100;
  return html`<rect class="gap" x="${left}" y="${top}" width="${width}" height="${height}"/>`;
}

function ticks(times: readonly number[], scale: Scale, top: number, height: number): string {
  return times.map((time) => `M${at(scale, time)} ${top}v${height}`).join('');
}

function lengthOf(gap: Gap | undefined): string {
  if (!gap) return '–';
  return gap.gap ? ms(gap.gap.to - gap.gap.from) : 'not back';
}

function backInWords({ recoveredMs, replacedMs }: ReportedStory): string {
  if (recoveredMs === null) return 'It did not recover by itself.';
  return replacedMs === null
    ? 'Everybody saw and heard everybody again, but what was broken was not replaced.'
    : `What was broken was replaced, and all were well, after ${ms(replacedMs)}.`;
}
