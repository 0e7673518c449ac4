import type { ParticipantId, RoomState, TrackId } from '../../room/state.ts';
import type { LiveReencoding, ReencodedCodec } from '../../view/mediaSteps.ts';
import { planReencoding } from '../../view/planReencoding.ts';
import { messageOf } from '../mediaFailures.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';
import type { ViewerConsumer } from '../viewers/ViewerConsumer.ts';
import type { Attachment } from './Attachment.ts';
import { demandsOn } from './demandsOn.ts';
import { PathEstimates } from './PathEstimates.ts';
import { TrackReencoding, type TrackReencodingDeps } from './TrackReencoding.ts';

/** What reencoding needs of its room. */
export interface RoomReencodingObjects {
  readonly sources: ReadonlyMap<TrackId, MediaProducer>;
  readonly viewers: ReadonlyMap<ParticipantId, ParticipantMedia>;
  room(): RoomState;
  /**
   * Other nodes' viewers: the layers of a producer that they want, whether somebody's device there cannot receive it,
   * and whether any such node has it.
   */
  readonly elsewhere: {
    layersWanted(producerId: string): readonly number[];
    isUnreceivable(producerId: string): boolean;
    isPulled(producerId: string): boolean;
  } | null;
  /** A new reencoded producer, paused. The room keeps it until it closes. */
  register(producer: MediaProducer): void;
  /** The input of the plan has changed. */
  changed(): void;
  servedChanged(trackIds: readonly TrackId[]): void;
}

/** What a room's reencoding needs of its node. */
export type RoomReencodingDeps = Omit<TrackReencodingDeps, 'demandsOn' | 'isFlowing' | 'register' | 'changed'> & {
  /** A sidecar attached: its pulses must be checked from now on. */
  readonly busy: () => void;
  readonly onClosed: (room: RoomReencoding) => void;
  /** How many tracks are reencoded at most; any number by default. */
  readonly mostTracks?: number;
};

/** One room's reencoding on this node: which tracks the room wants reencoded, and the work on each. */
export class RoomReencoding {
  readonly #objects: RoomReencodingObjects;
  readonly #deps: RoomReencodingDeps;
  readonly #trackDeps: TrackReencodingDeps;
  readonly #estimates: PathEstimates;
  /** Tracks that the room wants reencoded. */
  readonly #wanted = new Map<TrackId, TrackReencoding>();
  /** Tracks that the room no longer wants reencoded, until their viewers have left. */
  readonly #ending = new Set<TrackReencoding>();
  #served: readonly TrackId[] = [];
  #closed = false;

