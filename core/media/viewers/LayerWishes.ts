import type { Clock } from '../../ports.ts';
import type { MediaProducer } from '../MediaProducer.ts';
import type { RoomMediaListener } from '../RoomMedia.ts';

/** An encoder that stops and starts again costs more than a layer nobody watches for a moment. */
const LOWER_AFTER_MS = 2_000;

interface Told {
  layer: number;
  cancelLowering: () => void;
}

/** Tells publishers which layers are watched: more at once, less after a while. */
export class LayerWishes {
  readonly #clock: Clock;
  readonly #listener: RoomMediaListener;
  readonly #told = new Map<MediaProducer, Told>();

  constructor(clock: Clock, listener: RoomMediaListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  wish(producer: MediaProducer, maxSpatialLayer: number): void {
    const isFirst = producer.wantedLayer === null;
    producer.wantedLayer = maxSpatialLayer;
    // A publisher begins with all layers.
    const told = this.#told.get(producer) ?? { layer: producer.layers.heights.length - 1, cancelLowering: noLowering };
    this.#told.set(producer, told);
    told.cancelLowering();
    told.cancelLowering = noLowering;
    if (maxSpatialLayer > told.layer || (isFirst && maxSpatialLayer === told.layer)) this.#tell(producer, told);
    else if (maxSpatialLayer < told.layer) {
      told.cancelLowering = this.#clock.setTimer(LOWER_AFTER_MS, () => this.#tell(producer, told));
    }
  }

  forget(producer: MediaProducer): void {
    this.#told.get(producer)?.cancelLowering();
    this.#told.delete(producer);
  }

  close(): void {
    for (const told of this.#told.values()) told.cancelLowering();
    this.#told.clear();
  }

  #tell(producer: MediaProducer, told: Told): void {
    told.layer = producer.wantedLayer ?? told.layer;
    told.cancelLowering = noLowering;
    this.#listener.layersWanted(producer.participantId, producer.owner.session, producer.trackId, told.layer);
  }
}

function noLowering(): void {
  // Nothing is due.
}
