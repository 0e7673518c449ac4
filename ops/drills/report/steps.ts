import { median } from '../../kit/statistics.ts';
import { type Html, html } from './html.ts';
import type { Reported, ReportedStory } from './resultSchema.ts';
import { at, axis, gridPath, type Scale, scaleUpTo } from './scale.ts';
import { whole } from './words.ts';

/** The steps of a way back in their order, in words. */
const WORDS: Readonly<Record<string, string>> = {
  socketClosed: 'The client sees its socket close',
  mediaLost: 'The server says that the media are gone',
  socketOpen: 'A socket to a living server is open',
  recorded: 'The journal has the new session',
  resumed: 'The session is resumed; the answer brings transports',
  mediaOpened: 'New transports are given',
  peersMade: 'New peer connections are made',
  connectAsked: 'The client sends its keys',
  sendConnected: 'The sending side is connected',
  recvConnected: 'The receiving side is connected',
  firstPacket: 'The first packet of a picture arrives',
  firstPicture: 'The first picture of somebody is back',
  lastPicture: 'The pictures of everybody are back',
};

/** A gap that is shorter is no way back: media went on. */
const NOTICEABLE_MS = 150;

interface Row {
  readonly words: string;
  /** Of every client and round. */
  readonly all: readonly number[];
  readonly floorMs: number | null;
}

/** The way back, step by step, over all rounds and clients; null if there was none. */
export function steps({ stories, floor }: Reported): Html | null {
  const found = stories.flatMap(stepsOf);
  const inFloor = (floor?.stories ?? []).flatMap(stepsOf);
  const rows = Object.entries(WORDS).flatMap(([name, words]): Row[] => {
    const all = found.filter((step) => step.name === name).map((step) => step.ms);
    const floorMs = inFloor.filter((step) => step.name === name).map((step) => step.ms);
    return all.length > 0 ? [{ words, all, floorMs: floorMs.length > 0 ? median(floorMs) : null }] : [];
  });
  if (rows.length === 0) return null;
  const scale = scaleUpTo(Math.max(...rows.flatMap(({ all, floorMs }) => [...all, floorMs ?? 0])));
  const hasFloor = rows.some(({ floorMs }) => floorMs !== null);
  return html`<section><h2>The way back, step by step</h2>
<p>Each dot is one client in one round; the bar is the median${hasFloor && ', the diamond that of a call on bare mediasoup'}. Sockets, peer
connections and pictures are watched from outside the application.</p>
<figure class="steps">
<div class="step head"><span></span>${axis(scale, 'ms')}<span class="figures">median${hasFloor && html`<br>bare`}</span></div>
${rows.map((row) => rowOf(row, scale, hasFloor))}
</figure></section>`;
}

function rowOf({ words, all, floorMs }: Row, scale: Scale, hasFloor: boolean): Html {
  const middle = median(all);
  const dots = [...new Set(all.map((value) => at(scale, value)))].map((x) => `M${x} 5h0`).join('');
  return html`<div class="step"><span class="words">${words}</span>
<div class="strip"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
<path class="grid" d="${gridPath(scale)}"/><path class="dots" d="${dots}"/><path class="median" d="M${at(scale, middle)} 1v8"/>
</svg>${floorMs !== null && html`<i class="diamond" style="left:${at(scale, floorMs)}%"></i>`}</div>
<span class="figures">${whole(middle)}${hasFloor && html`<br><small>${floorMs === null ? '–' : whole(floorMs)}</small>`}</span></div>`;
}

/** The first step of each kind that each client took before its pictures were back, and when those were. */
function stepsOf({ gaps, steps: taken }: ReportedStory): { name: string; ms: number }[] {
  const back = new Map<string, number[]>();
  for (const { receiver, kind, gap, hit } of gaps) {
    if (kind !== 'video' || !hit || !gap || gap.to - gap.from < NOTICEABLE_MS || gap.to < 0) continue;
    back.set(receiver, [...(back.get(receiver) ?? []), gap.to]);
  }
  const first = new Map<string, { name: string; ms: number }>();
  for (const { who, name, ms } of taken) {
    const last = Math.max(...(back.get(who) ?? []));
    if (ms >= 0 && ms <= last && !first.has(`${who} ${name}`)) first.set(`${who} ${name}`, { name, ms });
  }
  const pictures = [...back.values()].flatMap((all) => [
    { name: 'firstPicture', ms: Math.min(...all) },
    { name: 'lastPicture', ms: Math.max(...all) },
  ]);
  return [...first.values(), ...pictures];
}