  constructor(objects: RoomReencodingObjects, deps: RoomReencodingDeps) {
    this.#objects = objects;
    this.#deps = deps;
    this.#estimates = new PathEstimates(deps.logger);
    const { sources, viewers } = objects;
    const scene = {
      sources,
      viewers,
      estimateOf: (viewer: ParticipantMedia) => this.#estimates.of(viewer),
      wantedElsewhere: (producerId: string) => objects.elsewhere?.layersWanted(producerId) ?? [],
    };
    this.#trackDeps = {
      ...deps,
      demandsOn: (trackId, producer) => demandsOn(trackId, producer, scene),
      isFlowing: ({ producerId }) =>
        objects.elsewhere?.isPulled(producerId) ||
        [...viewers.values()].some((viewer) => viewer.consumers.get(producerId)?.paused === false),
      register: (producer) => {
        objects.register(producer);
        deps.busy();
      },
      changed: () => objects.changed(),
    };
  }

  /** Tracks for which a sidecar works or is wanted. */
  get wanted(): ReadonlySet<TrackId> {
    return new Set(this.#wanted.keys());
  }

  /** Tracks that viewers receive reencoded now. */
  get served(): readonly TrackId[] {
    return this.#served;
  }

  get attached(): readonly { readonly trackId: TrackId; readonly attachment: Attachment }[] {
    return [...this.#all()].flatMap(({ source, attachments }) =>
      attachments.map((attachment) => ({ trackId: source.trackId, attachment })),
    );
  }

  hasAttachments(trackId: TrackId): boolean {
    for (const { source, attachments } of this.#all()) {
      if (source.trackId === trackId && attachments.length > 0) return true;
    }
    return false;
  }

  live(): ReadonlyMap<TrackId, readonly LiveReencoding[]> {
    const live = new Map<TrackId, LiveReencoding[]>();
    for (const { trackId, attachment } of this.attached) {
      // A track that was published again has another source.
      if (attachment.producer.closed) continue;
      const { producer, phase } = attachment;
      live.set(trackId, [...(live.get(trackId) ?? []), { producer, phase }]);
    }
    return live;
  }

  /** Begins work on tracks that the room wants reencoded now, and ends the work on all others. */
  updateWanted(): void {
    if (this.#closed) return;
    const { elsewhere, sources, viewers, room } = this.#objects;
    for (const [trackId, track] of this.#wanted) {
      if (!track.source.closed && sources.get(trackId) === track.source) continue;
      this.#wanted.delete(trackId);
      track.close('its source ended');
    }
    const before = new Map(
      [...this.#wanted].map(([trackId, { codec }]): [TrackId, ReencodedCodec] => [trackId, codec]),
    );
    const planned = planReencoding(
      room(),
      {
        producers: sources,
        viewers,
        isUnreceivableElsewhere: (producerId) => elsewhere?.isUnreceivable(producerId) === true,
      },
      before,
      this.#deps.mostTracks,
    );
    for (const [trackId, track] of this.#wanted) {
      if (planned.has(trackId)) continue;
      this.#wanted.delete(trackId);
      track.end();
      if (!track.isOver) this.#ending.add(track);
    }
    for (const [trackId, codec] of planned) {
      const source = sources.get(trackId);
      if (this.#wanted.has(trackId) || !source?.codec) continue;
      this.#wanted.set(trackId, new TrackReencoding(source, source.codec, codec, this.#trackDeps));
    }
  }

  /**
   * The plan was applied: releases sidecars that nobody needs, and reports the new state to other sidecars and people.
   */
  planApplied(): void {
    for (const track of this.#all()) {
      track.releaseUnneeded();
      this.#adapt(track);
    }
    for (const track of this.#ending) if (track.isOver) this.#ending.delete(track);
    this.#tellServed();
  }

  /** Time has passed. */
  checkPulses(): void {
    for (const track of this.#all()) {
      track.checkPulses();
      if (track.hasSurplusLayers) this.#adapt(track);
    }
  }

  /** Asks mediasoup what the paths to viewers and sidecars carry. A rejection is a bug. */
  async pollPaths(): Promise<void> {
    await Promise.all([
      this.#estimates.poll([...this.#objects.viewers.values()]),
      ...this.attached.map(({ trackId, attachment }) =>
        attachment.checkPath().catch((error: unknown) => {
          this.#deps.logger.debug(
            { trackId, error: messageOf(error) },
            'sidecar’s media ended during a look at its path',
          );
        }),
      ),
    ]);
    if (!this.#closed) this.planApplied();
  }

  /** The first picture of this consumer is on the viewer's screen. */
  shown({ consumers }: ParticipantMedia, { trackId, producerId }: ViewerConsumer): void {
    const others = [...consumers.values()].filter((one) => one.trackId === trackId && one.producerId !== producerId);
    if (others.some(({ paused }) => !paused)) this.#deps.count('switches');
  }

  close(): void {
    this.#closed = true;
    for (const track of [...this.#all()]) track.close('the room closed here');
    this.#wanted.clear();
    this.#ending.clear();
    this.#deps.onClosed(this);
  }

  #adapt(track: TrackReencoding): void {
    const { participantId, trackId } = track.source;
    const isMuted = this.#objects.room().participants.get(participantId)?.tracks.get(trackId)?.muted !== false;
    track.adapt(isMuted);
  }

  #tellServed(): void {
    const served = [...this.#wanted.values()]
      .filter(({ attachments }) => attachments.some(({ phase }) => phase === 'ready'))
      .map(({ source }) => source.trackId);
    if (served.length === this.#served.length && served.every((trackId) => this.#served.includes(trackId))) return;
    this.#served = served;
    this.#objects.servedChanged(served);
  }

  *#all(): Iterable<TrackReencoding> {
    yield* this.#ending;
    yield* this.#wanted.values();
  }
}
