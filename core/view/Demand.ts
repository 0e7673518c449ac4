import type { LiveViewer, PreferredLayers, ProducerId, RouterId, TrackLayers } from './mediaSteps.ts';
import type { Subscription, Wish } from './subscriptions.ts';

/** What one viewer needs of one producer. */
export interface Need {
  readonly producerId: ProducerId;
  /** The viewer's router, if it is another one than the producer's. */
  readonly routerId: RouterId | null;
  readonly needed: boolean;
  /** The spatial layer that it shows; null if it shows none. */
  readonly layer: number | null;
}

interface Needs {
  readonly routers: Map<RouterId, number>;
  needed: number;
  /** How many viewers show each layer. */
  readonly layers: number[];
}

const NO_ROUTERS: ReadonlyMap<RouterId, number> = new Map();

/** What all viewers on this node together need of each producer: counted, so that one of them can change alone. */
export class Demand {
  readonly #byProducer = new Map<ProducerId, Needs>();

  add(needs: readonly Need[]): void {
    this.#count(needs, 1);
  }

  remove(needs: readonly Need[]): void {
    this.#count(needs, -1);
  }

  needs(producerId: ProducerId): boolean {
    return (this.#byProducer.get(producerId)?.needed ?? 0) > 0;
  }

  routersOf(producerId: ProducerId): ReadonlyMap<RouterId, number> {
    return this.#byProducer.get(producerId)?.routers ?? NO_ROUTERS;
  }

  maxSpatialLayerOf(producerId: ProducerId): number {
    return this.#byProducer.get(producerId)?.layers.findLastIndex((viewers) => viewers > 0) ?? -1;
  }

  #count(needs: readonly Need[], by: 1 | -1): void {
    for (const { producerId, routerId, needed, layer } of needs) {
      let all = this.#byProducer.get(producerId);
      if (!all) {
        all = { routers: new Map(), needed: 0, layers: [] };
        this.#byProducer.set(producerId, all);
      }
      if (needed) all.needed += by;
      if (layer !== null) all.layers[layer] = (all.layers[layer] ?? 0) + by;
      if (routerId !== null) {
        const viewers = (all.routers.get(routerId) ?? 0) + by;
        if (viewers > 0) all.routers.set(routerId, viewers);
        else all.routers.delete(routerId);
      }
      // Of a producer that is gone nothing stays.
      if (by < 0 && all.needed === 0 && all.routers.size === 0 && all.layers.every((viewers) => !viewers)) {
        this.#byProducer.delete(producerId);
      }
    }
  }
}

/** What this subscription needs of its producer. */
export function needOf(subscription: Subscription, viewer: LiveViewer): Need {
  const { producer, wanted, near, chosen, paused, preferredLayers } = subscription;
  // A muted track counts: its publisher must be able to send at once after unmuting. So does a microphone that is not
  // heard, and a picture that may be shown next: they are ready to be.
  const isLookedAt = (wanted || near) && !(viewer.standby && preferredLayers !== null);
  return {
    producerId: producer.producerId,
    routerId: viewer.routerId === producer.routerId ? null : viewer.routerId,
    needed: !paused || (chosen && (isLookedAt || preferredLayers === null)),
    layer: wanted && (!viewer.standby || producer.promotedLately) ? layerOf(producer, preferredLayers) : null,
  };
}

export function needOfWish({ offer, preferredLayers }: Wish): Need {
  return { producerId: offer.producerId, routerId: null, needed: true, layer: layerOf(offer, preferredLayers) };
}

function layerOf({ layers }: { readonly layers: TrackLayers }, preferred: PreferredLayers | null): number | null {
  return preferred && Math.min(preferred.spatialLayer, layers.heights.length - 1);
}
