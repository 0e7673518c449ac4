import type { Cleanup } from '../kit/cleanup.ts';
import type { BenchReport } from './Report.ts';
import { benchEngines } from './reencoder/engines.ts';
import { benchLipSync } from './reencoder/lipSync.ts';
import { benchStorm } from './reencoder/storm.ts';

export const REENCODER_PARTS = ['engines', 'storm', 'lipsync'] as const;
export type ReencoderPart = (typeof REENCODER_PARTS)[number];

export interface ReencoderOptions {
  /** Undefined for all parts. */
  readonly part: ReencoderPart | undefined;
  /** How long viewers come and go in each storm, in seconds. */
  readonly seconds: number;
  /** The sizes of the crowds that watch, one storm each without and with a reencoder. */
  readonly viewers: readonly number[];
}

/** Measures the reencoder's cost and delay, what it spares a presenter, and lip sync. */
export async function benchReencoder(
  cleanup: Cleanup,
  { part, seconds, viewers }: ReencoderOptions,
): Promise<BenchReport[]> {
  const benches: Readonly<Record<ReencoderPart, () => Promise<BenchReport>>> = {
    engines: () => benchEngines(cleanup),
    storm: () => benchStorm(cleanup, seconds, viewers),
    lipsync: () => benchLipSync(cleanup),
  };
  const reports: BenchReport[] = [];
  for (const name of part ? [part] : REENCODER_PARTS) reports.push(await benches[name]());
  return reports;
}
