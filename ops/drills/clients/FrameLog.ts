import type { ParticipantId, TrackId, TrackKind } from '../../../core/room/state.ts';

/** When the frames of one remote track came: rendered pictures, or stretches of 10 ms of audible sound. */
export interface TrackFrames {
  readonly publisherId: ParticipantId;
  readonly trackId: TrackId;
  readonly kind: TrackKind;
  /** ms since the epoch. */
  readonly times: readonly number[];
}

interface Entry extends TrackFrames {
  times: number[];
  lastAt: number | null;
}

/** What a client has seen and heard since somebody last asked. */
export class FrameLog {
  readonly #tracks = new Map<TrackId, Entry>();

  /** Makes the track known, though nothing of it may ever come. Its log goes on when it is added again. */
  add(publisherId: ParticipantId, trackId: TrackId, kind: TrackKind): void {
    if (!this.#tracks.has(trackId)) this.#tracks.set(trackId, { publisherId, trackId, kind, times: [], lastAt: null });
  }

  frame(trackId: TrackId, at = performance.timeOrigin + performance.now()): void {
    const entry = this.#tracks.get(trackId);
    if (!entry) return;
    entry.times.push(at);
    entry.lastAt = at;
  }

  lastAt(trackId: TrackId): number | null {
    return this.#tracks.get(trackId)?.lastAt ?? null;
  }

  /** Everything since the last call. */
  take(): TrackFrames[] {
    return [...this.#tracks.values()].map((entry) => {
      const { publisherId, trackId, kind, times } = entry;
      entry.times = [];
      return { publisherId, trackId, kind, times };
    });
  }
}
