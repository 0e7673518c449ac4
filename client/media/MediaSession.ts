import type { types } from 'mediasoup-client';
import type { ConsumerOffer } from '../../signaling/protocol/notifications.ts';
import type { TransportOffer, TransportPair } from '../../signaling/protocol/shapes.ts';
import type { Link } from '../connection/Link.ts';
import { pause } from '../connection/pause.ts';
import { RequestRefused } from '../errors.ts';
import { codecFor, codecOptionsFor, encodingsFor } from './encodings.ts';
import { isAsExpected } from './expectedParameters.ts';
import type { LocalTrack } from './LocalTrack.ts';
import { onlyThrough, type Through } from './through.ts';
import { toRtcIceServers } from './toRtcIceServers.ts';

export interface MediaSessionOptions {
  readonly device: types.Device;
  readonly link: Link;
  readonly transports: TransportPair;
  /** The producers that the server opened in advance: the parameters it expects, by track id. */
  readonly producing: ReadonlyMap<string, types.RtpParameters>;
  readonly iceServers: RTCIceServer[];
  readonly through?: Through | undefined;
  /** Whether another session serves meanwhile, so that nothing is urgent. */
  readonly relieved: () => boolean;
  /** A transport has connected. */
  readonly connected: () => void;
  /** A transport cannot be made to work: new ones are needed. */
  readonly failed: (reason: string) => void;
}

const RECORD_MOVED_ON: ReadonlySet<string> = new Set(['TRACK_NOT_FOUND', 'STALE_SESSION', 'NOT_IN_ROOM']);
const RESTART_ICE_AFTER_MS = 1_500;
const GIVE_UP_ICE_AFTER_MS = 4_000;
/** The receiving transport warms up after this; what is offered sooner is negotiated without a warm-up. */
const WARM_UP_AFTER_MS = 20;
/** Negotiating keeps a device from everything else, such as taking and showing pictures, for some tens of ms. */
const BREATH_MS = 80;
/** From the end of a former session to the closing of its transports, which takes as long. */
const CLOSE_AFTER_MS = { send: 150, recv: 400 } as const;

/**
 * The two transports of one session on one node, and what runs through them. It ends with its node; tracks go on in the
 * next session. Steps overlap wherever they can: DTLS begins before the server has answered `connectTransport`, the
 * next track is negotiated before the server has answered `produce`, and the receiving transport connects before there
 * is anything to receive.
 */
export class MediaSession {
  readonly #options: MediaSessionOptions;
  readonly #send: types.Transport;
  readonly #recv: types.Transport;
  readonly #warmUpTimer: ReturnType<typeof setTimeout>;
  /** What the server has yet to hear. */
  readonly #nowShown = new Set<string>();
  /** What has been made of each track, or is being made. */
  readonly #made = new Map<LocalTrack, Promise<types.Producer | undefined>>();
  /** Those whose producers are the session's own, whatever they were made for. */
  readonly #serving = new Set<LocalTrack>();
  #lastTurn: Promise<void> = Promise.resolve();
  #consumeTurn: Promise<void> | undefined;
  #closed = false;

