import { Device, type types } from 'mediasoup-client';
import { io, type Socket } from 'socket.io-client';
import type { TransportPair } from '../../../../core/media/RoomMedia.ts';
import type { ClientPlatform } from '../ClientPlatform.ts';
import { FrameLog, type TrackFrames } from '../FrameLog.ts';
import { BareTrack } from './BareTrack.ts';
import type { CallCommands, CallOptions, CallStatus } from './CallClient.ts';
import type { ConsumerOffer, FromClient, FromServer } from './protocol.ts';

interface Connection {
  readonly send: types.Transport;
  readonly recv: types.Transport;
}

/** Pause between two attempts to reach a server. */
const DIAL_AGAIN_MS = 20;

/**
 * A participant of a call on bare mediasoup that notes everything it receives. If a server is gone, it dials the next.
 */
export class BareProbe implements CallCommands {
  readonly #platform: ClientPlatform;
  readonly #frames = new FrameLog();
  readonly #tracks = new Map<string, BareTrack>();
  readonly #meters = new Map<string, () => void>();
  #options: CallOptions = { urls: [], name: '' };
  #device: Device | undefined;
  #media: readonly MediaStreamTrack[] = [];
  #connection: Connection | undefined;
  #dialled = 0;

  constructor(platform: ClientPlatform) {
    this.#platform = platform;
  }

  async join(options: CallOptions): Promise<void> {
    this.#options = options;
    const [camera, microphone] = await Promise.all([this.#platform.openCamera(), this.#platform.openMicrophone()]);
    this.#media = [camera, microphone.track];
    this.#dial();
  }

  async status(): Promise<CallStatus> {
    return {
      connected: this.#connection !== undefined,
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

  #dial(): void {
    const { urls } = this.#options;
    const url = urls[this.#dialled % urls.length] ?? '';
    this.#dialled += 1;
    const socket: Socket<FromServer, FromClient> = io(url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    socket.on('connect', () => void this.#enter(socket));
    socket.on('restart', () => void this.#enter(socket));
    socket.on('consume', (offers, answer) => void this.#consume(offers).then(answer));
    socket.on('disconnect', () => this.#dial());
    socket.on('connect_error', () => setTimeout(() => this.#dial(), DIAL_AGAIN_MS));
  }

  async #enter(socket: Socket<FromServer, FromClient>): Promise<void> {
    const old = this.#connection;
    const device = await this.#loaded(socket);
    const connection = await new Promise<Connection>((resolve) => {
      // In the answer's callback: offers for the new transports may follow at once.
      socket.emit('join', this.#options.name, device.rtpCapabilities, (offers) => {
        resolve(this.#connect(socket, device, offers));
      });
    });
    old?.send.close();
    old?.recv.close();
    await this.#whileIn(connection, () =>
      Promise.all(this.#media.map((track) => connection.send.produce({ track, stopTracks: false }))),
    );
  }

  #connect(socket: Socket<FromServer, FromClient>, device: Device, { send, recv }: TransportPair): Connection {
    // Server and client describe the same RTP; only their types differ.
    const connection = {
      send: device.createSendTransport(send as unknown as types.TransportOptions),
      recv: device.createRecvTransport(recv as unknown as types.TransportOptions),
    };
    for (const transport of [connection.send, connection.recv]) {
      transport.on('connect', ({ dtlsParameters }, done) => {
        socket.emit('connectTransport', transport.id, dtlsParameters, done);
      });
    }
    connection.send.on('produce', ({ kind, rtpParameters }, done) => {
      socket.emit('produce', kind, rtpParameters, (id) => done({ id }));
    });
    this.#connection = connection;
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
          this.#show(publisherId, consumer);
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

  async #loaded(socket: Socket<FromServer, FromClient>): Promise<Device> {
    if (this.#device) return this.#device;
    const { handlerName } = this.#platform;
    const device = new Device(handlerName === undefined ? {} : { handlerName });
    const capabilities = await socket.emitWithAck('capabilities');
    await device.load({ routerRtpCapabilities: capabilities as unknown as types.RtpCapabilities });
    this.#device = device;
    return device;
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
