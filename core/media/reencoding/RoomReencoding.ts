import type { NodeId, ParticipantId, RoomState, TrackId } from '../../room/state.ts';
import type { LiveReencoding, ReencodedCodec } from '../../view/mediaSteps.ts';
import { needsAudience, planReencoding } from '../../view/planReencoding.ts';
import { messageOf } from '../mediaFailures.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';
import type { ViewerConsumer } from '../viewers/ViewerConsumer.ts';
import type { Attachment } from './Attachment.ts';
import { AudienceWatch } from './AudienceWatch.ts';
import { demandsOn } from './demandsOn.ts';
import { PathEstimates } from './PathEstimates.ts';
import { TrackReencoding, type TrackReencodingDeps } from './TrackReencoding.ts';

/** What reencoding needs of its room. */
export interface RoomReencodingObjects {
  readonly sources: ReadonlyMap<TrackId, MediaProducer>;
  readonly viewers: ReadonlyMap<ParticipantId, ParticipantMedia>;
  room(): RoomState;
  /**
   * Other nodes' viewers: the layers of a producer that they want, at which nodes, whether somebody's device there
   * cannot receive it, and whether any such node has it.
   */
  readonly elsewhere: {
    layersWanted(producerId: string): readonly number[];
    nodesWanting(producerId: string): readonly NodeId[];
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
  /** It matters who watches which track: `measureAudience` has to be called about once a second from now on. */
  readonly watchAudiences: () => void;
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
  readonly #audience: AudienceWatch;
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
    this.#audience = new AudienceWatch(
      {
        ...objects,
        nodesWanting: (producerId) => objects.elsewhere?.nodesWanting(producerId) ?? [],
        reencoded: (trackId) => this.#attachmentsOf(trackId).map(({ producer }) => producer),
        absorbed: (trackId) =>
          this.#attachmentsOf(trackId).reduce((sum, { stats }) => sum + (stats?.keyframeRequestsAbsorbed ?? 0), 0),
      },
      deps.clock,
      deps.logger,
    );
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
    return this.#attachmentsOf(trackId).length > 0;
  }

  /** Whether it matters who watches which track. */
  get asksForAudience(): boolean {
    if (this.#closed) return false;
    const { room, sources } = this.#objects;
    let videos = 0;
    for (const { track } of sources.values()) if (track.kind === 'video') videos += 1;
    return needsAudience(room(), videos, this.#deps.mostTracks ?? Number.POSITIVE_INFINITY);
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
    const { sources } = this.#objects;
    if (this.asksForAudience) this.#deps.watchAudiences();
    else this.#audience.forget();
    for (const [trackId, track] of this.#wanted) {
      if (!track.source.closed && sources.get(trackId) === track.source) continue;
      this.#wanted.delete(trackId);
      track.close('its source ended');
    }
    const planned = this.#plan();
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

  /** Measures who watches which track. A rejection is a bug. */
  async measureAudience(): Promise<void> {
    await this.#audience.measure();
    if (this.#closed) return;
    const planned = this.#plan();
    const isSame = planned.size === this.#wanted.size && [...planned.keys()].every((id) => this.#wanted.has(id));
    if (!isSame) this.#objects.changed();
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

  #plan(): Map<TrackId, ReencodedCodec> {
    const { elsewhere, sources: producers, viewers, room } = this.#objects;
    const isUnreceivableElsewhere = (producerId: string) => elsewhere?.isUnreceivable(producerId) === true;
    const { audiences } = this.#audience;
    const before = new Map(
      [...this.#wanted].map(([trackId, { codec }]): [TrackId, ReencodedCodec] => [trackId, codec]),
    );
    const live = { producers, viewers, isUnreceivableElsewhere, audiences };
    return planReencoding(room(), live, before, this.#deps.mostTracks);
  }

  #attachmentsOf(trackId: TrackId): readonly Attachment[] {
    return [...this.#all()].flatMap(({ source, attachments }) => (source.trackId === trackId ? attachments : []));
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