  constructor(options: MediaSessionOptions) {
    this.#options = options;
    const { device, transports, iceServers } = options;
    const optionsOf = (offer: TransportOffer) =>
      onlyThrough({ ...toTransportOptions(offer), iceServers }, options.through);
    this.#send = device.createSendTransport(optionsOf(transports.send));
    this.#recv = device.createRecvTransport(optionsOf(transports.recv));
    for (const transport of [this.#send, this.#recv]) {
      transport.on('connect', ({ dtlsParameters }, callback) => {
        callback();
        this.#ask('connectTransport', () =>
          options.link.request('connectTransport', {
            transportId: transport.id,
            dtlsParameters: { ...dtlsParameters },
          }),
        );
      });
      this.#mend(transport);
    }
    this.#send.on('produce', ({ rtpParameters, appData }, callback) => {
      const trackId = String(appData.trackId);
      callback({ id: `${trackId}:${this.#send.id}` });
      const expected = options.producing.get(trackId);
      if (expected !== undefined && isAsExpected(expected, rtpParameters)) return;
      this.#ask('produce', () => options.link.request('produce', { trackId, rtpParameters: { ...rtpParameters } }));
    });
    this.#warmUpTimer = setTimeout(() => {
      if (!options.relieved()) this.#warmUp();
    }, WARM_UP_AFTER_MS);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The certificate of the server's process. */
  get process(): string | undefined {
    return processOf(this.#options.transports.send);
  }

  /** Whether media can flow both ways. */
  get connected(): boolean {
    return [this.#send, this.#recv].every(({ connectionState }) => connectionState === 'connected');
  }

  /** One producer for each track, however often it is asked for. */
  async produce(track: LocalTrack): Promise<void> {
    this.#serving.add(track);
    const producer = await this.#producerOf(track);
    if (producer !== undefined && !this.#closed && track.producer !== producer) track.produced(producer);
  }

  /** The same for a track that stands by. */
  async prepare(track: LocalTrack): Promise<void> {
    if (this.#made.has(track)) return;
    const producer = await this.#producerOf(track);
    // It may have become the session's own meanwhile.
    if (producer !== undefined && !this.#closed && !this.#serving.has(track)) await track.prepared(producer);
  }

  #producerOf(track: LocalTrack): Promise<types.Producer | undefined> {
    const known = this.#made.get(track);
    if (known !== undefined) return known;
    const making = this.#makeProducer(track);
    this.#made.set(track, making);
    const forget = (): void => {
      if (this.#made.get(track) === making) this.#made.delete(track);
    };
    making.then((producer) => {
      if (producer === undefined || producer.closed) forget();
      else producer.observer.once('close', forget);
    }, forget);
    return making;
  }

  async #makeProducer(track: LocalTrack): Promise<types.Producer | undefined> {
    if (this.#options.relieved()) await this.#turn();
    if (track.mediaStreamTrack.readyState === 'ended') return undefined;
    const { device } = this.#options;
    const { source, publishOptions } = track;
    const height = track.mediaStreamTrack.getSettings().height ?? 720;
    const codec = codecFor(source, publishOptions, device.sendRtpCapabilities);
    return this.#send.produce({
      track: track.sentTrack,
      encodings: encodingsFor(source, height, publishOptions),
      codecOptions: codecOptionsFor(source, publishOptions),
      ...(codec !== undefined && { codec }),
      stopTracks: false,
      disableTrackOnPause: false,
      zeroRtpOnPause: false,
      appData: { trackId: track.trackId },
    });
  }

  /** Offers that come together, or wait together, take one negotiation. */
  consume(offer: ConsumerOffer): Promise<types.Consumer> {
    clearTimeout(this.#warmUpTimer);
    if (!this.#options.relieved()) return this.#consumeNow(offer);
    this.#consumeTurn ??= this.#turn().then(() => {
      this.#consumeTurn = undefined;
    });
    return this.#consumeTurn.then(() => this.#consumeNow(offer));
  }

  /** Resolves when the device had time for other things since the last turn. */
  #turn(): Promise<void> {
    this.#lastTurn = this.#lastTurn.then(() => pause(BREATH_MS));
    return this.#lastTurn;
  }

  #consumeNow(offer: ConsumerOffer): Promise<types.Consumer> {
    return this.#recv.consume({
      id: offer.consumerId,
      producerId: offer.producerId,
      kind: offer.kind,
      // mediasoup-client itself checks them.
      rtpParameters: offer.rtpParameters as unknown as types.RtpParameters,
    });
  }

  /** The server hears that this consumer is shown in place of others of its track; all of one moment in one message. */
  shows(consumerId: string): void {
    if (this.#nowShown.size === 0) queueMicrotask(() => this.#tellShown());
    this.#nowShown.add(consumerId);
  }

  /** Bytes of media received so far. */
  async receivedBytes(): Promise<number> {
    if (this.#closed) return 0;
    let bytes = 0;
    for (const report of (await this.#recv.getStats()).values()) {
      if (report.type === 'inbound-rtp') bytes += report.bytesReceived ?? 0;
    }
    return bytes;
  }

  getStats(): Promise<RTCStatsReport[]> {
    return Promise.all([this.#send.getStats(), this.#recv.getStats()]);
  }

  /**
   * Gives way to the next session. It stops sending only after the current task, since closing takes long enough to
   * delay what is urgent now. What was received stays in its elements until something newer takes its place.
   */
  retire(): void {
    this.#closed = true;
    clearTimeout(this.#warmUpTimer);
    setTimeout(() => this.#send.close());
  }

  /** Nothing depends on it any more: its transports close one after the other, when the device has time. */
  closeLater(): void {
    this.#closed = true;
    clearTimeout(this.#warmUpTimer);
    setTimeout(() => this.#send.close(), CLOSE_AFTER_MS.send);
    setTimeout(() => this.#recv.close(), CLOSE_AFTER_MS.recv);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#warmUpTimer);
    this.#send.close();
    this.#recv.close();
  }

  #tellShown(): void {
    const consumerIds = [...this.#nowShown];
    this.#nowShown.clear();
    // An older server does not know the request. A server that does not get it waits for a while.
    if (!this.#closed) this.#options.link.request('shown', { consumerIds }).catch(() => undefined);
  }

  /** The server takes requests in any order of arrival. Only a refusal matters: it makes the transports useless. */
  #ask(name: string, request: () => Promise<unknown>): void {
    request().catch((error: unknown) => {
      if (this.#closed || this.#options.link.closed) return;
      // The record moved on (unpublished meanwhile, or another session took over) and decides what happens next.
      if (error instanceof RequestRefused && RECORD_MOVED_ON.has(error.code)) return;
      this.#options.failed(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  /** ICE may recover by itself, with new credentials, or not at all. */
  #mend(transport: types.Transport): void {
    let restartTimer: ReturnType<typeof setTimeout> | undefined;
    let giveUpTimer: ReturnType<typeof setTimeout> | undefined;
    const isOver = (): boolean =>
      this.#closed || this.#options.link.closed || transport.connectionState === 'connected';
    const restart = (): void => {
      if (isOver() || giveUpTimer !== undefined) return;
      giveUpTimer = setTimeout(() => {
        if (!isOver()) this.#options.failed(`${transport.direction} ICE`);
      }, GIVE_UP_ICE_AFTER_MS);
      this.#ask('restartIce', async () => {
        const { iceParameters, iceServers } = await this.#options.link.request('restartIce', {
          transportId: transport.id,
        });
        // The credentials of a TURN server may have ended since the transport was opened.
        if (iceServers) await transport.updateIceServers({ iceServers: toRtcIceServers(iceServers) });
        await transport.restartIce({ iceParameters: iceParameters as unknown as types.IceParameters });
      });
    };
    transport.on('connectionstatechange', (state) => {
      if (state === 'failed') restart();
      else if (state === 'disconnected') restartTimer ??= setTimeout(restart, RESTART_ICE_AFTER_MS);
      else if (state === 'connected' || state === 'closed') {
        if (state === 'connected' && !this.#closed) this.#options.connected();
        clearTimeout(restartTimer);
        clearTimeout(giveUpTimer);
        restartTimer = undefined;
        giveUpTimer = undefined;
      }
    });
  }

  /**
   * Opens the receiving transport with a section that never receives anything, so that ICE and DTLS are done when the
   * first track of others is offered.
   */
  #warmUp(): void {
    const codec = this.#options.device.recvRtpCapabilities.codecs?.find((candidate) => candidate.kind === 'audio');
    if (codec?.preferredPayloadType === undefined) return;
    this.#recv
      .consume({
        id: `warm-up:${this.#recv.id}`,
        producerId: 'warm-up',
        kind: 'audio',
        rtpParameters: {
          mid: 'warm-up',
          codecs: [
            {
              mimeType: codec.mimeType,
              payloadType: codec.preferredPayloadType,
              clockRate: codec.clockRate,
              ...(codec.channels !== undefined && { channels: codec.channels }),
              parameters: codec.parameters ?? {},
              rtcpFeedback: [],
            },
          ],
          headerExtensions: [],
          encodings: [{ ssrc: 1 }],
          rtcp: { cname: 'warm-up', reducedSize: true, mux: true },
        },
      })
      .catch(() => {
        // Without the warm-up the transport connects with the first real track.
        return undefined;
      });
  }
}

/** mediasoup-client and the browser themselves check the offer. */
function toTransportOptions(offer: TransportOffer): types.TransportOptions {
  return offer as unknown as types.TransportOptions;
}

function processOf({ dtlsParameters }: TransportOffer): string | undefined {
  const [first] = Array.isArray(dtlsParameters.fingerprints) ? dtlsParameters.fingerprints : [];
  return typeof first?.value === 'string' ? first.value : undefined;
}
