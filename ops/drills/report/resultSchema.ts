import { z } from 'zod';
import type { DrillResult } from '../DrillResult.ts';

/** JSON has no NaN: what nothing was measured for is null there. */
const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const summary = z.object({ p50: figure, p95: figure, p99: figure, max: figure, n: z.number() });
const kinds = z.object({ video: summary, audio: summary });
const span = z.object({ from: z.number(), to: z.number() });
const kind = z.enum(['audio', 'video']);

const step = z.object({ who: z.string(), name: z.string(), ms: z.number() });

const story = z.object({
  round: z.number(),
  faultAt: z.number(),
  what: z.string(),
  recoveredMs: z.number().nullable(),
  replacedMs: z.number().nullable(),
  gaps: z.array(
    z.object({ receiver: z.string(), publisher: z.string(), kind, hit: z.boolean(), gap: span.nullable() }),
  ),
  steps: z.array(step),
  frames: z
    .object({
      window: span,
      tracks: z.array(z.object({ receiver: z.string(), publisher: z.string(), kind, times: z.array(z.number()) })),
    })
    .optional(),
});

const run = z.object({
  command: z.string(),
  startedAt: z.string(),
  tookMs: z.number(),
  bots: z.number(),
  pages: z.number(),
  browser: z.string().nullable(),
  camera: z.string(),
  versions: z.record(z.string(), z.string()),
  cores: z.number(),
  memoryMb: z.number(),
  loadBefore: z.number(),
  loadAfter: z.number(),
});

/**
 * The JSON of a drill of this version or an earlier one. Parts that earlier versions did not write are optional, and
 * what is not named here is left out.
 */
const result = z.object({
  fault: z.string(),
  seed: z.number(),
  rounds: z.number(),
  participants: z.number(),
  rooms: z.number().default(1),
  run: run.optional(),
  calm: kinds.optional(),
  floor: kinds.extend({ stories: z.array(story).default([]) }).optional(),
  media: kinds,
  others: kinds.optional(),
  fallbackMs: summary.optional(),
  returnMs: summary.optional(),
  facts: z.object({ acked: z.number(), lost: z.number(), duplicated: z.number(), reordered: z.number() }),
  state: z.object({ mismatches: z.number() }),
  places: z.object({ lost: z.number() }).default({ lost: 0 }),
  hotMics: z.number(),
  reloads: z.number(),
  problems: z.array(
    z.object({ what: z.string(), round: z.number().nullable(), who: z.string().nullable() }).or(z.string()),
  ),
  stories: z.array(story).default([]),
  ok: z.boolean(),
});

/** A result as the report shows it. */
export type Reported = z.infer<typeof result>;
export type ReportedStory = Reported['stories'][number];

/** @throws z.ZodError when this is not the JSON of a drill */
export function parseResult(json: unknown): Reported {
  return result.parse(json);
}

/** What a drill has just found, as if it had been read from its JSON. */
export function toReported(found: DrillResult): Reported {
  return parseResult(JSON.parse(JSON.stringify(found)));
}
