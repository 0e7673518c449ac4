import { Device, type types } from 'mediasoup-client';
import { io, type Socket } from 'socket.io-client';
import { encodingsFor } from '../../../../client/media/encodings.ts';
import { expectedParameters } from '../../../../client/media/expectedParameters.ts';
import type { TransportPair } from '../../../../core/media/RoomMedia.ts';
import type { RtpCapabilities, RtpParameters } from '../../../../core/media/rtpTypes.ts';
import type { ClientPlatform } from '../ClientPlatform.ts';
import { FrameLog, type TrackFrames } from '../FrameLog.ts';
import type { Step } from '../StepLog.ts';
import { BareTrack } from './BareTrack.ts';
import type { CallCommands, CallOptions, CallStatus } from './CallClient.ts';
import type { ConsumerOffer, Entry, FromClient, FromServer } from './protocol.ts';

interface Connection {
  readonly send: types.Transport;
  readonly recv: types.Transport;
}

/** Pause between two attempts to reach a server, when nothing else is left and when another one serves. */
const DIAL_AGAIN_MS = 10;
const DIAL_SPARE_MS = 1_000;
const CLOSE_OLD_AFTER_MS = 1_000;
/** Otherwise the encoder begins at 300 kbit/s, and its first keyframe takes a tenth of a second to leave. */
const CODEC_OPTIONS = { videoGoogleStartBitrate: 1_000 };

type ServerSocket = Socket<FromServer, FromClient>;

/**
 * A participant of a call on bare mediasoup that notes everything it receives. It holds a socket to every server: if
 * one is gone, it enters the next at once.
 */
export class BareProbe implements CallCommands {
  readonly #platform: ClientPlatform;
  readonly #frames = new FrameLog();
  readonly #tracks = new Map<string, BareTrack>();
  readonly #meters = new Map<string, () => void>();
  /** The open ones, by the address of the server. */
  readonly #sockets = new Map<string, ServerSocket>();
  #options: CallOptions = { urls: [], name: '', participants: 0 };
  /** The one whose call this is. */
  #socket: ServerSocket | undefined;
  #device: Device | undefined;
  #media: readonly MediaStreamTrack[] = [];
  #connection: Connection | undefined;
  #entry: Entry | undefined;
  #produced = 0;

  constructor(platform: ClientPlatform) {
    this.#platform = platform;
  }

  async join(options: CallOptions): Promise<void> {
    this.#options = options;
    const [camera, microphone] = await Promise.all([this.#platform.openCamera(), this.#platform.openMicrophone()]);
    // Pictures take longest to come back, so they are negotiated first.
    this.#media = [camera, microphone.track];
    for (const url of options.urls) this.#dial(url);
  }

  async status(): Promise<CallStatus> {
    return {
      connected: this.#connection !== undefined,
      spares: this.#sockets.size - 1,
      remoteTracks: [...this.#tracks.values()].map(({ publisherId, trackId, kind }) => ({
        publisherId,
        kind,
        muted: false,
        lastFrameAt: this.#frames.lastAt(trackId),
      })),
    };
  }

  async takeFrames(): Promise<TrackFrames[]> {
    return this.#frames.take();
  }

  async takeSteps(): Promise<Step[]> {
    return this.#platform.steps.take();
  }

