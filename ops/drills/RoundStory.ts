import type { ParticipantId, TrackKind } from '../../core/room/state.ts';
import type { StepName } from '../kit/clients/StepLog.ts';
import { median } from '../kit/statistics.ts';
import type { Span } from './checks/gaps.ts';
import type { MeasuredGap, RecordedFrames, RecordedStep } from './Recording.ts';

/** What happened in one round, for the report. All times in ms since the fault; those before it are negative. */
export interface RoundStory {
  readonly round: number;
  /** When the fault struck, ms since the epoch. */
  readonly faultAt: number;
  /** What was done. */
  readonly what: string;
  /** Until everybody was seen to see and hear everybody; null if that never came. */
  readonly recoveredMs: number | null;
  /** Until what was broken was replaced and everybody was still there; null likewise. */
  readonly replacedMs: number | null;
  readonly gaps: readonly StoryGap[];
  readonly steps: readonly StoryStep[];
  /** Only of the typical round and of the one with the longest gap. */
  readonly frames?: { readonly window: Span; readonly tracks: readonly StoryFrames[] };
}

export interface StoryGap {
  readonly receiver: ParticipantId;
  readonly publisher: ParticipantId;
  readonly kind: TrackKind;
  /** Whether the fault hits one of the two, or everybody. */
  readonly hit: boolean;
  /** From the last frame before the gap to the first one after; null if media did not come back. */
  readonly gap: Span | null;
}

/** `recorded`: the journal has the new session. The other steps are the client's. */
export interface StoryStep {
  readonly who: ParticipantId;
  readonly name: StepName | 'recorded';
  readonly ms: number;
}

export interface StoryFrames {
  readonly receiver: ParticipantId;
  readonly publisher: ParticipantId;
  readonly kind: TrackKind;
  readonly times: readonly number[];
}

/** Frames are shown from this long before a fault until this long after the last gap. */
const BEFORE_MS = 500;
const AFTER_MS = 700;
/** A longer window would show no single frame. */
const WINDOW_MS = 6_000;

export function toStoryGap({ receiver, publisher, kind, gap }: MeasuredGap, hit: boolean, faultAt: number): StoryGap {
  return { receiver, publisher, kind, hit, gap: gap && since(gap, faultAt) };
}

export function toStorySteps(
  steps: readonly (RecordedStep | { who: ParticipantId; name: 'recorded'; at: number })[],
  faultAt: number,
): StoryStep[] {
  return steps.map(({ who, name, at }) => ({ who, name, ms: tenth(at - faultAt) })).sort((a, b) => a.ms - b.ms);
}

/**
 * Adds the frames of the round whose longest gap of pictures is the median, and of the one whose gap is the longest.
 */
export function withFrames(
  stories: readonly RoundStory[],
  framesIn: (span: Span) => readonly RecordedFrames[],
): RoundStory[] {
  const longest = stories.map(longestGapMs);
  const typical = longest.indexOf(median(longest));
  const worst = longest.indexOf(Math.max(...longest));
  return stories.map((story, index) => {
    if (index !== typical && index !== worst) return story;
    const { faultAt } = story;
    const window = windowOf(story);
    const tracks = framesIn({ from: faultAt + window.from, to: faultAt + window.to }).map(({ times, ...track }) => {
      return { ...track, times: times.map((time) => Math.round(time - faultAt)) };
    });
    return { ...story, frames: { window, tracks } };
  });
}

/** The longest gap of pictures, of those whom the fault hits if it hits anybody. */
export function longestGapMs({ gaps }: Pick<RoundStory, 'gaps'>): number {
  const lengths = gaps.map(({ gap, kind }) => (gap && kind === 'video' ? gap.to - gap.from : 0));
  return Math.max(0, ...lengths);
}

/** Around the fault and all gaps if they fit, else around the longest gap. */
function windowOf(story: RoundStory): Span {
  const gaps = story.gaps.flatMap(({ gap }) => gap ?? []);
  const last = Math.max(0, ...gaps.map(({ to }) => to));
  if (last + BEFORE_MS + AFTER_MS <= WINDOW_MS) return { from: -BEFORE_MS, to: Math.ceil(last + AFTER_MS) };
  const [longest] = gaps.toSorted((a, b) => b.to - b.from - (a.to - a.from));
  const middle = longest ? (longest.from + longest.to) / 2 : 0;
  const from = Math.round(Math.max(-BEFORE_MS, middle - WINDOW_MS / 2));
  return { from, to: from + WINDOW_MS };
}

function since({ from, to }: Span, faultAt: number): Span {
  return { from: tenth(from - faultAt), to: tenth(to - faultAt) };
}

function tenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}
