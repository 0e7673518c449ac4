import type { NodeId, TrackId } from '../../room/state.ts';
import type { OfferedProducer } from '../../view/mediaSteps.ts';
import type { Offer, RoomOffers } from './messages.ts';

/** A producer that another node offers, and what this node has done about it. */
export interface KnownOffer extends OfferedProducer {
  readonly routerId: string;
  phase: OfferedProducer['phase'];
  layers: OfferedProducer['layers'];
  wantedLayer: number | null;
  unreceivable: boolean;
  pull: OfferedProducer['pull'];
  /** Pulls in a row that failed. */
  failures: number;
}

const NOTHING_TOLD = { wantedLayer: null, unreceivable: false } as const;

/** What the other nodes that hold a room offer. Only of nodes that can be asked now. */
export class KnownOffers {
  readonly #byNode = new Map<NodeId, Map<string, KnownOffer>>();
  #byTrack: ReadonlyMap<TrackId, readonly KnownOffer[]> | null = null;

  get byTrack(): ReadonlyMap<TrackId, readonly KnownOffer[]> {
    this.#byTrack ??= this.#sorted();
    return this.#byTrack;
  }

  of(nodeId: NodeId): Iterable<KnownOffer> {
    return this.#byNode.get(nodeId)?.values() ?? [];
  }

  get(nodeId: NodeId, producerId: string): KnownOffer | undefined {
    return this.#byNode.get(nodeId)?.get(producerId);
  }

  heard(nodeId: NodeId, { reset, offered, gone }: RoomOffers): void {
    const known = (reset ? undefined : this.#byNode.get(nodeId)) ?? new Map<string, KnownOffer>();
    const before = this.#byNode.get(nodeId);
    for (const producerId of gone) known.delete(producerId);
    for (const offer of offered) {
      const merged = this.#merged(nodeId, offer, before?.get(offer.producerId));
      // That node may have started over.
      if (reset) Object.assign(merged, NOTHING_TOLD);
      known.set(offer.producerId, merged);
    }
    this.#byNode.set(nodeId, known);
    this.#byTrack = null;
  }

  forget(nodeId: NodeId): void {
    if (this.#byNode.delete(nodeId)) this.#byTrack = null;
  }

  clear(): void {
    this.#byNode.clear();
    this.#byTrack = null;
  }

  /** A pull that is under way goes on to count for the same offer. */
  #merged(nodeId: NodeId, offer: Offer, before: KnownOffer | undefined): KnownOffer {
    if (before?.routerId !== offer.routerId) {
      return { ...offer, ...NOTHING_TOLD, nodeId, pull: 'possible', failures: 0 };
    }
    return Object.assign(before, { phase: offer.phase, layers: offer.layers });
  }

  #sorted(): ReadonlyMap<TrackId, readonly KnownOffer[]> {
    const byTrack = new Map<TrackId, KnownOffer[]>();
    for (const known of this.#byNode.values()) {
      for (const offer of known.values()) {
        const list = byTrack.get(offer.trackId);
        if (list) list.push(offer);
        else byTrack.set(offer.trackId, [offer]);
      }
    }
    return byTrack;
  }
}
