import { slope } from '../slope.ts';
import type { Load } from './LoadMeter.ts';

/** The process that is full first when more people come: each of them has one thread that does the work. */
export interface Limit {
  readonly what: string;
  /** With so many people it is full. */
  readonly people: number;
  /** What one more person costs it: µs of CPU a second. */
  readonly perPerson: number;
}

const KINDS = [
  { what: "a node's server", of: ({ busiestServer }: Load) => busiestServer },
  { what: "a node's media worker", of: ({ busiestWorker }: Load) => busiestWorker },
  { what: 'Redis', of: ({ redis }: Load) => redis },
] as const;

/** Null if there are fewer than two measurements, or nothing grew. */
export function firstLimit(measured: readonly { readonly people: number; readonly load: Load }[]): Limit | null {
  const last = measured.at(-1);
  if (!last || measured.length < 2) return null;
  const limits = KINDS.flatMap(({ what, of }): Limit[] => {
    const share = slope(measured.map(({ people, load }) => ({ x: people, y: of(load) })));
    if (share <= 0) return [];
    return [{ what, people: Math.round(last.people + (1 - of(last.load)) / share), perPerson: 1e6 * share }];
  });
  return limits.toSorted((a, b) => a.people - b.people)[0] ?? null;
}
