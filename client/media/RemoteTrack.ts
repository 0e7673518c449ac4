import type { types } from 'mediasoup-client';
import type { TrackKind, TrackSource } from '../../signaling/protocol/shapes.ts';
import { type Arrival, Carriers } from './Carriers.ts';
import type { ConsumerCarrier } from './ConsumerCarrier.ts';

export interface RemoteTrackListener {
  /** An element now shows the track, or no longer does. */
  attached(track: RemoteTrack, element: HTMLMediaElement): void;
  detached(track: RemoteTrack, element: HTMLMediaElement): void;
  /** New media has taken the old one's place. */
  swapped(track: RemoteTrack): void;
  /** The browser wants a click before it plays sound. */
  playbackBlocked(element: HTMLMediaElement): void;
}

/**
 * What this client receives of one published track, through one of the consumers that carry it. `mediaStream` stays the
 * same for the life of the publication: after a recovery, and when another consumer takes over, its track replaces the
 * old one in it, so that elements hold the last frame and then go on.
 */
export class RemoteTrack {
  readonly trackId: string;
  readonly publisherId: string;
  readonly source: TrackSource;
  readonly kind: TrackKind;
  readonly mediaStream = new MediaStream();
  readonly #listener: RemoteTrackListener;
  readonly #elements = new Set<HTMLMediaElement>();
  /** Muted here, since the volume is 0; not those that the application muted. */
  readonly #mutedHere = new Set<HTMLMediaElement>();
  readonly #carriers = new Carriers<ConsumerCarrier>(() => this.#show(this.consumer));
  /** The same sound from the place where this client stands by. */
  #standby: types.Consumer | undefined;
  #playsStandby = false;
  #volume = 1;

  constructor(
    publication: { trackId: string; publisherId: string; source: TrackSource; kind: TrackKind },
    listener: RemoteTrackListener,
  ) {
    this.trackId = publication.trackId;
    this.publisherId = publication.publisherId;
    this.source = publication.source;
    this.kind = publication.kind;
    this.#listener = listener;
  }

  /** The track that is shown now; it changes with each recovery. */
  get mediaStreamTrack(): MediaStreamTrack | undefined {
    return this.consumer?.track;
  }

  get consumer(): types.Consumer | undefined {
    return this.#playsStandby ? this.#standby : this.#carriers.shown?.consumer;
  }

  /** The two places from which its sound comes; undefined if it comes from one. */
  get second():
    | { readonly played: types.Consumer | undefined; readonly other: types.Consumer | undefined }
    | undefined {
    const [first, standby] = [this.#carriers.shown?.consumer, this.#standby];
    if (standby === undefined) return undefined;
    return this.#playsStandby ? { played: standby, other: first } : { played: first, other: standby };
  }

  /** True if the server does not send it: out of sight, not among the loudest, or muted. */
  get paused(): boolean {
    return this.#carriers.paused;
  }

  /** True while the session's own server keeps it back: it is not to be heard through the other place either [M2]. */
  get silenced(): boolean {
    return this.#carriers.silenced;
  }

  get playsStandby(): boolean {
    return this.#playsStandby;
  }

  get attachedElements(): readonly HTMLMediaElement[] {
    return [...this.#elements];
  }

  /**
   * From 0 to 1: how loud this client plays it. At 0 its elements are muted. Browsers on iPhones and iPads know nothing
   * between silent and loud: they leave that to the person's buttons, and play anything above 0 at full volume.
   */
  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = Math.min(1, Math.max(0, volume));
    for (const element of this.#elements) this.#applyVolume(element);
  }

  attach<E extends HTMLMediaElement>(element: E): E {
    if (this.#elements.has(element)) return element;
    this.#elements.add(element);
    element.autoplay = true;
    if ('playsInline' in element) element.playsInline = true;
    element.srcObject = this.mediaStream;
    this.#applyVolume(element);
    this.#play(element);
    this.#listener.attached(this, element);
    return element;
  }

  detach(element: HTMLMediaElement): void {
    if (!this.#elements.delete(element)) return;
    if (element.srcObject === this.mediaStream) element.srcObject = null;
    if (this.#mutedHere.delete(element)) element.muted = false;
    this.#listener.detached(this, element);
  }

  detachAll(): void {
    for (const element of [...this.#elements]) this.detach(element);
  }

  /** Takes over consumers of this track that are in place now; those of `former` serve until these flow. */
  carry(session: object, arrivals: readonly Arrival<ConsumerCarrier>[], former?: object): void {
    if (arrivals.some(({ carrier }) => carrier.consumer === this.#standby)) this.#endStandby();
    this.#carriers.add(session, arrivals, former);
  }

  /** See `Carriers.flowsFrom`. */
  flowsFrom(former: object): boolean {
    return this.#carriers.flowsFrom(former);
  }

  /** A former session is over. */
  endSession(session: object): void {
    this.#carriers.endSession(session);
  }

  /** Its sound comes from this consumer too, and is not heard. Undefined: no longer. */
  standBy(consumer: types.Consumer | undefined): void {
    if (consumer === this.#standby) return;
    const plays = this.#playsStandby;
    this.#endStandby();
    this.#standby = consumer;
    if (consumer !== undefined) consumer.track.enabled = false;
    if (plays) this.#show(this.consumer);
  }

  standsByWith(consumer: types.Consumer): boolean {
    return this.#standby === consumer;
  }

  /** Plays the sound of the other place. */
  changeOver(): void {
    if (this.#standby === undefined) return;
    this.#playsStandby = !this.#playsStandby;
    this.#show(this.consumer);
  }

  isCarriedBy(session: object): boolean {
    return this.#carriers.isOf(session);
  }

  /** Applies the changes to this track's consumers; skips those of other tracks. */
  consumersPaused(changes: readonly { readonly consumerId: string; readonly paused: boolean }[]): void {
    const own = changes.filter(({ consumerId }) => this.#carriers.has(consumerId));
    if (own.length > 0) this.#carriers.setPaused(own);
  }

  consumersClosed(consumerIds: readonly string[]): void {
    const own = consumerIds.filter((id) => this.#carriers.has(id));
    if (own.length > 0) this.#carriers.closed(own);
  }

  close(): void {
    this.detachAll();
    this.#carriers.close();
    for (const track of this.mediaStream.getTracks()) this.mediaStream.removeTrack(track);
  }

  #endStandby(): void {
    this.#standby = undefined;
    this.#playsStandby = false;
  }

  #show(consumer: types.Consumer | undefined): void {
    if (consumer === undefined) return;
    const other = this.second?.other;
    if (other !== undefined) other.track.enabled = false;
    consumer.track.enabled = true;
    const before = this.mediaStream.getTracks();
    if (before.includes(consumer.track)) return;
    for (const track of before) this.mediaStream.removeTrack(track);
    this.mediaStream.addTrack(consumer.track);
    for (const element of this.#elements) this.#play(element);
    if (before.length > 0) this.#listener.swapped(this);
  }

  #applyVolume(element: HTMLMediaElement): void {
    element.volume = this.#volume;
    if (this.#volume === 0 && !element.muted) {
      element.muted = true;
      this.#mutedHere.add(element);
    } else if (this.#volume > 0 && this.#mutedHere.delete(element)) {
      element.muted = false;
      // Browsers may let only what is silent play, or have played, without a click.
      this.#play(element);
    }
  }

  #play(element: HTMLMediaElement): void {
    if (!element.paused) return;
    element.play().catch((error: unknown) => {
      // AbortError: another swap or detach came first, and it plays or stops by itself.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#listener.playbackBlocked(element);
    });
  }
}
