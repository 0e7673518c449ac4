import type { ParticipantId, TrackId, TrackKind } from '../../../core/room/state.ts';
import type { Tone } from './tones.ts';

/** From `at` on, frames come from this producer. */
export interface Carried {
  readonly at: number;
  readonly producerId: string;
}

/** The frames of one remote track. Times in ms since the epoch. */
export interface TrackFrames {
  readonly publisherId: ParticipantId;
  readonly trackId: TrackId;
  readonly kind: TrackKind;
  /** The times at which a picture was shown or a packet of sound played. */
  readonly times: readonly number[];
  /** The times at which each tone was heard, whether it came in a packet or the decoder made it up. */
  readonly heardTimes: Readonly<Record<Tone, readonly number[]>>;
  /** The producers that the frames came from, with the time of each change. */
  readonly carried: readonly Carried[];
}

interface Entry extends TrackFrames {
  times: number[];
  heardTimes: Record<Tone, number[]>;
  carried: Carried[];
  lastAt: number | null;
}

/** The frames and tones that a client received since the last `take`. */
export class FrameLog {
  readonly #tracks = new Map<TrackId, Entry>();

  /** Starts a log for the track, which may stay empty. If the track has a log already, that log continues. */
  add(publisherId: ParticipantId, trackId: TrackId, kind: TrackKind): void {
    if (this.#tracks.has(trackId)) return;
    const heardTimes = { open: [], muted: [] };
    this.#tracks.set(trackId, { publisherId, trackId, kind, times: [], heardTimes, carried: [], lastAt: null });
  }

  carriedBy(trackId: TrackId, producerId: string): void {
    this.#tracks.get(trackId)?.carried.push({ at: now(), producerId });
  }

  frame(trackId: TrackId): void {
    const entry = this.#tracks.get(trackId);
    if (!entry) return;
    entry.lastAt = now();
    entry.times.push(entry.lastAt);
  }

  heard(trackId: TrackId, tone: Tone): void {
    this.#tracks.get(trackId)?.heardTimes[tone].push(now());
  }

  lastAt(trackId: TrackId): number | null {
    return this.#tracks.get(trackId)?.lastAt ?? null;
  }

  /** Returns and removes everything since the last call. */
  take(): TrackFrames[] {
    return [...this.#tracks.values()].map((entry) => {
      const { publisherId, trackId, kind, times, heardTimes, carried } = entry;
      entry.times = [];
      entry.heardTimes = { open: [], muted: [] };
      entry.carried = [];
      return { publisherId, trackId, kind, times, heardTimes, carried };
    });
  }
}

/** ms since the epoch with fractions: the same clock in every process of the machine. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
