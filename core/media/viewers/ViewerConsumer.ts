import type { types } from 'mediasoup';
import type { Clock } from '../../ports.ts';
import type { TrackId } from '../../room/state.ts';
import type { ConsumerToOpen, LiveConsumer, PreferredLayers } from '../../view/mediaSteps.ts';

/** By this time after the first frame mediasoup has seen packets of every temporal layer. */
const FULL_RATE_AFTER_MS = 200;

/**
 * When a held-back producer starts, mediasoup may not have counted a packet of any layer yet. It then chooses
 * no layer until the next bandwidth estimate. These moments are before the next keyframe request, which then serves
 * everybody.
 */
const LOOK_AGAIN_AFTER_MS = [100, 200, 300];

/** Nobody turns back to a page after this. */
export const RESTED_AFTER_MS = 30_000;

/**
 * A client that does not say what it shows has seen enough of a consumer this long after the first packet: packets,
 * jitter buffer, decoder.
 */
const SHOWN_AFTER_MS = 500;
/** One that does may be a page in the background, where timers are slow, or have lost its way. */
export const SHOWN_AT_MOST_MS = 5_000;

/**
 * One viewer's consumer of one producer. Media flows when the plan wants it and the viewer's client has it in place.
 */
export class ViewerConsumer implements LiveConsumer {
  readonly trackId: TrackId;
  readonly producerId: string;
  /** What the plan wants. mediasoup's consumer is also paused until the client has set it up. */
  paused: boolean;
  readonly synced: boolean;
  preferredLayers: PreferredLayers | null;
  priority: number;
  acknowledged = false;
  pausedAt: number;
  readonly #consumer: types.Consumer;
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #onShown: (consumer: ViewerConsumer) => void;
  /** Whether the beginning since the last resume has arrived. Unwatched while the track has no other rendition. */
  #picture: 'unwatched' | 'awaited' | 'shown';
  #cancelShown: () => void = () => undefined;
  #shownWithinMs = SHOWN_AFTER_MS;
  #beginning = true;
  #cancelFullRate: () => void = () => undefined;
  #cancelLooks: (() => void)[] = [];

