import type { Clock, Logger } from '../../ports.ts';
import type { NodeId, ParticipantId, RoomState, TrackId } from '../../room/state.ts';
import { type AudienceSample, measureAudience, type TrackAudience } from '../../view/trackAudience.ts';
import { messageOf } from '../mediaFailures.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';

/** What the watch needs of its room. */
export interface AudienceScene {
  readonly sources: ReadonlyMap<TrackId, MediaProducer>;
  readonly viewers: ReadonlyMap<ParticipantId, ParticipantMedia>;
  room(): RoomState;
  /** The other nodes that want this producer. */
  nodesWanting(producerId: string): readonly NodeId[];
  reencoded(trackId: TrackId): readonly MediaProducer[];
  /** Keyframe requests that ended at the sidecars of this track, as far as they have said. */
  absorbed(trackId: TrackId): number;
}

/** Measures the audience of each video of a room's publishers on this node. */
export class AudienceWatch {
  readonly #scene: AudienceScene;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #audiences: ReadonlyMap<TrackId, TrackAudience> = new Map();

  constructor(scene: AudienceScene, clock: Clock, logger: Logger) {
    this.#scene = scene;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** The last measurements, by track. */
  get audiences(): ReadonlyMap<TrackId, TrackAudience> {
    return this.#audiences;
  }

  /** Call it about once a second. */
  async measure(): Promise<void> {
    const { sources } = this.#scene;
    const videos = [...sources].filter(([, { track, closed }]) => track.kind === 'video' && !closed);
    const samples = await Promise.all(videos.map(([trackId, source]) => this.#requestsOf(trackId, source)));
    const watching = this.#watching();
    const now = this.#clock.now();
    const measured = new Map<TrackId, TrackAudience>();
    for (const [index, [trackId, source]] of videos.entries()) {
      const requests = samples[index];
      if (requests === null || requests === undefined || sources.get(trackId) !== source) continue;
      const sample: AudienceSample = {
        watching: (watching.get(trackId) ?? 0) + this.#watchingElsewhere(trackId, source),
        requests,
      };
      measured.set(trackId, measureAudience(this.#audiences.get(trackId) ?? null, sample, now));
    }
    this.#audiences = measured;
  }

  forget(): void {
    this.#audiences = new Map();
  }

  /** Those that reached the publisher, and those that ended at sidecars. Null if the track ends at this moment. */
  async #requestsOf(trackId: TrackId, { producer }: MediaProducer): Promise<number | null> {
    try {
      const streams = await producer.getStats();
      const sent = streams.reduce((sum, { pliCount, firCount }) => sum + pliCount + firCount, 0);
      return sent + this.#scene.absorbed(trackId);
    } catch (error) {
      this.#logger.debug({ trackId, error: messageOf(error) }, 'a track ended during a look at its audience');
      return null;
    }
  }

  /** Viewers on this node. */
  #watching(): ReadonlyMap<TrackId, number> {
    const watching = new Map<TrackId, number>();
    for (const { consumers } of this.#scene.viewers.values()) {
      const watched = new Set<TrackId>();
      for (const { trackId, paused } of consumers.values()) if (!paused) watched.add(trackId);
      for (const trackId of watched) watching.set(trackId, (watching.get(trackId) ?? 0) + 1);
    }
    return watching;
  }

  /** A node does not say how many of its people watch: all that are connected there count. */
  #watchingElsewhere(trackId: TrackId, source: MediaProducer): number {
    const producers = [source, ...this.#scene.reencoded(trackId)];
    const nodes = new Set(producers.flatMap(({ producerId }) => this.#scene.nodesWanting(producerId)));
    if (nodes.size === 0) return 0;
    let watching = 0;
    for (const { nodeId, connected } of this.#scene.room().participants.values()) {
      if (connected && nodeId !== null && nodes.has(nodeId)) watching += 1;
    }
    return watching;
  }
}
