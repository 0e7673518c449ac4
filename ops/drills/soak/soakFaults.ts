import type { DrillPlan } from '../drill.ts';
import type { Fault } from '../faults/Fault.ts';
import { freezeReencoder } from '../faults/freezeReencoder.ts';
import { inTurn } from '../faults/inTurn.ts';
import { killWorker } from '../faults/killWorker.ts';
import { pauseRedis } from '../faults/pauseRedis.ts';
import type { DrillOptions } from '../options.ts';

/** So long between two of them that each process can be watched for a while. */
const CALM_MS = 2 * 60_000;
const MINUTE_MS = 60_000;
/** Without faults, so that each process lives long enough for a verdict on its memory. */
const CALM_END_MS = 15 * MINUTE_MS;
const PAUSE_MS = 2_000;
const FREEZE_MS = 3_000;

/** What a soak has beside its faults. */
export function soakPlan({
  minutes,
  engine,
}: Pick<DrillOptions, 'engine' | 'minutes'>): Omit<DrillPlan, 'fault' | 'seed'> {
  const wholeMs = minutes * MINUTE_MS;
  // A short one is for its faults.
  const calmEndMs = wholeMs >= 3 * CALM_END_MS ? CALM_END_MS : 0;
  const lastsMs = wholeMs - calmEndMs;
  // A short one has faults too.
  const calmMs = Math.min(CALM_MS, lastsMs / 4);
  return { rounds: Number.POSITIVE_INFINITY, lastsMs, calmEndMs, calmMs, inARow: true, reencoded: engine !== 'off' };
}

/** Faults that leave most processes alive: what they do to memory shows in the minutes after. */
export function soakFaults(reencodes: boolean): Fault {
  const pause = pauseRedis(PAUSE_MS);
  const freeze = reencodes ? freezeReencoder(FREEZE_MS) : pause;
  return inTurn('soak', pause, freeze, pause, freeze, pause, killWorker);
}
