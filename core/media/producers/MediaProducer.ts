import type { types } from 'mediasoup';
import type { ParticipantId, Track, TrackId } from '../../room/state.ts';
import type { LiveProducer, ReencodableCodec, TrackLayers } from '../../view/mediaSteps.ts';
import { reencodableCodecOf } from '../codecs.ts';
import type { MediaPath } from '../RoomMedia.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';
import type { Pipe } from '../workers/PipePairs.ts';
import type { RoomRouter } from '../workers/RoomRouter.ts';
import { toTrackLayers } from './trackLayers.ts';

/** Whose producer it is, and the router on which it is. */
export interface ProducerOwner {
  /** The publisher has its session elsewhere, and stands by here. */
  readonly standby: boolean;
  readonly participantId: ParticipantId;
  readonly router: RoomRouter;
}

/** A producer of a publisher on this node, which ends with the publisher's session. */
export type SourceProducer = MediaProducer<ParticipantMedia>;

/** A producer of a track and its twins on other routers. Created paused; only the plan resumes it [M2]. */
export class MediaProducer<Owner extends ProducerOwner = ProducerOwner> implements LiveProducer {
  readonly trackId: TrackId;
  readonly track: Pick<Track, 'source' | 'kind'>;
  readonly owner: Owner;
  readonly path: MediaPath;
  layers: TrackLayers;
  readonly codec: ReencodableCodec | null;
  readonly pipes = new Map<string, Pipe>();
  readonly pipedTo = new Set<string>();
  /** Waits for its first viewers. */
  waitsForViewers: boolean;
  promotedLately = false;
  /** Its sender sends far too much. */
  restrained = false;
  wantedLayer: number | null = null;
  /** The latest request. mediasoup handles requests in order, so the producer will end in this state. */
  paused = true;
  readonly #producer: types.Producer;

  constructor(
    producer: types.Producer,
    track: Pick<Track, 'id' | 'source' | 'kind'>,
    owner: Owner,
    { path, waitsForViewers }: { readonly path: MediaPath; readonly waitsForViewers: boolean },
  ) {
    this.#producer = producer;
    this.trackId = track.id;
    this.track = { source: track.source, kind: track.kind };
    this.owner = owner;
    this.path = path;
    this.waitsForViewers = waitsForViewers;
    this.layers = toTrackLayers(track.source, producer.rtpParameters);
    this.codec = reencodableCodecOf(producer.rtpParameters);
  }

  get producerId(): string {
    return this.#producer.id;
  }

  get participantId(): ParticipantId {
    return this.owner.participantId;
  }

  get routerId(): string {
    return this.owner.router.id;
  }

  get heldBack(): boolean {
    return this.waitsForViewers || this.restrained;
  }

  get standby(): boolean {
    return this.path === 'source' && this.owner.standby;
  }

  get closed(): boolean {
    return this.#producer.closed;
  }

  get producer(): types.Producer {
    return this.#producer;
  }

  async pause(): Promise<void> {
    this.paused = true;
    await Promise.all([this.#producer.pause(), ...this.#twins().map((twin) => twin.pause())]);
  }

  /**
   * Resumes twins first: the source's first keyframe then reaches every router. One whose worker dies meanwhile
   * closes, and keeps nothing back from the others.
   */
  async resume(): Promise<void> {
    this.paused = false;
    await Promise.allSettled(this.#twins().map((twin) => twin.resume()));
    if (this.paused) return; // It was muted meanwhile [M2].
    await this.#producer.resume();
  }

  addPipe(routerId: string, pipe: Pipe): void {
    this.pipes.set(routerId, pipe);
    this.pipedTo.add(routerId);
    pipe.producer.observer.once('close', () => {
      if (this.pipes.get(routerId) !== pipe) return;
      this.pipes.delete(routerId);
      this.pipedTo.delete(routerId);
    });
  }

  closePipe(routerId: string): void {
    this.pipes.get(routerId)?.producer.close();
  }

  close(): void {
    this.#producer.close();
    for (const twin of this.#twins()) twin.close();
  }

  #twins(): types.Producer[] {
    return [...this.pipes.values()].map((pipe) => pipe.producer);
  }
}
