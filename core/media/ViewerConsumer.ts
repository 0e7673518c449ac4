import type { types } from 'mediasoup';
import type { TrackId } from '../room/state.ts';
import type { ConsumerToOpen, LiveConsumer, PreferredLayers } from '../view/mediaSteps.ts';

/** One viewer's consumer of one track. Media flows when the plan wants it and the viewer's client has it in place. */
export class ViewerConsumer implements LiveConsumer {
  readonly trackId: TrackId;
  readonly producerId: string;
  /** What the plan wants. The consumer itself is also paused until the client has it in place. */
  paused: boolean;
  preferredLayers: PreferredLayers | null;
  priority: number;
  acknowledged = false;
  readonly #consumer: types.Consumer;

  constructor(consumer: types.Consumer, wanted: ConsumerToOpen) {
    this.#consumer = consumer;
    this.trackId = wanted.trackId;
    this.producerId = wanted.producerId;
    this.paused = wanted.paused;
    this.preferredLayers = wanted.preferredLayers;
    this.priority = wanted.priority;
  }

  get consumerId(): string {
    return this.#consumer.id;
  }

  get consumer(): types.Consumer {
    return this.#consumer;
  }

  /** The client has it in place. */
  async acknowledge(): Promise<void> {
    this.acknowledged = true;
    if (!this.paused && !this.#consumer.closed) await this.#consumer.resume();
  }

  async pause(): Promise<void> {
    this.paused = true;
    await this.#consumer.pause();
  }

  async resume(): Promise<void> {
    this.paused = false;
    if (this.acknowledged) await this.#consumer.resume();
  }

  async setPreferredLayers(preferredLayers: PreferredLayers): Promise<void> {
    this.preferredLayers = preferredLayers;
    await this.#consumer.setPreferredLayers(preferredLayers);
  }

  async setPriority(priority: number): Promise<void> {
    this.priority = priority;
    await this.#consumer.setPriority(priority);
  }

  close(): void {
    this.#consumer.close();
  }
}
