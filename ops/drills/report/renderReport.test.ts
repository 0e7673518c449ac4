import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { renderReport } from './renderReport.ts';
import { madeUpResult } from './result.fixtures.ts';
import { parseResult, toReported } from './resultSchema.ts';

const ROUNDS = 10;
const found = madeUpResult(ROUNDS);
const page = renderReport(toReported(found));

/** The text of the page, as somebody reads it. */
function textOf(html: string): string {
  return html
    .replace(/<style>.*?<\/style>/su, '')
    .replace(/<[^>]*>/gu, ' ')
    .replace(/\s+/gu, ' ');
}

/** What stands in the cells of a row of a chart. */
function rowOf(name: string, html = page): string[] {
  const [, row = ''] =
    new RegExp(`<span class="words">${name}</span>(.*?)</div>\\s*(?:<div class="row|</figure)`, 'su').exec(html) ?? [];
  return [...row.matchAll(/<span class="figures">(.*?)<\/span>/gsu)].map(([, cell = '']) => textOf(cell).trim());
}

const cells = (of: { p50: number; p95: number; p99: number; max: number; n: number }): string[] =>
  [of.p50, of.p95, of.p99, of.max, of.n].map((value) => Math.round(value).toLocaleString('en-US'));

describe('the page about a drill', () => {
  test('the figures of the page are those of the JSON', () => {
    expect(rowOf('Everroom')).toEqual(cells(found.media.video));
    expect(rowOf('Bare mediasoup')).toEqual(found.floor && cells(found.floor.video));
    expect(rowOf('Calm: usual interval')).toEqual(cells(found.calm.video));
    const text = textOf(page);
    expect(text).toContain(`paused for ${Math.round(found.media.video.p50)} ms at the median`);
    expect(text).toContain('1,234 acknowledgements');
    expect(text).toContain('npm run drill -- server --floor --seed 7');
  });

  test('the rounds that are drawn have a lane for each receiver and publisher, with its gaps and all its frames', () => {
    const drawn = found.stories.filter(({ frames }) => frames);
    expect(drawn).toHaveLength(2);
    const lanes = page.match(/<div class="lane(?: first)?">/gu) ?? [];
    const pairs = drawn.flatMap(
      ({ frames }) => new Set(frames?.tracks.map(({ receiver, publisher }) => receiver + publisher)).size,
    );
    expect(lanes).toHaveLength(pairs.reduce((sum, count) => sum + count, 0));
    const ticks = (page.match(/<path class="video" d="[^"]*"/gu) ?? []).join('').match(/M/gu) ?? [];
    const pictures = drawn.flatMap(({ frames }) => frames?.tracks.filter(({ kind }) => kind === 'video') ?? []);
    expect(ticks).toHaveLength(pictures.flatMap(({ times }) => times).length);
    for (const { gap } of drawn.flatMap(({ gaps }) => gaps)) {
      if (gap) expect(textOf(page)).toContain(`${Math.round(gap.to - gap.from)} ms`);
    }
  });

  test('the way back has the median of each step, beside that of bare mediasoup', () => {
    expect(textOf(page)).toContain('The session is resumed');
    const [, dots = ''] = /The receiving side is connected<\/span>.*?class="dots" d="([^"]*)"/su.exec(page) ?? [];
    expect(dots.match(/M/gu)?.length).toBeGreaterThan(ROUNDS);
  });

  test('a report needs no network and no script', () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:|\bsrc=|\bhref=|\son\w+=/u);
  });

  test('what servers and clients said is text, whatever it holds', () => {
    const bad = '<img src=x onerror=alert(1)>"&\'';
    const what = { what: bad, round: 2, who: bad };
    const evil = renderReport(
      toReported({ ...found, fault: bad, ok: false, problems: [{ ...what, evidence: { kind: 'client', said: bad } }] }),
    );
    expect(evil).not.toContain('<img');
    expect(evil).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&amp;&#39;');
    expect(textOf(evil)).toContain('Not passed');
  });

  test('a round in which media did not come back is told as such', () => {
    const [first, ...others] = found.stories;
    if (!first) throw new Error('there is no round');
    const [gap, ...gaps] = first.gaps;
    const lost = { ...first, recoveredMs: null, gaps: gap ? [{ ...gap, gap: null }, ...gaps] : [] };
    const text = textOf(
      renderReport(
        toReported({
          ...found,
          ok: false,
          rounds: 1,
          stories: others.length
            ? [
                {
                  ...lost,
                  frames: found.stories.find(({ frames }) => frames)?.frames ?? {
                    window: { from: 0, to: 1 },
                    tracks: [],
                  },
                },
              ]
            : [],
        }),
      ),
    );
    expect(text).toContain('It did not recover by itself');
    expect(text).toContain('not back');
  });

  test('the JSON of an earlier version gives a page too, without what it lacks', () => {
    const { calm: _calm, run: _run, stories: _stories, floor: _floor, ...old } = found;
    const before = renderReport(parseResult(JSON.parse(JSON.stringify(old))));
    expect(rowOf('Everroom', before)).toEqual(cells(found.media.video));
    expect(textOf(before)).toContain('before drills kept the frames');
    expect(before).not.toMatch(/NaN|undefined/u);
  });

  test('figures of what was not measured are dashes', () => {
    const none = { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN, max: Number.NaN, n: 0 };
    const empty = renderReport(toReported({ ...found, media: { video: none, audio: none }, stories: [] }));
    expect(empty).not.toMatch(/NaN|undefined|Infinity/u);
  });

  test('other JSON is refused', () => {
    expect(() => parseResult({ bench: 'join' })).toThrow(z.ZodError);
  });
});
