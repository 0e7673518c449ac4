import type { Device, types } from 'mediasoup-client';
import type { ConsumerOffer } from '../../../signaling/protocol/notifications.ts';
import type { View } from '../../../signaling/protocol/shapes.ts';
import { Link, type Notification } from '../../connection/Link.ts';
import { ATTEMPT_TIMEOUT_MS, SOCKET_PATH } from '../../connection/redial.ts';
import type { LocalTrack } from '../LocalTrack.ts';
import { MediaSession } from '../MediaSession.ts';
import type { RemoteTrack } from '../RemoteTrack.ts';
import { toRtcIceServers } from '../toRtcIceServers.ts';
import { SoundWatch } from './SoundWatch.ts';

/**
 * How a client's second place stands. `off`: the room wants none. `forbidden`: it does, and the operator forbids it.
 * `nowhere`: there is no second place now. `opening`: it is not ready yet, or was lost. `ready`: it can take over.
 */
export type HotStandbyState = 'off' | 'forbidden' | 'nowhere' | 'opening' | 'ready';

/** A consumer that stands by, or is about to. */
export interface StandingConsumer {
  readonly offer: ConsumerOffer;
  readonly paused: boolean;
  /** Undefined while it is negotiated. */
  readonly consumer: types.Consumer | undefined;
  /** Resolves with it, or with undefined if there will be none. */
  readonly opening: Promise<types.Consumer | undefined>;
}

/** Everything that stood by, for the session that takes it over. */
export interface Standby {
  readonly session: MediaSession;
  readonly consumers: readonly StandingConsumer[];
}

export interface HotStandbyOwner {
  /** Undefined before the first session. */
  device(): Device | undefined;
  resumeToken(): string | undefined;
  view(): View | undefined;
  /** The tracks that this client publishes, in the order in which they are negotiated. */
  published(): readonly LocalTrack[];
  remoteTrack(trackId: string): RemoteTrack | undefined;
  /** Whether the room's record says so. */
  isMuted(track: Pick<RemoteTrack, 'publisherId' | 'trackId'>): boolean;
  /** The ids of the tracks that come from the session's place. */
  received(): readonly string[];
  /** The transports of a session that was taken over do not work. */
  failed(session: MediaSession, reason: string): void;
  stateChanged(state: HotStandbyState): void;
}

/** Nobody waits for a standby: the clients of a node that died spread theirs over this time. */
const FIRST_WITHIN_MS = 2_000;
const RETRY_AFTER_MS = 1_000;
const MAX_RETRY_AFTER_MS = 30_000;

interface Held extends StandingConsumer {
  consumer: types.Consumer | undefined;
  paused: boolean;
}

/** One connected place where this client stands by. */
interface Place {
  readonly link: Link;
  session: MediaSession | undefined;
  /** Consumers may be offered before the answer that brings their transports. */
  opening: Promise<void>;
  readonly held: Map<string, Held>;
  taken: boolean;
}

/**
 * A second place, ready to take over: a link to another node and transports there. The microphone goes to both places,
 * the camera is ready and sends nothing, and each sound comes from both and is played from one.
 */
