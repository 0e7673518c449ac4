import type { Clock } from '../../ports.ts';
import type { MediaProducer, SourceProducer } from '../producers/MediaProducer.ts';
import type { RoomMediaListener } from '../RoomMedia.ts';

/** A layer that nobody watches for a moment costs less than an encoder that stops and starts again. */
const LOWER_AFTER_MS = 2_000;
const NOBODY = -1;

interface SentLayer {
  layer: number;
  cancelLowering: () => void;
}

/** Tells publishers which layers somebody watches: more at once, fewer after a while. */
export class LayerWishes {
  readonly #clock: Clock;
  readonly #listener: RoomMediaListener;
  readonly #sent = new Map<MediaProducer, SentLayer>();

  constructor(clock: Clock, listener: RoomMediaListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  wish(producer: SourceProducer, maxSpatialLayer: number): void {
    const isFirst = producer.wantedLayer === null;
    producer.wantedLayer = maxSpatialLayer;
    // A publisher begins with all layers.
    const sent = this.#sent.get(producer) ?? { layer: producer.layers.heights.length - 1, cancelLowering: noLowering };
    this.#sent.set(producer, sent);
    sent.cancelLowering();
    sent.cancelLowering = noLowering;
    if (producer.restrained) return;
    if (maxSpatialLayer > sent.layer || (isFirst && maxSpatialLayer === sent.layer)) this.#send(producer, sent);
    else if (maxSpatialLayer < sent.layer) {
      sent.cancelLowering = this.#clock.setTimer(LOWER_AFTER_MS, () => this.#send(producer, sent));
    }
  }

  /** Tells the publisher at once that nobody wants the track, until `release`. */
  restrain(producer: SourceProducer): void {
    const sent = this.#sent.get(producer) ?? { layer: NOBODY, cancelLowering: noLowering };
    this.#sent.set(producer, sent);
    sent.cancelLowering();
    this.#tell(producer, sent, NOBODY);
  }

  /** Tells the publisher what is wanted now. */
  release(producer: SourceProducer): void {
    const sent = this.#sent.get(producer);
    if (sent) this.#tell(producer, sent, producer.wantedLayer ?? Math.max(0, producer.layers.heights.length - 1));
  }

  forget(producer: MediaProducer): void {
    this.#sent.get(producer)?.cancelLowering();
    this.#sent.delete(producer);
  }

  close(): void {
    for (const sent of this.#sent.values()) sent.cancelLowering();
    this.#sent.clear();
  }

  #send(producer: SourceProducer, sent: SentLayer): void {
    this.#tell(producer, sent, producer.wantedLayer ?? sent.layer);
  }

  #tell(producer: SourceProducer, sent: SentLayer, layer: number): void {
    sent.layer = layer;
    sent.cancelLowering = noLowering;
    this.#listener.layersWanted(producer.participantId, producer.owner.session, producer.trackId, sent.layer);
  }
}

function noLowering(): void {
  // No lowering is due.
}
