import type { Device, types } from 'mediasoup-client';
import type { ConsumerOffer, NotificationBody } from '../../signaling/protocol/notifications.ts';
import type { EntryAnswer } from '../../signaling/protocol/requests.ts';
import type { ExpectedMedia } from '../../signaling/protocol/shapes.ts';
import type { Link } from '../connection/Link.ts';
import { messageOf } from '../errors.ts';
import { ArrivingConsumers } from './ArrivingConsumers.ts';
import type { Arrival } from './Carriers.ts';
import { ConsumerCarrier } from './ConsumerCarrier.ts';
import { FormerSession } from './FormerSession.ts';
import type { LocalTrack } from './LocalTrack.ts';
import { loadDevice } from './loadDevice.ts';
import type { MediaEngineOwner } from './MediaEngineOwner.ts';
import { MediaPathWatch } from './MediaPathWatch.ts';
import { MediaSession } from './MediaSession.ts';
import { RemoteTrack } from './RemoteTrack.ts';
import { RetiredSessions } from './RetiredSessions.ts';
import { HotStandby, type Standby, type StandingConsumer } from './standby/HotStandby.ts';
import { toRtcIceServers } from './toRtcIceServers.ts';

const STEADY_AFTER_MS = 10_000;
const MAX_REOPEN_DELAY_MS = 5_000;

/** All media of this client: the device, the transports of the current session, and the tracks that outlive them. */
export class MediaEngine {
  /** The second place, in rooms that want one. */
  readonly standby: HotStandby;
  iceServers: readonly RTCIceServer[] = [];
  readonly #owner: MediaEngineOwner;
  readonly #handlerName: types.BuiltinHandlerName | undefined;
  readonly #localTracks = new Map<string, LocalTrack>();
  readonly #remoteTracks = new Map<string, RemoteTrack>();
  readonly #retired = new RetiredSessions();
  readonly #arriving = new ArrivingConsumers();
  /** The parameters that the server expects on the next transports, by track id. */
  readonly #expected = new Map<string, types.RtpParameters>();
  readonly #path: MediaPathWatch;
  #device: Device | undefined;
  #routerCapabilities = '';
  #link: Link | undefined;
  #session: MediaSession | undefined;
  #former: FormerSession | undefined;
  #opening: Promise<void> = Promise.resolve();
  #reopenTimer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #openedAt = 0;

