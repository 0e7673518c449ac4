import { Device, type types } from 'mediasoup-client';
import type { ConsumerOffer } from '../../signaling/protocol/notifications.ts';
import type { EntryAnswer } from '../../signaling/protocol/requests.ts';
import type { ExpectedMedia, View } from '../../signaling/protocol/shapes.ts';
import type { Link } from '../connection/Link.ts';
import { ConnectError } from '../errors.ts';
import type { Arrival } from './Carriers.ts';
import { ConsumerCarrier } from './ConsumerCarrier.ts';
import type { LocalTrack } from './LocalTrack.ts';
import { MediaSession } from './MediaSession.ts';
import { RemoteTrack, type RemoteTrackListener } from './RemoteTrack.ts';

export interface MediaEngineOwner extends RemoteTrackListener {
  view(): View | undefined;
  /** Does the room's record hold this track of ours? Only then may media for it be produced. */
  isPublished(trackId: string): boolean;
  /** Is media of this track to be expected: its publisher is there and not muted? */
  isLive(track: RemoteTrack): boolean;
  /** A track can be received that could not be before. */
  subscribed(track: RemoteTrack): void;
  /** Something went wrong and is being mended. */
  trouble(reason: string): void;
}

const RETIRED_FOR_MS = 10_000;
const CLOSED_AFTER_MS = 1_000;
const STEADY_AFTER_MS = 10_000;
const MAX_REOPEN_DELAY_MS = 5_000;

/** All media of this client: the device, the transports of the current session, and the tracks that outlive them. */
export class MediaEngine {
  readonly #owner: MediaEngineOwner;
  readonly #handlerName: types.BuiltinHandlerName | undefined;
  readonly #localTracks = new Map<string, LocalTrack>();
  readonly #remoteTracks = new Map<string, RemoteTrack>();
  readonly #retired = new Set<MediaSession>();
  /** Consumers that are being put in place, and what the server has said of them meanwhile. */
  readonly #arriving = new Map<string, { paused: boolean; closed: boolean }>();
  /** What the server was told of the next transports. */
  readonly #expected = new Map<string, types.RtpParameters>();
  #device: Device | undefined;
  #routerCapabilities = '';
  #link: Link | undefined;
  #iceServers: RTCIceServer[] = [];
  #session: MediaSession | undefined;
  #opening: Promise<void> = Promise.resolve();
  #reopenTimer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #openedAt = 0;

  constructor(owner: MediaEngineOwner, handlerName: types.BuiltinHandlerName | undefined) {
    this.#owner = owner;
    this.#handlerName = handlerName;
  }

  /** What a request for entry may bring, so that the answer brings transports; undefined before the first session. */
  get rtpCapabilities(): types.RtpCapabilities | undefined {
    return this.#device?.recvRtpCapabilities;
  }

