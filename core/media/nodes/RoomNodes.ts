import type { NodeChannel } from '../../cluster/NodeChannel.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { NodeId, RoomId, RoomState, TrackId } from '../../room/state.ts';
import type { LiveProducer, LiveReencoding, ProducerId, RenditionPhase } from '../../view/mediaSteps.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import type { RoomRouter } from '../workers/RoomRouter.ts';
import { KnownOffers } from './KnownOffers.ts';
import {
  type Demand,
  type Offer,
  type PipedTracks,
  type PullAnswer,
  type PullRequest,
  type RoomDemand,
  type RoomHolds,
  type RoomOffers,
  TOPICS,
} from './messages.ts';
import type { PipeListen } from './openPipeTransport.ts';
import { RoomEgress } from './RoomEgress.ts';
import { RoomIngress } from './RoomIngress.ts';
import type { TwinProducer } from './TwinProducer.ts';

/** What a room's media have to do with other nodes. */
export interface RoomNodesObjects {
  readonly room: () => RoomState;
  /** The producers of publishers on this node. */
  readonly sources: ReadonlyMap<TrackId, MediaProducer>;
  readonly byId: (producerId: string) => MediaProducer | undefined;
  readonly reencodings: () => Iterable<readonly LiveReencoding[]>;
  readonly enter: () => Promise<RoomRouter>;
  readonly leave: (router: RoomRouter) => void;
  /** A twin opened, paused. */
  readonly opened: (twin: TwinProducer) => void;
  /** The input of the plan has changed. */
  readonly changed: () => void;
}

export interface RoomNodesDeps extends RoomNodesObjects {
  readonly nodeId: NodeId;
  readonly roomId: RoomId;
  readonly channel: NodeChannel;
  readonly listen: PipeListen;
  readonly patienceMs: number;
  /** The nodes that said they hold the room. */
  readonly holders: () => ReadonlySet<NodeId>;
  readonly onClosed: (room: RoomNodes) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MOST_IN_A_MESSAGE = 500;

/** One room's media on the other nodes: what they offer and want, and the tracks that cross. */
export class RoomNodes {
  readonly roomId: RoomId;
  readonly #deps: RoomNodesDeps;
  readonly #ingress: RoomIngress;
  readonly #egress: RoomEgress;
  readonly #offers = new KnownOffers();
  /** What other nodes want of the producers here. One that cannot be asked is still served while its pipes are open. */
  readonly #demands = new Map<NodeId, Map<ProducerId, number>>();
  /** The nodes that heard that this node holds the room. */
  readonly #toldHolds = new Set<NodeId>();
  /** The offers that each node heard last, each as a text that changes with it. */
  readonly #toldOffers = new Map<NodeId, ReadonlyMap<ProducerId, string>>();
  readonly #unreceivable = new Map<NodeId, Set<ProducerId>>();
  readonly #newDemand = new Map<NodeId, Map<ProducerId, Demand>>();
  #closed = false;

