import type { Summary } from '../kit/statistics.ts';
import { formatTable } from '../kit/table.ts';
import type { Floor } from './floor/measureFloor.ts';
import type { Problem } from './problems.ts';
import type { RoundStory } from './RoundStory.ts';
import type { RunFacts } from './runFacts.ts';
import type { ProcessMemory } from './soak/MemoryWatch.ts';
import { isMet, targetsOf } from './targets.ts';

/** A drill's findings, as `--json` writes them. Times in ms. */
export interface DrillResult {
  readonly fault: string;
  /** `--seed` with this number repeats the moments of the drill. */
  readonly seed: number;
  readonly rounds: number;
  readonly participants: number;
  readonly rooms: number;
  /** How it was run; absent in tests. */
  readonly run?: RunFacts;
  /** Intervals between frames during calm times. */
  readonly calm: { readonly video: Summary; readonly audio: Summary };
  /** The same fault in a call on bare mediasoup. */
  readonly floor?: Floor;
  /** Gaps of those whom the fault hits, or of everybody if it hits nobody. */
  readonly media: { readonly video: Summary; readonly audio: Summary };
  /** Only with several nodes: gaps between people of whom the fault hits neither. */
  readonly others?: { readonly video: Summary; readonly audio: Summary };
  /** Only with `reencoder`: from the fault to the last viewer's first frame of the source, one for each round. */
  readonly fallbackMs?: Summary;
  /** Only with `reencoder`: from the fault until everybody sees everybody reencoded again, one for each round. */
  readonly returnMs?: Summary;
  readonly facts: {
    readonly acked: number;
    readonly lost: number;
    readonly duplicated: number;
    readonly reordered: number;
  };
  readonly state: { readonly mismatches: number };
  /** How often somebody left a room, or had to join it again, because of a fault. */
  readonly places: { readonly lost: number };
  readonly hotMics: number;
  readonly reloads: number;
  /** Only with `soak`: how the memory of each process grew. */
  readonly memory?: readonly ProcessMemory[];
  /** Everything that must not happen: who saw it and when, with the requests, answers, pictures and sounds. */
  readonly problems: readonly Problem[];
  /** What was done in each round, when, and what happened then, step by step. */
  readonly stories: readonly RoundStory[];
  readonly ok: boolean;
}

const MOST_PROBLEMS = 20;

export function formatResult(result: DrillResult): string {
  const { calm, fault, rounds, participants, floor, media, facts, state, stories, problems } = result;
  const during = new Map(stories.map(({ round, what }) => [round, what]));
  const row = (name: string, { p50, p95, p99, max, n }: Summary) => [name, p50, p95, p99, max, n];
  const gaps = formatTable(
    ['ms', 'p50', 'p95', 'p99', 'max', 'n'],
    [
      row('video gap', media.video),
      row('audio gap', media.audio),
      ...(result.others
        ? [row('video gap, others', result.others.video), row('audio gap, others', result.others.audio)]
        : []),
      ...(floor ? [row('video gap, bare mediasoup', floor.video), row('audio gap, bare mediasoup', floor.audio)] : []),
      ...(result.fallbackMs ? [row('all on the source', result.fallbackMs)] : []),
      ...(result.returnMs ? [row('all reencoded again', result.returnMs)] : []),
      row('video interval, calm', calm.video),
      row('audio interval, calm', calm.audio),
    ],
  );
  const counts = formatTable(
    ['facts acked', 'lost', 'duplicated', 'reordered', 'mismatches', 'places lost', 'hot mics', 'reloads'],
    [
      [
        ...[facts.acked, facts.lost, facts.duplicated, facts.reordered, state.mismatches],
        ...[result.places.lost, result.hotMics, result.reloads],
      ],
    ],
  );
  const shown = problems
    .slice(0, MOST_PROBLEMS)
    .map(({ what, round }) => `  ${round === null ? '' : `round ${round} (${during.get(round)}): `}${what}`);
  if (problems.length > shown.length)
    shown.push(`  … and ${problems.length - shown.length} more (--json has them all)`);
  return [
    `${fault}: ${rounds} rounds, ${participants} participants, ${result.rooms === 1 ? 'one room' : `${result.rooms} rooms`}`,
    '',
    gaps,
    '',
    counts,
    '',
    ...targetsOf(result).map((target) => {
      const { name, ms, limitMs } = target;
      return `${isMet(target) ? 'met   ' : 'MISSED'} ${name} ${Math.round(ms)} ms (target ≤ ${Math.round(limitMs)})`;
    }),
    ...(shown.length > 0 ? ['', 'problems:', ...shown] : []),
    result.ok ? 'ok: nothing was lost' : 'NOT OK',
    '',
  ].join('\n');
}
