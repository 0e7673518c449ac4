import { longestGapMs } from '../RoundStory.ts';
import { distributions } from './distributions.ts';
import { type Html, html } from './html.ts';
import type { Reported, ReportedStory } from './resultSchema.ts';
import { rounds } from './rounds.ts';
import { steps } from './steps.ts';
import { styleSheet } from './styleSheet.ts';
import { timeline, timelineLegend } from './timeline.ts';
import { ms, ratio, titleOf, verdictOf, whole } from './words.ts';

const MOST_PROBLEMS = 50;

/**
 * One page about one drill. It needs no network and no script, is legible on a telephone, and can be printed. The same
 * result gives the same page.
 */
export function renderReport(result: Reported): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${titleOf(result)} · Everroom drill</title>
<style>${styleSheet}</style>
</head>
<body>
<main>
${header(result)}
${figures(result)}
${timelines(result)}
${steps(result)}
${distributions(result)}
${rounds(result)}
${losses(result)}
${problems(result)}
${how(result)}
</main>
</body>
</html>
`;
  return page.text;
}

function header(result: Reported): Html {
  const { ok, run } = result;
  const day = run?.startedAt.slice(0, 10);
  return html`<header>
<p class="kicker"><span class="seal ${ok ? 'ok' : 'bad'}">${ok ? 'Passed' : 'Not passed'}</span>
<span>Everroom drill <b>${result.fault}</b></span>${day && html`<span>${day}</span>`}</p>
<h1>${titleOf(result)}.</h1>
<p class="verdict">${verdictOf(result)}</p>
</header>`;
}

function figures({ media, floor, facts, calm }: Reported): Html {
  const cards: (Html | false | undefined)[] = [
    media.video.n > 0 && card('Picture paused', ms(media.video.p50), `p99 ${ms(media.video.p99)}`, 'video'),
    media.audio.n > 0 && card('Sound paused', ms(media.audio.p50), `p99 ${ms(media.audio.p99)}`, 'audio'),
    floor && floor.video.n > 0
      ? card(
          'Beside bare mediasoup',
          ratio(media.video.p50 / floor.video.p50),
          `p99 ${ratio(media.video.p99 / floor.video.p99)}`,
          'floor',
        )
      : calm &&
        card(
          'Usual interval of pictures',
          ms(calm.video.p50),
          `p99 ${ms(calm.video.p99)}, when nothing happens`,
          'calm',
        ),
    card('Facts lost', whole(facts.lost), `of ${whole(facts.acked)} acknowledged`, facts.lost === 0 ? 'none' : 'bad'),
  ];
  return html`<section class="cards">${cards}</section>`;
}

function card(name: string, figure: string, more: string, style: string): Html {
  return html`<div class="card ${style}"><span>${name}</span><b>${figure}</b><small>${more}</small></div>`;
}

function timelines({ stories }: Reported): Html {
  const told = stories.filter(({ frames }) => frames);
  if (told.length === 0) {
    return html`<section><h2>What each person saw and heard</h2>
<p class="note">This result was written before drills kept the frames of each receiver.</p></section>`;
  }
  const [longest] = told.toSorted((a, b) => longestGapMs(b) - longestGapMs(a));
  const which = (story: ReportedStory): string => {
    if (told.length === 1) return stories.length === 1 ? 'the only one' : 'the typical one';
    return story === longest ? 'the one with the longest gap' : 'the typical one';
  };
  const inOrder = told.toSorted((a, b) => longestGapMs(a) - longestGapMs(b));
  return html`<section><h2>What each person saw and heard</h2>${timelineLegend()}
${inOrder.map((story) => timeline(story, which(story)))}</section>`;
}

function losses({ facts, hotMics, places, reloads, state }: Reported): Html {
  const counts: readonly (readonly [string, number])[] = [
    ['facts lost', facts.lost],
    ['facts doubled', facts.duplicated],
    ['facts out of order', facts.reordered],
    ['copies that differ', state.mismatches],
    ['places lost', places.lost],
    ['muted microphones heard', hotMics],
    ['reloads and crashes', reloads],
  ];
  const lost = counts.reduce((sum, [, count]) => sum + count, 0);
  return html`<section><h2>What was lost</h2>
<p>${lost === 0 ? 'Nothing.' : 'Not nothing.'} People posted messages, changed names and raised hands all the time, and got ${whole(facts.acked)}
acknowledgements. In the end every acknowledgement, every copy of the room and every sound was compared with the journal.</p>
<dl class="losses">${counts.map(
    ([name, count]) =>
      html`<div class="${count === 0 ? 'none' : 'bad'}"><dd>${whole(count)}</dd><dt>${name}</dt></div>`,
  )}</dl></section>`;
}

function problems({ problems: found }: Reported): Html | null {
  if (found.length === 0) return null;
  const shown = found.slice(0, MOST_PROBLEMS).map((problem) => {
    if (typeof problem === 'string') return html`<li>${problem}</li>`;
    return html`<li>${problem.round !== null && html`<b>Round ${problem.round}.</b> `}${problem.what}</li>`;
  });
  const left = found.length - shown.length;
  return html`<section class="problems"><h2>Problems</h2><ol>${shown}</ol>
${left > 0 && html`<p class="note">${whole(left)} more are in the JSON, with the evidence of all of them.</p>`}</section>`;
}

function how({ participants, rooms, rounds: count, run, seed }: Reported): Html {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Command', run?.command],
    ['Rounds', whole(count)],
    ['Seed', String(seed)],
    ['People', `${people(participants, run)}${rooms === 1 ? ', one room' : `, ${rooms} rooms`}`],
    ['Cameras', run?.camera],
    [
      'Versions',
      run &&
        Object.entries(run.versions)
          .map((entry) => entry.join(' '))
          .join(', '),
    ],
    [
      'Machine',
      run && `${run.cores} cores, ${whole(run.memoryMb / 1_024)} GB; servers, clients and network are all on it`,
    ],
    [
      'Load',
      run && `${run.loadBefore} before, ${run.loadAfter} at the end (processes that want a CPU, mean of a minute)`,
    ],
    ['When', run && `${run.startedAt.slice(0, 16).replace('T', ' ')} UTC, ${whole(run.tookMs / 1_000)} s in all`],
  ];
  return html`<section class="how"><h2>How it was run</h2>
<dl>${facts.map(([name, fact]) => fact !== undefined && html`<div><dt>${name}</dt><dd>${fact}</dd></div>`)}</dl>
<p class="note">A gap is the longest time without a new picture, or without a new packet of sound played, from the last
frame before it to the first one after, for each receiver and publisher. Percentiles are nearest-rank: with few rounds
p99 is the longest gap. The muted microphone has no gap. A busy machine makes all figures longer, those of bare mediasoup too.</p></section>`;
}

function people(participants: number, run: Reported['run']): string {
  if (!run) return whole(participants);
  const pages = run.pages > 0 && `${run.pages} ${run.browser ?? 'browser'} pages`;
  const bots = run.bots > 0 && `${run.bots} bots on libwebrtc`;
  return `${participants}: ${[pages, bots].filter(Boolean).join(' and ')}`;
}
