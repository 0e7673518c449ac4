import { randomFrom } from '../../kit/random.ts';
import { summarize } from '../../kit/statistics.ts';
import type { DrillResult } from '../DrillResult.ts';
import type { StoryGap, StoryStep } from '../RoundStory.ts';
import { type RoundStory, withFrames } from '../RoundStory.ts';

const PEOPLE = ['bot-1', 'bot-2', 'bot-3'] as const;
const STEPS = [
  'socketClosed',
  'socketOpen',
  'recorded',
  'resumed',
  'peersMade',
  'sendConnected',
  'recvConnected',
] as const;
const CALM_MS = { video: 67, audio: 21 } as const;

/** A made-up drill: `rounds` kills of a server under three people, who all come back, beside bare mediasoup. */
export function madeUpResult(rounds: number): DrillResult {
  const random = randomFrom(7);
  const stories = storiesOf(rounds, 330, random);
  const bare = storiesOf(rounds, 300, random);
  const media = (told: readonly RoundStory[]) => ({
    video: summarize(lengths(told, 'video')),
    audio: summarize(lengths(told, 'audio')),
  });
  return {
    fault: 'server',
    seed: 7,
    rounds,
    participants: PEOPLE.length,
    rooms: 1,
    run: {
      command: 'npm run drill -- server --floor --seed 7',
      startedAt: '2026-11-30T09:00:00.000Z',
      tookMs: 94_000,
      bots: 3,
      pages: 0,
      browser: null,
      camera: '320 × 180, 15 pictures a second',
      versions: { Everroom: '0.2.0', mediasoup: '3.27.1', Node: '22.20.0' },
      cores: 2,
      memoryMb: 8_000,
      loadBefore: 0.4,
      loadAfter: 1.9,
    },
    calm: { video: summarize([66, 67, 67, 68, 90]), audio: summarize([20, 20, 21, 40]) },
    floor: { ...media(bare), stories: bare },
    media: media(stories),
    facts: { acked: 1_234, lost: 0, duplicated: 0, reordered: 0 },
    state: { mismatches: 0 },
    places: { lost: 0 },
    hotMics: 0,
    reloads: 0,
    problems: [],
    stories: withFrames(stories, ({ from, to }) =>
      stories
        .filter(({ faultAt }) => faultAt > from && faultAt < to)
        .flatMap(({ faultAt, gaps }) =>
          gaps.map(({ receiver, publisher, kind, gap }) => {
            const every = CALM_MS[kind];
            const all = Array.from(
              { length: Math.ceil((to - from) / every) },
              (_, n) => from + n * every + random() * 4,
            );
            const isIn = (time: number): boolean =>
              gap !== null && time > faultAt + gap.from && time < faultAt + gap.to;
            const ends = gap ? [faultAt + gap.from, faultAt + gap.to] : [];
            return {
              receiver,
              publisher,
              kind,
              times: [...all.filter((time) => !isIn(time)), ...ends].sort((a, b) => a - b),
            };
          }),
        ),
    ),
    ok: true,
  };
}

function storiesOf(rounds: number, usualMs: number, random: () => number): RoundStory[] {
  return Array.from({ length: rounds }, (_, index) => {
    const slow = random() * 90;
    const gaps = PEOPLE.flatMap((receiver) =>
      PEOPLE.filter((publisher) => publisher !== receiver).flatMap((publisher): StoryGap[] => {
        const from = -random() * 60;
        const video = { from, to: usualMs + slow + random() * 80 };
        const audio = { from: -random() * 20, to: (usualMs + slow) * 0.75 + random() * 40 };
        const of = { receiver, publisher, hit: true };
        const picture: StoryGap = { ...of, kind: 'video', gap: video };
        // The second one is muted.
        return publisher === PEOPLE[1] ? [picture] : [picture, { ...of, kind: 'audio', gap: audio }];
      }),
    );
    const steps = PEOPLE.flatMap((who) =>
      STEPS.map(
        (name, place): StoryStep => ({ who, name, ms: Math.round(20 + place * (usualMs / 9) + random() * 25) }),
      ),
    );
    const faultAt = 1_000_000 + index * 10_000;
    return {
      round: index + 1,
      faultAt,
      what: 'server process 4711 killed',
      recoveredMs: 1_010,
      replacedMs: 2_345,
      gaps,
      steps,
    };
  });
}

function lengths(told: readonly RoundStory[], kind: 'audio' | 'video'): number[] {
  return told.flatMap(({ gaps }) =>
    gaps.flatMap((each) => (each.gap && each.kind === kind ? each.gap.to - each.gap.from : [])),
  );
}
