import type { types } from 'mediasoup-client';
import type { TrackKind, TrackSource } from '../../signaling/protocol/shapes.ts';

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
 * What this client receives of one published track. `mediaStream` stays the same for as long as the publication lives; after a
 * recovery the new track takes the old one's place in it, so that elements hold the last frame and then go on.
 */
export class RemoteTrack {
  readonly trackId: string;
  readonly publisherId: string;
  readonly source: TrackSource;
  readonly kind: TrackKind;
  readonly mediaStream = new MediaStream();
  readonly #listener: RemoteTrackListener;
  readonly #elements = new Set<HTMLMediaElement>();
  #consumer: types.Consumer | undefined;
  #paused = false;

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

  /** The track that flows now; another one after each recovery. */
  get mediaStreamTrack(): MediaStreamTrack | undefined {
    return this.#consumer?.track;
  }

  get consumer(): types.Consumer | undefined {
    return this.#consumer;
  }

  /** Not sent by the server: out of sight, beyond the loudest, or muted. */
  get paused(): boolean {
    return this.#paused;
  }

  get attachedElements(): readonly HTMLMediaElement[] {
    return [...this.#elements];
  }

  attach<E extends HTMLMediaElement>(element: E): E {
    if (this.#elements.has(element)) return element;
    this.#elements.add(element);
    element.autoplay = true;
    if ('playsInline' in element) element.playsInline = true;
    element.srcObject = this.mediaStream;
    this.#play(element);
    this.#listener.attached(this, element);
    return element;
  }

  detach(element: HTMLMediaElement): void {
    if (!this.#elements.delete(element)) return;
    if (element.srcObject === this.mediaStream) element.srcObject = null;
    this.#listener.detached(this, element);
  }

  detachAll(): void {
    for (const element of [...this.#elements]) this.detach(element);
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
  }

  /** Puts the consumer's track in place of the one before, whose consumer is closed afterwards. */
  swapIn(consumer: types.Consumer): void {
    const old = this.#consumer;
    if (old === consumer) return;
    this.#consumer = consumer;
    for (const track of this.mediaStream.getTracks()) this.mediaStream.removeTrack(track);
    this.mediaStream.addTrack(consumer.track);
    old?.close();
    for (const element of this.#elements) this.#play(element);
    if (old !== undefined) this.#listener.swapped(this);
  }

  close(): void {
    this.detachAll();
    this.#consumer?.close();
    this.#consumer = undefined;
    for (const track of this.mediaStream.getTracks()) this.mediaStream.removeTrack(track);
  }

  #play(element: HTMLMediaElement): void {
    if (!element.paused) return;
    element.play().catch((error: unknown) => {
      // AbortError: another swap or detach came first, and it plays or stops by itself.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#listener.playbackBlocked(element);
    });
  }
}