export class HotStandby {
  readonly #owner: HotStandbyOwner;
  readonly #sounds: SoundWatch;
  #places: readonly string[] = [];
  #wish: 'off' | 'forbidden' | 'on' = 'off';
  #told: HotStandbyState = 'off';
  #place: Place | undefined;
  #opening: AbortController | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(owner: HotStandbyOwner) {
    this.#owner = owner;
    this.#sounds = new SoundWatch((track) => owner.isMuted(track));
  }

  get link(): Link | undefined {
    const place = this.#place;
    return place?.session !== undefined && !place.link.closed ? place.link : undefined;
  }

  /** True if everything that is received now could come from the second place. */
  get isReady(): boolean {
    const place = this.#place;
    if (this.link === undefined || place === undefined) return false;
    const received = new Set(
      [...place.held.values()].flatMap(({ consumer, offer }) => (consumer ? offer.trackId : [])),
    );
    return this.#owner.received().every((trackId) => received.has(trackId)) && place.session?.connected === true;
  }

  get state(): HotStandbyState {
    if (this.#wish !== 'on') return this.#wish;
    if (this.isReady) return 'ready';
    return this.#places.length === 0 ? 'nowhere' : 'opening';
  }

  /** The server's word on where this client may stand by, and on what the room wants. Older servers say only where. */
  setPlaces(urls: readonly string[], wish: 'off' | 'forbidden' | 'on' = urls.length > 0 ? 'on' : 'off'): void {
    this.#places = urls;
    this.#wish = wish;
    const url = this.#place?.link.url;
    if (url !== undefined && !urls.includes(url)) this.#end();
    if (urls.length === 0) this.close();
    else if (this.#place === undefined) this.#openLater(Math.random() * FIRST_WITHIN_MS);
    this.#tell();
  }

  /**
   * Returns the link on which the next session can take over what stands by; undefined if nothing does. Pictures leave
   * for there at once: the place of the session is lost, and `take` will follow. The link is somebody else's from now
   * on: if that one gives it up, because the session goes on where it was, what stands by is lost.
   */
  wake(): Link | undefined {
    const { link } = this;
    if (link === undefined || this.#place === undefined) return undefined;
    for (const track of this.#owner.published()) track.wakeStandby();
    return link;
  }

  /**
   * The session is on this link: what stands by at the same place, or was lost with another attempt, is of no use.
   */
  entered(link: Link): void {
    const place = this.#place;
    if (place?.link === link) {
      // It could not be taken over; the link itself serves.
      this.#place = undefined;
      this.#closeMedia(place);
      this.#tell();
      this.#retry();
    } else if (place !== undefined && (place.link.closed || place.link.url === link.url)) this.#lost(place);
    else if (place === undefined && this.#places.length > 0) this.#openLater(Math.random() * FIRST_WITHIN_MS);
  }

  /** Gives what stands by on this link to its session; undefined if that is something else. */
  take(link: Link): Standby | undefined {
    const place = this.#place;
    if (place?.link !== link || place.session === undefined) return undefined;
    place.taken = true;
    this.#place = undefined;
    this.#sounds.stop();
    this.#tell();
    return { session: place.session, consumers: [...place.held.values()] };
  }

  /** This track is published now. */
  published(track: LocalTrack): void {
    if (this.#place?.session !== undefined) this.#prepare(this.#place.session, track);
  }

  /** The track plays what its session brings; where it stands by too, that goes on beside. */
  subscribed(track: RemoteTrack): void {
    const held = [...(this.#place?.held.values() ?? [])];
    const newest = held.findLast(({ offer, consumer }) => offer.trackId === track.trackId && consumer !== undefined);
    if (newest?.consumer !== undefined) this.#listen(track, newest.consumer);
  }

  close(): void {
    this.#places = [];
    clearTimeout(this.#retryTimer);
    this.#opening?.abort();
    this.#end();
  }

  #openLater(afterMs: number): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => void this.#open(), afterMs);
  }

  async #open(): Promise<void> {
    const token = this.#owner.resumeToken();
    const url = this.#places[this.#failures % this.#places.length];
    if (url === undefined || this.#place !== undefined || this.#opening !== undefined) return;
    const opening = new AbortController();
    this.#opening = opening;
    try {
      if (token === undefined) throw new Error('there is no session yet');
      const transports: ('websocket' | 'polling')[] = ['websocket', 'polling'];
      const how = { transports, standby: true, follows: false, left: undefined };
      const options = { url, token, ...how, timeoutMs: ATTEMPT_TIMEOUT_MS, path: SOCKET_PATH };
      const link = await Link.open(options, opening.signal);
      const place: Place = { link, session: undefined, opening: Promise.resolve(), held: new Map(), taken: false };
      this.#place = place;
      link.listen({
        notified: (notification) => this.#notified(place, notification),
        // A message of a newer server: nothing that concerns media here.
        invalid: () => undefined,
        closed: () => undefined,
      });
      void link.ended.then(() => this.#lost(place));
      place.opening = this.#requestMedia(place);
      await place.opening;
      this.#failures = 0;
    } catch {
      // Most likely the node is not there now, or wants nobody: the next try may go to another.
      if (this.#place !== undefined) this.#end();
      this.#retry();
    } finally {
      this.#opening = undefined;
    }
  }

  #retry(): void {
    if (this.#places.length === 0) return;
    this.#failures += 1;
    this.#openLater(Math.min(MAX_RETRY_AFTER_MS, RETRY_AFTER_MS * 2 ** Math.min(this.#failures - 1, 10)));
  }

  async #requestMedia(place: Place): Promise<void> {
    const device = this.#owner.device();
    if (device === undefined) throw new Error('there is no device yet');
    const view = this.#owner.view();
    const rtpCapabilities = { ...device.recvRtpCapabilities };
    const { transports, iceServers } = await place.link.request('standBy', { rtpCapabilities, ...(view && { view }) });
    if (this.#place !== place) return;
    const session = new MediaSession({
      device,
      link: place.link,
      transports,
      producing: new Map(),
      iceServers: toRtcIceServers(iceServers ?? []),
      relieved: () => false,
      connected: () => this.#tell(),
      failed: (reason) => {
        if (place.taken) this.#owner.failed(session, reason);
        else if (place.session === session) this.#lost(place);
      },
    });
    place.session = session;
    for (const track of this.#owner.published()) this.#prepare(session, track);
  }

  #prepare(session: MediaSession, track: LocalTrack): void {
    session.prepare(track).catch((error: unknown) => {
      if (session.closed) return;
      const place = this.#place;
      if (place?.session === session) this.#lost(place);
      else this.#owner.failed(session, String(error));
    });
  }

  #notified(place: Place, notification: Notification): void {
    const { name, body } = notification;
    switch (name) {
      case 'consumersOpened':
        this.#consumersOpened(place, body.consumers).then(
          () => notification.acknowledge?.(),
          () => this.#lost(place),
        );
        return;
      case 'consumersPaused':
        for (const { consumerId, paused } of body.changes) {
          const held = place.held.get(consumerId);
          if (held !== undefined) held.paused = paused;
        }
        return;
      case 'consumersClosed':
        for (const id of body.consumerIds) this.#drop(place, id);
        return;
      case 'mediaLost':
        this.#closeMedia(place);
        place.opening = this.#requestMedia(place);
        place.opening.catch(() => this.#lost(place));
        return;
      case 'sessionEnded':
        this.#lost(place);
        return;
      default:
    }
  }

  async #consumersOpened(place: Place, offers: readonly ConsumerOffer[]): Promise<void> {
    const opened = offers.map((offer) => {
      const opening = place.opening.then(() => this.#consume(place, offer));
      place.held.set(offer.consumerId, { offer, paused: offer.paused, consumer: undefined, opening });
      return opening;
    });
    await Promise.all(opened);
  }

  async #consume(place: Place, offer: ConsumerOffer): Promise<types.Consumer | undefined> {
    const consumer = await place.session?.consume(offer).catch(() => undefined);
    const held = place.held.get(offer.consumerId);
    if (consumer === undefined || held === undefined) {
      consumer?.close();
      return undefined;
    }
    held.consumer = consumer;
    if (place.taken) return consumer;
    const track = this.#owner.remoteTrack(offer.trackId);
    if (track !== undefined) this.#listen(track, consumer);
    this.#tell();
    return consumer;
  }

  /** The sound of the second place. */
  #listen(track: RemoteTrack, consumer: types.Consumer): void {
    if (consumer.kind !== 'audio') return;
    track.standBy(consumer);
    this.#sounds.watch(track);
  }

  #drop(place: Place, consumerId: string): void {
    const held = place.held.get(consumerId);
    place.held.delete(consumerId);
    if (held?.consumer === undefined) return;
    const track = this.#owner.remoteTrack(held.offer.trackId);
    if (track?.standsByWith(held.consumer)) track.standBy(undefined);
    held.consumer.close();
  }

  #lost(place: Place): void {
    if (this.#place !== place) return;
    this.#end();
    this.#retry();
  }

  #end(): void {
    const place = this.#place;
    this.#place = undefined;
    if (place === undefined) return;
    this.#closeMedia(place);
    place.link.close();
    this.#tell();
  }

  #tell(): void {
    const { state } = this;
    if (state === this.#told) return;
    this.#told = state;
    this.#owner.stateChanged(state);
  }

  #closeMedia(place: Place): void {
    this.#sounds.stop();
    for (const id of [...place.held.keys()]) this.#drop(place, id);
    for (const track of this.#owner.published()) track.standbyEnded();
    place.session?.close();
    place.session = undefined;
  }
}