  /** `onShown`: the first picture is on the viewer's screen, the first sound is played; only if `watched`. */
  constructor(
    consumer: types.Consumer,
    wanted: ConsumerToOpen,
    options: {
      readonly clock: Clock;
      readonly watched: boolean;
      /** Something that the plan knows of it is different. */
      readonly changed: () => void;
      readonly onShown: (consumer: ViewerConsumer) => void;
    },
  ) {
    this.#consumer = consumer;
    this.#clock = options.clock;
    this.#changed = options.changed;
    this.#onShown = options.onShown;
    this.#picture = options.watched ? 'awaited' : 'unwatched';
    this.trackId = wanted.trackId;
    this.producerId = wanted.producerId;
    this.paused = wanted.paused;
    this.synced = wanted.synced;
    this.preferredLayers = wanted.preferredLayers;
    this.priority = wanted.priority;
    this.pausedAt = options.clock.now();
    consumer.on('layerschange', (layers) => this.#began(layers));
    consumer.on('producerresume', () => this.#lookAgain());
    consumer.on('trace', () => this.#beginningSent());
    consumer.observer.once('close', () => {
      this.#cancelFullRate();
      this.#cancelShown();
      for (const cancel of this.#cancelLooks) cancel();
    });
  }

  get consumerId(): string {
    return this.#consumer.id;
  }

  get consumer(): types.Consumer {
    return this.#consumer;
  }

  get flowing(): boolean {
    return this.acknowledged && !this.paused && this.#picture !== 'awaited';
  }

  get rested(): boolean {
    return this.paused && this.#clock.now() - this.pausedAt >= RESTED_AFTER_MS;
  }

  /** The spatial layer that this viewer receives now; null if it receives none. */
  get currentLayer(): number | null {
    return this.paused ? null : (this.#consumer.currentLayers?.spatialLayer ?? null);
  }

  /** The client has set it up. `tellsShown`: it calls `clientShows` when it shows this one in place of another. */
  async acknowledge(tellsShown: boolean): Promise<void> {
    this.acknowledged = true;
    this.#changed();
    if (tellsShown) this.#shownWithinMs = SHOWN_AT_MOST_MS;
    if (!this.paused && !this.#consumer.closed) await this.#open();
  }

  clientShows(): void {
    this.#cancelShown();
    if (this.#picture === 'awaited' && !this.paused) this.#shown();
  }

  async pause(): Promise<void> {
    this.paused = true;
    this.pausedAt = this.#clock.now();
    this.#changed();
    this.#cancelShown();
    await this.#consumer.pause();
  }

  /** `watched`: whether `onShown` reports the beginning. */
  async resume({ watched }: { readonly watched: boolean }): Promise<void> {
    this.paused = false;
    this.#beginning = true;
    this.#picture = watched ? 'awaited' : 'unwatched';
    this.#changed();
    if (this.acknowledged) await this.#open();
  }

  async setPreferredLayers(preferredLayers: PreferredLayers): Promise<void> {
    this.preferredLayers = preferredLayers;
    this.#changed();
    await this.#consumer.setPreferredLayers(preferredLayers);
  }

  async setPriority(priority: number): Promise<void> {
    this.priority = priority;
    this.#changed();
    await this.#consumer.setPriority(priority);
  }

  close(): void {
    this.#consumer.close();
  }

  async #open(): Promise<void> {
    const isWatched = this.#picture === 'awaited';
    // Sound begins with its first packet: its sender may still be on the way to this node.
    const first = this.#consumer.kind === 'audio' ? 'rtp' : 'keyframe';
    await Promise.all([...(isWatched ? [this.#consumer.enableTraceEvent([first])] : []), this.#consumer.resume()]);
  }

  #beginningSent(): void {
    this.#consumer.enableTraceEvent([]).catch(() => this.#cancelShown()); // It closed meanwhile and shows nothing.
    this.#cancelShown();
    if (this.#picture !== 'awaited' || this.paused) return;
    this.#cancelShown = this.#clock.setTimer(this.#shownWithinMs, () => this.#shown());
  }

  #shown(): void {
    this.#picture = 'shown';
    this.#changed();
    this.#onShown(this);
  }

  /**
   * mediasoup begins with the lowest frame rate and looks again only when its bandwidth estimate moves, about a second
   * later. A change of the preferred layers makes it look now.
   */
  #began(layers: types.ConsumerLayers | undefined): void {
    if (!this.#beginning || !layers || !this.preferredLayers) return;
    this.#beginning = false;
    if ((layers.temporalLayer ?? 0) >= this.preferredLayers.temporalLayer) return;
    this.#cancelFullRate = this.#clock.setTimer(FULL_RATE_AFTER_MS, () => this.#lookForLayers());
  }

  #lookAgain(): void {
    if (this.#consumer.kind !== 'video') return;
    for (const cancel of this.#cancelLooks) cancel();
    this.#cancelLooks = LOOK_AGAIN_AFTER_MS.map((afterMs) =>
      this.#clock.setTimer(afterMs, () => {
        if (this.acknowledged && !this.#consumer.currentLayers) this.#lookForLayers();
      }),
    );
  }

  /** A change of the preferred layers is what makes mediasoup look. */
  #lookForLayers(): void {
    if (!this.preferredLayers || this.paused) return;
    const { spatialLayer, temporalLayer } = this.preferredLayers;
    const looked = [
      this.#consumer.setPreferredLayers({ spatialLayer, temporalLayer: temporalLayer === 0 ? 1 : temporalLayer - 1 }),
      this.#consumer.setPreferredLayers({ spatialLayer, temporalLayer }),
    ];
    // Closed in between, it needs no layer any more.
    for (const look of looked) look.catch(() => this.#cancelFullRate());
  }
}
