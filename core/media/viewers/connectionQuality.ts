import type { Quality } from '../RoomMedia.ts';

/**
 * mediasoup scores a stream from 10 (nothing lost) to 1; 0 means that nothing flows: on purpose, unless it is among
 * `silent`.
 */
export interface LinkScores {
  readonly iceConnected: boolean;
  /** The best stream of each producer: a stream that the publisher stopped on purpose scores 0. */
  readonly sent: readonly number[];
  readonly received: readonly number[];
  /** How many cameras should send and do not. */
  readonly silent: number;
}

export function qualityOf({ iceConnected, sent, received, silent }: LinkScores): Quality {
  if (!iceConnected) return 0;
  if (silent > 0) return 1;
  const worst = Math.min(average(sent), average(received));
  if (worst >= 8.5) return 3;
  return worst >= 6 ? 2 : 1;
}

function average(scores: readonly number[]): number {
  const flowing = scores.filter((score) => score > 0);
  return flowing.length === 0 ? 10 : flowing.reduce((sum, score) => sum + score, 0) / flowing.length;
}
