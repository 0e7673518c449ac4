import type { ParticipantId, TrackId, TrackKind } from '../../../core/room/state.ts';
import type { Tone } from './tones.ts';

/** From `at` on frames are those of this producer. */
export interface Carried {
  readonly at: number;
  readonly producerId: string;
}

/** What came of one remote track. Times in ms since the epoch. */
export interface TrackFrames {
  readonly publisherId: ParticipantId;
  readonly trackId: TrackId;
  readonly kind: TrackKind;
  /** When a picture was shown, or a packet of sound played. */
  readonly times: readonly number[];
  /** When each tone was to be heard, whether it came in a packet or the decoder made it up. */
  readonly heardTimes: Readonly<Record<Tone, readonly number[]>>;
  /** Each change of the producer whose frames they are. */
  readonly carried: readonly Carried[];
}

interface Entry extends TrackFrames {
  times: number[];
  heardTimes: Record<Tone, number[]>;
  carried: Carried[];
  lastAt: number | null;
}

/** What a client has seen and heard since somebody last asked. */
export class FrameLog {
  readonly #tracks = new Map<TrackId, Entry>();

  /** Makes the track known, though nothing of it may ever come. Its log goes on when it is added again. */
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

  /** Everything since the last call. */
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

/** With fractions, and the same in every process of one machine. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