  constructor(deps: RoomNodesDeps) {
    this.roomId = deps.roomId;
    this.#deps = deps;
    this.#ingress = new RoomIngress({
      ...deps,
      isHere: (trackId) => deps.sources.has(trackId),
      isOffered: (offer) => this.#offers.get(offer.nodeId, offer.producerId) === offer,
    });
    this.#egress = new RoomEgress({
      ...deps,
      ownProducer: (producerId) => {
        const producer = deps.byId(producerId);
        return producer && !this.#isTwin(producerId) ? producer : undefined;
      },
      changed: () => {
        this.#forgetUnserved();
        deps.changed();
      },
    });
    for (const nodeId of deps.holders()) this.#demands.set(nodeId, new Map());
  }

  get twins(): ReadonlyMap<TrackId, readonly TwinProducer[]> {
    return this.#ingress.twins;
  }

  get offers(): KnownOffers['byTrack'] {
    return this.#offers.byTrack;
  }

  get demands(): ReadonlyMap<NodeId, ReadonlyMap<ProducerId, number>> {
    return this.#demands;
  }

  /** The layers that other nodes want of this producer, of each node that wants any. */
  layersWanted(producerId: ProducerId): readonly number[] {
    return [...this.#demands.values()].flatMap((wanted) => {
      const layer = wanted.get(producerId) ?? -1;
      return layer >= 0 ? [layer] : [];
    });
  }

  /** The nodes that want this producer. */
  nodesWanting(producerId: ProducerId): readonly NodeId[] {
    return [...this.#demands].flatMap(([nodeId, wanted]) => ((wanted.get(producerId) ?? -1) >= 0 ? [nodeId] : []));
  }

  /** Whether a device on another node cannot receive this producer. */
  isUnreceivable(producerId: ProducerId): boolean {
    return [...this.#unreceivable.values()].some((producerIds) => producerIds.has(producerId));
  }

  /** Whether another node has it. */
  isPulled(producerId: ProducerId): boolean {
    return this.#egress.isPulled(producerId);
  }

  /**
   * The record has changed, or a node came: all nodes that it names, or that hold the room, hear that this one does.
   */
  update(): void {
    const { channel, holders, nodeId, room } = this.#deps;
    if (this.#closed) return;
    const named = new Set(holders());
    for (const participant of room().participants.values()) named.add(participant.nodeId);
    for (const other of named) {
      if (other === nodeId || this.#toldHolds.has(other) || !channel.connected.has(other)) continue;
      this.#toldHolds.add(other);
      this.#tellHolds(other, true);
    }
  }

  pull(nodeId: NodeId, producerId: ProducerId): void {
    const offer = this.#offers.get(nodeId, producerId);
    if (offer && offer.pull === 'possible') this.#ingress.pull(offer);
  }

  keep(producerId: ProducerId): void {
    this.#ingress.keep(producerId);
  }

  drop(producerId: ProducerId): void {
    this.#ingress.drop(producerId);
  }

  demand(nodeId: NodeId, demand: Demand): void {
    const { producerId, maxSpatialLayer, unreceivable } = demand;
    const offer = this.#offers.get(nodeId, producerId);
    if (!offer) return;
    offer.wantedLayer = maxSpatialLayer;
    offer.unreceivable = unreceivable;
    const wanted = this.#newDemand.get(nodeId) ?? new Map<ProducerId, Demand>();
    this.#newDemand.set(nodeId, wanted.set(producerId, demand));
  }

  /** The plan was applied: other nodes hear what has changed. */
  planApplied(): void {
    if (this.#closed) return;
    const { channel, holders } = this.#deps;
    for (const [nodeId, wanted] of this.#newDemand) {
      for (const part of parts([...wanted.values()])) {
        channel.tell(nodeId, TOPICS.demand, { roomId: this.roomId, wanted: part } satisfies RoomDemand);
      }
    }
    this.#newDemand.clear();
    if (holders().size > 0) this.#tellOffers();
  }

  heardHolds(nodeId: NodeId, { holds, twins }: RoomHolds): void {
    const { channel } = this.#deps;
    for (const missing of this.#egress.keepOnly(nodeId, holds ? twins : [])) {
      channel.tell(nodeId, TOPICS.ended, { roomId: this.roomId, ...missing } satisfies PipedTracks);
    }
    this.#toldOffers.delete(nodeId);
    if (holds) {
      if (!this.#demands.has(nodeId)) this.#demands.set(nodeId, new Map());
      this.#tellOffers();
      this.update();
    } else {
      this.#forget(nodeId);
    }
    this.#deps.changed();
  }

  heardOffers(nodeId: NodeId, message: RoomOffers): void {
    this.#offers.heard(nodeId, message);
    for (const twin of this.#ingress.all()) {
      const offer = twin.origin === nodeId && this.#offers.get(nodeId, twin.producerId);
      if (offer) Object.assign(twin, { phase: offer.phase, layers: offer.layers });
    }
    if (!message.more) {
      this.#ingress.end(nodeId, ({ producerId }) => this.#offers.get(nodeId, producerId) === undefined);
    }
    this.#deps.changed();
  }

  heardDemand(nodeId: NodeId, { wanted }: RoomDemand): void {
    const known = this.#demands.get(nodeId);
    if (!known) return;
    const unable = this.#unreceivable.get(nodeId) ?? new Set();
    for (const { producerId, maxSpatialLayer, unreceivable } of wanted) {
      if (!this.#deps.byId(producerId)) continue;
      known.set(producerId, maxSpatialLayer);
      if (unreceivable) unable.add(producerId);
      else unable.delete(producerId);
    }
    this.#unreceivable.set(nodeId, unable);
    this.#deps.changed();
  }

  /** @throws NodeRefusal */
  pulled(nodeId: NodeId, request: PullRequest): Promise<PullAnswer> {
    return this.#egress.pull(nodeId, request);
  }

  dropped(nodeId: NodeId, tracks: PipedTracks): void {
    this.#egress.drop(nodeId, tracks);
  }

  ended(nodeId: NodeId, { pipeId, producerIds }: PipedTracks): void {
    this.#ingress.end(nodeId, (twin) => twin.pipeId === pipeId && producerIds.includes(twin.producerId));
  }

  /** The node can be asked from now on, or no longer. Its pipes stay open while media flow. */
  connectionChanged(nodeId: NodeId, connected: boolean): void {
    this.#ingress.connectionChanged(nodeId, connected);
    this.#egress.connectionChanged(nodeId, connected);
    if (connected) {
      this.update();
      return;
    }
    this.#forget(nodeId);
    this.#deps.changed();
  }

  /** The producer is gone from here. */
  forgetProducer(producerId: ProducerId): void {
    for (const wanted of this.#demands.values()) wanted.delete(producerId);
    for (const producerIds of this.#unreceivable.values()) producerIds.delete(producerId);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const nodeId of this.#toldHolds) this.#tellHolds(nodeId, false);
    this.#ingress.close();
    this.#egress.close();
    this.#offers.clear();
    this.#deps.onClosed(this);
  }

  #isTwin(producerId: ProducerId): boolean {
    return [...this.#ingress.all()].some((twin) => twin.producerId === producerId);
  }

  #forget(nodeId: NodeId): void {
    this.#offers.forget(nodeId);
    this.#toldHolds.delete(nodeId);
    this.#toldOffers.delete(nodeId);
    this.#newDemand.delete(nodeId);
    this.#forgetUnserved();
  }

  /** A node that holds the room no longer, as far as this one knows, wants nothing once its pipes are closed. */
  #forgetUnserved(): void {
    for (const nodeId of this.#demands.keys()) {
      if (this.#deps.holders().has(nodeId) || this.#egress.serves(nodeId)) continue;
      this.#demands.delete(nodeId);
      this.#unreceivable.delete(nodeId);
    }
  }

  #tellHolds(nodeId: NodeId, holds: boolean): void {
    const message: RoomHolds = { roomId: this.roomId, holds, twins: this.#ingress.from(nodeId) };
    this.#deps.channel.tell(nodeId, TOPICS.holds, message);
  }

  /** Tells each node that holds the room what it has not heard yet. */
  #tellOffers(): void {
    const now = this.#ownOffers();
    for (const nodeId of this.#deps.holders()) {
      const told = this.#toldOffers.get(nodeId);
      const offered = [...now].flatMap(([id, { text, toOffer }]) => (told?.get(id) === text ? [] : [toOffer()]));
      const gone = [...(told?.keys() ?? [])].filter((id) => !now.has(id));
      if (told && offered.length === 0 && gone.length === 0) continue;
      this.#toldOffers.set(nodeId, new Map([...now].map(([id, { text }]) => [id, text])));
      const all = parts(offered);
      for (const [index, part] of all.entries()) {
        const isFirst = index === 0;
        const message: RoomOffers = {
          roomId: this.roomId,
          reset: !told && isFirst,
          more: index < all.length - 1,
          offered: part,
          gone: isFirst ? gone : [],
        };
        this.#deps.channel.tell(nodeId, TOPICS.offers, message);
      }
    }
  }

  #ownOffers(): ReadonlyMap<ProducerId, OwnOffer> {
    const { sources, reencodings } = this.#deps;
    const own = new Map<ProducerId, OwnOffer>();
    const add = ({ producerId, trackId, participantId, routerId, layers }: LiveProducer, phase: RenditionPhase) => {
      const { heights, temporalLayers } = layers;
      own.set(producerId, {
        text: `${phase} ${routerId} ${heights.join(' ')} ${temporalLayers}`,
        toOffer: () => {
          const copied = { heights: [...heights], temporalLayers };
          return { producerId, trackId, participantId, routerId, phase, layers: copied };
        },
      });
    };
    for (const source of sources.values()) add(source, 'source');
    for (const list of reencodings()) for (const { producer, phase } of list) add(producer, phase);
    return own;
  }
}

interface OwnOffer {
  /** Changes with the offer. */
  readonly text: string;
  readonly toOffer: () => Offer;
}

/** At least one part, so that an empty list is told too. */
function parts<T>(list: readonly T[]): T[][] {
  const all: T[][] = [];
  for (let next = 0; next === 0 || next < list.length; next += MOST_IN_A_MESSAGE) {
    all.push(list.slice(next, next + MOST_IN_A_MESSAGE));
  }
  return all;
}