  #dial(url: string): void {
    const socket: ServerSocket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true });
    socket.on('connect', () => {
      this.#sockets.set(url, socket);
      this.#enter();
    });
    socket.on('transports', (pair) => void this.#send(socket, pair));
    socket.on('consume', (offers, answer) => void this.#consume(offers).then(answer));
    socket.on('disconnect', () => {
      this.#sockets.delete(url);
      if (socket === this.#socket) this.#socket = undefined;
      this.#enter();
      this.#dialAgain(url);
    });
    socket.on('connect_error', () => this.#dialAgain(url));
  }

  #dialAgain(url: string): void {
    setTimeout(() => this.#dial(url), this.#socket ? DIAL_SPARE_MS : DIAL_AGAIN_MS);
  }

  /** Enters the call of the first server that it has a socket to, if it is in none: at first all choose among all. */
  #enter(): void {
    const { urls } = this.#options;
    if (this.#socket || (!this.#entry && this.#sockets.size < urls.length)) return;
    const url = urls.find((each) => this.#sockets.has(each));
    const socket = this.#sockets.get(url ?? '');
    if (!socket) return;
    this.#socket = socket;
    if (this.#entry) socket.emit('enter', this.#entry);
    else void this.#enterFirst(socket);
  }

  /** Enters with nothing to send: what it sends is known once it has been negotiated. */
  async #enterFirst(socket: ServerSocket): Promise<void> {
    const { handlerName } = this.#platform;
    const device = new Device(handlerName === undefined ? {} : { handlerName });
    const router = await socket.emitWithAck('capabilities');
    await device.load({ routerRtpCapabilities: router as unknown as types.RtpCapabilities });
    this.#device = device;
    const { name, participants } = this.#options;
    const capabilities = device.recvRtpCapabilities as unknown as RtpCapabilities;
    this.#entry = { participantId: name, participants, capabilities, sent: [] };
    socket.emit('enter', this.#entry);
  }

  async #send(socket: ServerSocket, pair: TransportPair): Promise<void> {
    const device = this.#device;
    if (!device) return;
    const connection = this.#connect(socket, device, pair);
    const isKnown = this.#entry !== undefined && this.#entry.sent.length > 0;
    await this.#whileIn(connection, async () => {
      const producers = await Promise.all(
        this.#media.map((track) =>
          connection.send.produce({ track, stopTracks: false, codecOptions: CODEC_OPTIONS, ...layersOf(track) }),
        ),
      );
      if (isKnown || !this.#entry) return;
      const sent = producers.map(({ kind, rtpParameters }, place) => ({
        kind,
        rtpParameters: expectedParameters(rtpParameters, place) as unknown as RtpParameters,
      }));
      this.#entry = { ...this.#entry, sent };
      socket.emit('enter', this.#entry);
    });
  }

  #connect(socket: ServerSocket, device: Device, { send, recv }: TransportPair): Connection {
    const old = this.#connection;
    // Server and client describe the same RTP; only their types differ.
    const connection = {
      send: device.createSendTransport(send as unknown as types.TransportOptions),
      recv: device.createRecvTransport(recv as unknown as types.TransportOptions),
    };
    for (const transport of [connection.send, connection.recv]) {
      transport.on('connect', ({ dtlsParameters }, done) => {
        done();
        socket.emit('connectTransport', transport.id, dtlsParameters);
      });
    }
    connection.send.on('produce', (_, done) => done({ id: `${connection.send.id} ${this.#produced++}` }));
    this.#connection = connection;
    // Closing takes time that the new connection needs first; what was received holds its last picture.
    setTimeout(() => old?.send.close());
    setTimeout(() => old?.recv.close(), CLOSE_OLD_AFTER_MS);
    return connection;
  }

  async #consume(offers: readonly ConsumerOffer[]): Promise<void> {
    const connection = this.#connection;
    if (!connection) return;
    await this.#whileIn(connection, () =>
      Promise.all(
        offers.map(async ({ publisherId, id, producerId, kind, rtpParameters }) => {
          const parameters = rtpParameters as unknown as types.RtpParameters;
          const consumer = await connection.recv.consume({ id, producerId, kind, rtpParameters: parameters });
          if (connection === this.#connection) this.#show(publisherId, consumer);
        }),
      ),
    );
  }

  #show(publisherId: string, consumer: types.Consumer): void {
    const name = `${consumer.kind} of ${publisherId}`;
    const track = this.#tracks.get(name) ?? new BareTrack(publisherId, consumer.kind);
    this.#tracks.set(name, track);
    track.swap(consumer);
    this.#frames.add(publisherId, track.trackId, track.kind);
    this.#meters.get(name)?.();
    const stop = this.#platform.meter(
      track,
      () => this.#frames.frame(track.trackId),
      (tone) => this.#frames.heard(track.trackId, tone),
    );
    this.#meters.set(name, stop);
  }

  /** Ignores the error of a step whose connection was replaced. */
  async #whileIn(connection: Connection, step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (connection === this.#connection) throw error;
    }
  }
}

/** The same layers as the SDK's. */
function layersOf(track: MediaStreamTrack): Pick<types.ProducerOptions, 'encodings'> {
  if (track.kind === 'audio') return {};
  return { encodings: encodingsFor('camera', track.getSettings().height ?? 0, {}) };
}