  constructor(owner: MediaEngineOwner, handlerName: types.BuiltinHandlerName | undefined) {
    this.#owner = owner;
    this.#path = new MediaPathWatch((blocked) => owner.blocked(blocked));
    this.#handlerName = handlerName;
    this.standby = new HotStandby({
      device: () => this.#device,
      resumeToken: () => owner.resumeToken(),
      view: () => owner.view(),
      published: () => this.#toProduce(),
      isMuted: (track) => owner.isMuted(track),
      remoteTrack: (trackId) => this.#remoteTracks.get(trackId),
      received: () => [...this.#remoteTracks.values()].flatMap((track) => (track.consumer ? track.trackId : [])),
      failed: (session, reason) => {
        if (session === this.#session) this.reopen(reason);
      },
      stateChanged: (state) => owner.standbyChanged(state),
    });
  }

  /** Sent with a request for entry, so that the answer brings transports; undefined before the first session. */
  get rtpCapabilities(): types.RtpCapabilities | undefined {
    return this.#device?.recvRtpCapabilities;
  }

  /**
   * Returns the media that will be sent again on the transports requested now: the server opens it without waiting for
   * negotiation.
   */
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

  /** Moves media over to a new session and its link; what there is goes on meanwhile if `former` is its link. */
  open(link: Link, session: EntryAnswer, former?: Link): void {
    this.#link = link;
    this.iceServers = toRtcIceServers(session.iceServers);
    clearTimeout(this.#reopenTimer);
    if (former === undefined) this.#retire();
    else this.#keep(former);
    const standby = session.promoted ? this.standby.take(link) : undefined;
    this.standby.entered(link);
    if (standby !== undefined) {
      this.#adopt(standby);
      return;
    }
    const capabilities = JSON.stringify(session.rtpCapabilities);
    if (this.#device !== undefined && capabilities === this.#routerCapabilities && session.transports !== null) {
      this.#start(this.#device, link, session.transports);
      return;
    }
    this.#opening = this.#load(session, capabilities).then(
      () => this.#requestMedia(link),
      // Without media the person can still be in the room, read and write.
      (error: unknown) => this.#owner.trouble(messageOf(error)),
    );
  }

  /** Called when the link is gone; what is on the screen stays. */
  lost(): void {
    this.#link = undefined;
    this.#path.stop();
    clearTimeout(this.#reopenTimer);
    this.#retire();
  }

  /**
   * Called when the server says that the transports died with their worker: this client is not at fault, so it gets new
   * ones at once, if they have not come with the news.
   */
  mediaLost(renewed: NotificationBody<'mediaLost'>['renewed']): void {
    const [device, link] = [this.#device, this.#link];
    if (link === undefined) return;
    if (renewed === undefined || device === undefined) {
      this.#reopenAfter(0, 'mediaLost', link);
      return;
    }
    this.#retireFor('mediaLost');
    this.iceServers = toRtcIceServers(renewed.iceServers);
    this.#expected.clear();
    for (const { trackId, rtpParameters } of renewed.expected) {
      // This client's own, as it sent them before.
      this.#expected.set(trackId, rtpParameters as unknown as types.RtpParameters);
    }
    this.#opening = Promise.resolve();
    this.#start(device, link, renewed.transports);
  }

  /**
   * Reopens media when the transports do not work but the link does: at once the first time, then with growing delays.
   */
  reopen(reason: string): void {
    if (this.#link === undefined) return;
    if (performance.now() - this.#openedAt > STEADY_AFTER_MS) this.#failures = 0;
    const delayMs = this.#failures === 0 ? 0 : Math.min(MAX_REOPEN_DELAY_MS, 250 * 2 ** this.#failures);
    this.#failures += 1;
    this.#reopenAfter(delayMs, reason, this.#link);
  }

  /** Called once its publication is in the record. */
  addLocal(track: LocalTrack): void {
    this.#localTracks.set(track.trackId, track);
    if (this.#session !== undefined && track.producer === undefined) this.#produce(this.#session, track);
    this.standby.published(track);
  }

  removeLocal(trackId: string): void {
    this.#localTracks.delete(trackId);
  }

  removeRemote(trackId: string): void {
    this.#remoteTracks.get(trackId)?.close();
    this.#remoteTracks.delete(trackId);
  }

  /** Resolves when all of them are in place, except those that cannot be opened. */
  async consumersOpened(link: Link, offers: readonly ConsumerOffer[]): Promise<void> {
    this.#arriving.add(offers);
    try {
      await this.#opening;
      const session = this.#session;
      if (session === undefined || link !== this.#link) return;
      // One negotiation covers all of them, so none waits for another here.
      const consume = async (offer: ConsumerOffer) => ({ offer, consumer: await this.#consume(session, offer) });
      this.#consumed(session, await Promise.all(offers.map(consume)));
    } finally {
      this.#arriving.remove(offers);
    }
  }

  /** The last consumer of a track that is still published holds its last frame until another takes its place. */
  consumersClosed(consumerIds: readonly string[]): void {
    this.#arriving.closed(consumerIds);
    for (const track of this.#remoteTracks.values()) track.consumersClosed(consumerIds);
  }

  consumersPaused(changes: readonly { readonly consumerId: string; readonly paused: boolean }[]): void {
    this.#arriving.paused(changes);
    for (const track of this.#remoteTracks.values()) track.consumersPaused(changes);
  }

  layersWanted(trackId: string, maxSpatialLayer: number): void {
    this.#localTracks.get(trackId)?.want(maxSpatialLayer);
  }

  /** Returns the bytes received so far; null while no media is expected. */
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
    this.#path.stop();
    clearTimeout(this.#reopenTimer);
    this.#former?.close();
    this.standby.close();
    this.#session?.close();
    this.#session = undefined;
    this.#retired.close();
    for (const track of this.#remoteTracks.values()) track.close();
    this.#remoteTracks.clear();
    for (const track of this.#localTracks.values()) track.unproduced();
  }

  #reopenAfter(delayMs: number, reason: string, link: Link): void {
    if (link.closed) return;
    this.#retireFor(reason);
    // No timer where none is needed: in a background page a timer may take a second.
    const due = new Promise<void>((resolve) => {
      if (delayMs === 0) resolve();
      else this.#reopenTimer = setTimeout(resolve, delayMs);
    });
    this.#opening = due.then(() => this.#requestMedia(link));
  }

  #retireFor(reason: string): void {
    this.#owner.trouble(reason);
    this.#retire();
    clearTimeout(this.#reopenTimer);
  }

  async #load(session: EntryAnswer, capabilities: string): Promise<void> {
    if (this.#device !== undefined && capabilities === this.#routerCapabilities) return;
    this.#device = await loadDevice(this.#handlerName, session.rtpCapabilities);
    this.#routerCapabilities = capabilities;
  }

  async #requestMedia(link: Link): Promise<void> {
    const device = this.#device;
    if (link !== this.#link || device === undefined) return;
    const view = this.#owner.view();
    const rtpCapabilities = { ...device.recvRtpCapabilities };
    const request = { rtpCapabilities, ...(view && { view }), expected: this.expected(), renews: true };
    try {
      const { transports, iceServers } = await link.request('openMedia', request);
      if (link !== this.#link) return;
      if (iceServers) this.iceServers = toRtcIceServers(iceServers);
      this.#start(device, link, transports);
    } catch (error) {
      this.reopen(`openMedia: ${messageOf(error)}`);
    }
  }

  #start(device: Device, link: Link, transports: NonNullable<EntryAnswer['transports']>): void {
    // Transports that came unasked may cross those that were asked for: the last ones count.
    this.#retire();
    this.#openedAt = performance.now();
    this.#path.trying(transports.recv.iceCandidates, this.iceServers);
    const session = new MediaSession({
      device,
      link,
      transports,
      producing: new Map([...this.#expected].filter(([trackId]) => transports.producing.includes(trackId))),
      iceServers: [...this.iceServers],
      through: this.#owner.through,
      relieved: () => this.#former !== undefined,
      connected: () => {
        this.#path.connected();
        if (session === this.#session) this.#owner.connected(session.process);
      },
      failed: (reason) => {
        if (session === this.#session) this.reopen(reason);
      },
    });
    this.#session = session;
    for (const track of this.#toProduce()) this.#produce(session, track);
  }

  /** What stood by is the session now: nothing has to be negotiated. */
  #adopt(standby: Standby): void {
    this.#opening = Promise.resolve();
    this.#openedAt = performance.now();
    this.#session = standby.session;
    this.#owner.connected(standby.session.process);
    for (const track of this.#toProduce()) if (!track.promoted()) this.#produce(standby.session, track);
    this.#takeOver(standby);
  }

  #takeOver({ session, consumers }: Standby): void {
    this.#arriving.add(consumers.map(({ offer: { consumerId }, paused }) => ({ consumerId, paused })));
    const place = (held: readonly StandingConsumer[]): void => {
      this.#consumed(session, held);
      this.#arriving.remove(held.map(({ offer }) => offer));
    };
    place(consumers.filter(({ consumer }) => consumer !== undefined));
    for (const held of consumers) if (held.consumer === undefined) void held.opening.then(() => place([held]));
  }

  /** Returns the tracks in the order in which they are negotiated: pictures first, which take longest to come back. */
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
      this.reopen(`produce: ${messageOf(error)}`);
    });
  }

  async #consume(session: MediaSession, offer: ConsumerOffer): Promise<types.Consumer | undefined> {
    try {
      return await session.consume(offer);
    } catch (error) {
      if (!session.closed) this.#owner.trouble(`consume: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** All consumers of a track are handed over together, since one of them may be there only for later. */
  #consumed(session: MediaSession, opened: readonly Pick<StandingConsumer, 'offer' | 'consumer'>[]): void {
    const arrived = new Map<string, { offer: ConsumerOffer; arrivals: readonly Arrival<ConsumerCarrier>[] }>();
    for (const { offer, consumer } of opened) {
      const arriving = this.#arriving.get(offer.consumerId);
      if (consumer === undefined) continue;
      if (session !== this.#session || arriving === undefined || arriving.closed) {
        if (!session.closed) consumer.close();
        continue;
      }
      const arrival = { carrier: new ConsumerCarrier(consumer, session), paused: arriving.paused };
      const others = arrived.get(offer.trackId)?.arrivals ?? [];
      arrived.set(offer.trackId, { offer, arrivals: [...others, arrival] });
    }
    for (const { offer, arrivals } of arrived.values()) {
      const known = this.#remoteTracks.get(offer.trackId);
      const track = known ?? new RemoteTrack(offer, this.#owner);
      this.#remoteTracks.set(offer.trackId, track);
      track.carry(session, arrivals, this.#former?.session);
      if (known === undefined) this.#owner.subscribed(track);
      this.standby.subscribed(track);
    }
    if (this.#session !== undefined) this.#retired.closeUnused(this.#remoteTracks);
  }

  /** Takes the session out of the way of the next one, and lets it serve until that one does. */
  #keep(link: Link): void {
    this.#former?.close();
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) {
      link.close();
      return;
    }
    for (const track of this.#localTracks.values()) track.movesOn();
    this.#former = new FormerSession({
      session,
      link,
      isNeeded: () =>
        this.#session === undefined ||
        this.#toProduce().some(({ producer }) => producer === undefined) ||
        [...this.#remoteTracks.values()].some((track) => track.flowsFrom(session) && this.#owner.isLive(track)),
      ended: () => {
        this.#former = undefined;
        for (const track of this.#localTracks.values()) track.formerEnded();
        for (const track of this.#remoteTracks.values()) track.endSession(session);
      },
    });
  }

  #retire(): void {
    const session = this.#session;
    this.#session = undefined;
    for (const track of this.#localTracks.values()) track.unproduced();
    if (session === undefined) return;
    this.#retired.add(session);
  }
}
