import type { types } from 'mediasoup-client';
import type { MeteredTrack } from '../ClientPlatform.ts';

/** A publisher's track at one viewer. New media takes the place of the old in the same stream. */
export class BareTrack implements MeteredTrack {
  readonly publisherId: string;
  readonly kind: types.MediaKind;
  readonly #stream = new MediaStream();
  #consumer: types.Consumer | undefined;

  constructor(publisherId: string, kind: types.MediaKind) {
    this.publisherId = publisherId;
    this.kind = kind;
  }

  get trackId(): string {
    return `${this.kind} of ${this.publisherId}`;
  }

  get consumer(): types.Consumer | undefined {
    return this.#consumer;
  }

  get mediaStreamTrack(): MediaStreamTrack | undefined {
    return this.#consumer?.track;
  }

  attach<E extends HTMLMediaElement>(element: E): E {
    element.autoplay = true;
    element.srcObject = this.#stream;
    void element.play();
    return element;
  }

  swap(consumer: types.Consumer): void {
    if (this.#consumer) this.#stream.removeTrack(this.#consumer.track);
    this.#stream.addTrack(consumer.track);
    this.#consumer = consumer;
  }
}
