import { pick } from '../../kit/random.ts';

/** What `random` does to a cluster, and how many of a hundred faults are of this kind. */
const SHARES = {
  'node killed': 18,
  hang: 12,
  'cut from everybody': 8,
  'cut from redis': 8,
  'cut from peers': 5,
  'cut from clients': 5,
  'worker killed': 14,
  drain: 12,
  'redis restarted': 8,
  'redis paused': 5,
  'redis slow': 5,
} as const;
export type RandomKind = keyof typeof SHARES;

/** One fault that was drawn. */
export interface Drawn {
  readonly kind: RandomKind;
  /** Index of the node that it hits; faults of Redis ignore it. */
  readonly node: number;
  /** How long it lasts, if it is of a kind that lasts. */
  readonly lastsMs: number;
  /** How long after the first of its round it happens. */
  readonly afterMs: number;
}

/** So often a second fault comes while the first one may still last. */
const SECOND = 0.2;
const SECOND_WITHIN_MS = 3_000;
const SHORTEST_MS = 200;
const LONGEST_MS = 9_000;
const OF_REDIS: ReadonlySet<RandomKind> = new Set(['redis restarted', 'redis paused', 'redis slow']);

/**
 * Draws the faults of one round: one, or two on different parts. At least one node is never hit.
 * `nodes`: how many there are, at least 2; `cuts`: whether nodes can be cut off.
 */
export function chooseFaults(random: () => number, nodes: number, cuts: boolean): readonly Drawn[] {
  const first = draw(random, nodes, cuts, 0);
  if (random() >= SECOND) return [first];
  const second = draw(random, nodes, cuts, Math.round(random() * SECOND_WITHIN_MS));
  if (isOfRedis(first) && isOfRedis(second)) return [first];
  if (isOfRedis(first) || isOfRedis(second)) return [first, second];
  if (nodes < 3) return [first];
  const others = Array.from({ length: nodes }, (_, index) => index).filter((index) => index !== first.node);
  return [first, { ...second, node: pick(random, others) }];
}

export function isOfRedis({ kind }: Drawn): boolean {
  return OF_REDIS.has(kind);
}

function draw(random: () => number, nodes: number, cuts: boolean, afterMs: number): Drawn {
  const kinds = (Object.keys(SHARES) as RandomKind[]).filter((kind) => cuts || !kind.startsWith('cut'));
  let left = random() * kinds.reduce((sum, kind) => sum + SHARES[kind], 0);
  const kind = kinds.find((each) => {
    left -= SHARES[each];
    return left < 0;
  });
  const node = Math.floor(random() * nodes);
  // Short ones are more frequent: what happens while a recovery is on its way is where things go wrong.
  const lastsMs = Math.round(SHORTEST_MS + random() ** 2 * (LONGEST_MS - SHORTEST_MS));
  return { kind: kind ?? 'node killed', node, lastsMs, afterMs };
}