  /** What is to be sent again on the transports that are asked for now: the server need not wait until it is negotiated. */
  expected(): ExpectedMedia[] {
    this.#expected.clear();
    for (const [place, track] of this.#toProduce().entries()) {
      const rtpParameters = track.expectedAt(place);
      if (rtpParameters !== undefined) this.#expected.set(track.trackId, rtpParameters);
    }
    return [...this.#expected].map(([trackId, rtpParameters]) => ({ trackId, rtpParameters: { ...rtpParameters } }));
  }

  remoteTrack(trackId: string): RemoteTrack | undefined {
    return this.#remoteTracks.get(trackId);
  }

  /** A session on a link: media moves over to it. */
  open(link: Link, session: EntryAnswer): void {
    this.#link = link;
    this.#iceServers = session.iceServers.map((server) => ({
      urls: server.urls,
      ...(server.username !== undefined && { username: server.username }),
      ...(server.credential !== undefined && { credential: server.credential }),
    }));
    clearTimeout(this.#reopenTimer);
    this.#retire();
    const capabilities = JSON.stringify(session.rtpCapabilities);
    if (this.#device !== undefined && capabilities === this.#routerCapabilities && session.transports !== null) {
      this.#start(this.#device, link, session.transports);
      return;
    }
    this.#opening = this.#load(session, capabilities).then(
      () => this.#requestMedia(link),
      // One may still be in the room, read and write.
      (error: unknown) => this.#owner.trouble(describe(error)),
    );
  }

  /** The link is gone; what is on the screen stays. */
  lost(): void {
    this.#link = undefined;
    clearTimeout(this.#reopenTimer);
    this.#retire();
  }

  /** The server says that the transports died with their worker: no fault of ours, and new ones are to be had at once. */
  mediaLost(): void {
    if (this.#link !== undefined) this.#reopenAfter(0, 'mediaLost', this.#link);
  }

  /** The transports do not work, the link does. The first time at once, then ever more slowly. */
  reopen(reason: string): void {
    if (this.#link === undefined) return;
    if (performance.now() - this.#openedAt > STEADY_AFTER_MS) this.#failures = 0;
    const delayMs = this.#failures === 0 ? 0 : Math.min(MAX_REOPEN_DELAY_MS, 250 * 2 ** this.#failures);
    this.#failures += 1;
    this.#reopenAfter(delayMs, reason, this.#link);
  }

  /** Its publication is in the record. */
  addLocal(track: LocalTrack): void {
    this.#localTracks.set(track.trackId, track);
    if (this.#session !== undefined && track.producer === undefined) this.#produce(this.#session, track);
  }

  removeLocal(trackId: string): void {
    this.#localTracks.delete(trackId);
  }

  removeRemote(trackId: string): void {
    this.#remoteTracks.get(trackId)?.close();
    this.#remoteTracks.delete(trackId);
  }

  /** Resolves when all of them are in place, but for those that cannot be. */
  async consumersOpened(link: Link, offers: readonly ConsumerOffer[]): Promise<void> {
    for (const { consumerId, paused } of offers) this.#arriving.set(consumerId, { paused, closed: false });
    try {
      await this.#opening;
      const session = this.#session;
      if (session === undefined || link !== this.#link) return;
      // One negotiation for all of them: none waits for another here.
      const consumers = await Promise.all(offers.map((offer) => this.#consume(session, offer)));
      this.#consumed(session, offers, consumers);
    } finally {
      for (const { consumerId } of offers) this.#arriving.delete(consumerId);
    }
  }

  /** The last consumer of a track that is still published holds its last frame until another takes its place. */
  consumersClosed(consumerIds: readonly string[]): void {
    for (const id of consumerIds) {
      const arriving = this.#arriving.get(id);
      if (arriving !== undefined) arriving.closed = true;
    }
    for (const track of this.#remoteTracks.values()) track.consumersClosed(consumerIds);
  }

  consumersPaused(changes: readonly { readonly consumerId: string; readonly paused: boolean }[]): void {
    for (const { consumerId, paused } of changes) {
      const arriving = this.#arriving.get(consumerId);
      if (arriving !== undefined) arriving.paused = paused;
    }
    for (const track of this.#remoteTracks.values()) track.consumersPaused(changes);
  }

  layersWanted(trackId: string, maxSpatialLayer: number): void {
    this.#localTracks.get(trackId)?.want(maxSpatialLayer);
  }

  /** Bytes received so far; null while none are to be expected. */
  async receivedBytes(): Promise<number | null> {
    const expected = [...this.#remoteTracks.values()].some((track) => !track.paused && this.#owner.isLive(track));
    if (!expected || this.#session === undefined) return null;
    return this.#session.receivedBytes();
  }

  async getStats(): Promise<RTCStatsReport[]> {
    return (await this.#session?.getStats()) ?? [];
  }

  close(): void {
    this.#link = undefined;
    clearTimeout(this.#reopenTimer);
    this.#session?.close();
    this.#session = undefined;
    for (const session of this.#retired) session.close();
    this.#retired.clear();
    for (const track of this.#remoteTracks.values()) track.close();
    this.#remoteTracks.clear();
    for (const track of this.#localTracks.values()) track.unproduced();
  }

  #reopenAfter(delayMs: number, reason: string, link: Link): void {
    if (link.closed) return;
    this.#owner.trouble(reason);
    this.#retire();
    clearTimeout(this.#reopenTimer);
    // Without a timer where none is needed: those of a page in the background may take a second.
    const due = new Promise<void>((resolve) => {
      if (delayMs === 0) resolve();
      else this.#reopenTimer = setTimeout(resolve, delayMs);
    });
    this.#opening = due.then(() => this.#requestMedia(link));
  }

  async #load(session: EntryAnswer, capabilities: string): Promise<void> {
    if (this.#device !== undefined && capabilities === this.#routerCapabilities) return;
    let device: Device;
    try {
      device = await Device.factory(this.#handlerName === undefined ? {} : { handlerName: this.#handlerName });
    } catch (error) {
      throw new ConnectError('UNSUPPORTED_DEVICE', 'This browser cannot take part in calls.', { cause: error });
    }
    // Checked by mediasoup-client itself.
    const routerRtpCapabilities = session.rtpCapabilities as unknown as types.RtpCapabilities;
    await device.load({ routerRtpCapabilities });
    this.#device = device;
    this.#routerCapabilities = capabilities;
  }

  async #requestMedia(link: Link): Promise<void> {
    const device = this.#device;
    if (link !== this.#link || device === undefined) return;
    const view = this.#owner.view();
    const expected = this.expected();
    try {
      const rtpCapabilities = { ...device.recvRtpCapabilities };
      const { transports } = await link.request('openMedia', { rtpCapabilities, ...(view && { view }), expected });
      if (link === this.#link) this.#start(device, link, transports);
    } catch (error) {
      this.reopen(`openMedia: ${describe(error)}`);
    }
  }

  #start(device: Device, link: Link, transports: NonNullable<EntryAnswer['transports']>): void {
    this.#openedAt = performance.now();
    const session = new MediaSession({
      device,
      link,
      transports,
      producing: new Map([...this.#expected].filter(([trackId]) => transports.producing.includes(trackId))),
      iceServers: this.#iceServers,
      failed: (reason) => {
        if (session === this.#session) this.reopen(reason);
      },
    });
    this.#session = session;
    for (const track of this.#toProduce()) this.#produce(session, track);
  }

  /** In the order in which they are negotiated. Pictures take longest to come back: they go first. */
  #toProduce(): LocalTrack[] {
    return [...this.#localTracks.values()]
      .filter(
        ({ trackId, mediaStreamTrack }) => this.#owner.isPublished(trackId) && mediaStreamTrack.readyState === 'live',
      )
      .sort((a, b) => Number(a.kind === 'audio') - Number(b.kind === 'audio'));
  }

  #produce(session: MediaSession, track: LocalTrack): void {
    session.produce(track).catch((error: unknown) => {
      if (session !== this.#session || session.closed) return;
      this.reopen(`produce: ${describe(error)}`);
    });
  }

  async #consume(session: MediaSession, offer: ConsumerOffer): Promise<types.Consumer | undefined> {
    try {
      return await session.consume(offer);
    } catch (error) {
      if (!session.closed) this.#owner.trouble(`consume: ${describe(error)}`);
      return undefined;
    }
  }

  /** `consumers` stand where their offers do. All of one track's are told at once: one of them may be there only for later. */
  #consumed(
    session: MediaSession,
    offers: readonly ConsumerOffer[],
    consumers: readonly (types.Consumer | undefined)[],
  ): void {
    const arrived = new Map<string, { offer: ConsumerOffer; arrivals: readonly Arrival<ConsumerCarrier>[] }>();
    for (const [index, offer] of offers.entries()) {
      const consumer = consumers[index];
      const arriving = this.#arriving.get(offer.consumerId);
      if (consumer === undefined) continue;
      if (session !== this.#session || arriving === undefined || arriving.closed) {
        consumer.close();
        continue;
      }
      const arrival = { carrier: new ConsumerCarrier(consumer), paused: arriving.paused };
      const others = arrived.get(offer.trackId)?.arrivals ?? [];
      arrived.set(offer.trackId, { offer, arrivals: [...others, arrival] });
    }
    for (const { offer, arrivals } of arrived.values()) {
      const known = this.#remoteTracks.get(offer.trackId);
      const track = known ?? new RemoteTrack(offer, this.#owner);
      this.#remoteTracks.set(offer.trackId, track);
      track.carry(session, arrivals);
      if (known === undefined) this.#owner.subscribed(track);
    }
    this.#closeRetired();
  }

  #retire(): void {
    const session = this.#session;
    this.#session = undefined;
    for (const track of this.#localTracks.values()) track.unproduced();
    if (session === undefined) return;
    session.retire();
    this.#retired.add(session);
    setTimeout(() => {
      session.close();
      this.#retired.delete(session);
    }, RETIRED_FOR_MS);
  }

  /** Old receivers are of no use once every track has its place in the new session. First of all the new ones are to show something. */
  #closeRetired(): void {
    if (this.#retired.size === 0 || this.#session === undefined) return;
    const tracks = [...this.#remoteTracks.values()];
    for (const session of this.#retired) {
      if (tracks.some((track) => track.isCarriedBy(session))) continue;
      this.#retired.delete(session);
      setTimeout(() => session.close(), CLOSED_AFTER_MS);
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
