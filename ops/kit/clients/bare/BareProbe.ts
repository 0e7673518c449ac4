import { Device, type types } from 'mediasoup-client';
import { io, type Socket } from 'socket.io-client';
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

/** Pause between two attempts to reach a server. */
const DIAL_AGAIN_MS = 10;
const CLOSE_OLD_AFTER_MS = 1_000;

/**
 * A participant of a call on bare mediasoup that notes everything it receives. If a server is gone, it dials the next.
 */
export class BareProbe implements CallCommands {
  readonly #platform: ClientPlatform;
  readonly #frames = new FrameLog();
  readonly #tracks = new Map<string, BareTrack>();
  readonly #meters = new Map<string, () => void>();
  #options: CallOptions = { urls: [], name: '', participants: 0 };
  #device: Device | undefined;
  #media: readonly MediaStreamTrack[] = [];
  #connection: Connection | undefined;
  #entry: Entry | undefined;
  #dialled = 0;
  #produced = 0;

  constructor(platform: ClientPlatform) {
    this.#platform = platform;
  }

  async join(options: CallOptions): Promise<void> {
    this.#options = options;
    const [camera, microphone] = await Promise.all([this.#platform.openCamera(), this.#platform.openMicrophone()]);
    // Pictures take longest to come back, so they are negotiated first.
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

  async takeSteps(): Promise<Step[]> {
    return this.#platform.steps.take();
  }

  #dial(): void {
    const { urls } = this.#options;
    const url = urls[this.#dialled % urls.length] ?? '';
    this.#dialled += 1;
    const entry = this.#entry;
    const socket: Socket<FromServer, FromClient> = io(url, {
      ...(entry && { auth: { entry } }),
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    if (!entry) socket.on('connect', () => void this.#enterFirst(socket));
    socket.on('transports', (pair) => void this.#send(socket, pair));
    socket.on('consume', (offers, answer) => void this.#consume(offers).then(answer));
    socket.on('disconnect', () => this.#dial());
    socket.on('connect_error', () => setTimeout(() => this.#dial(), DIAL_AGAIN_MS));
  }

  /** Enters with nothing to send: what it sends is known once it has been negotiated. */
  async #enterFirst(socket: Socket<FromServer, FromClient>): Promise<void> {
    const { handlerName } = this.#platform;
    const device = new Device(handlerName === undefined ? {} : { handlerName });
    const router = await socket.emitWithAck('capabilities');
    await device.load({ routerRtpCapabilities: router as unknown as types.RtpCapabilities });
    this.#device = device;
    const { name, participants } = this.#options;
    const capabilities = device.recvRtpCapabilities as unknown as RtpCapabilities;
    socket.emit('enter', { participantId: name, participants, capabilities, sent: [] });
    this.#entry = { participantId: name, participants, capabilities, sent: [] };
  }

  async #send(socket: Socket<FromServer, FromClient>, pair: TransportPair): Promise<void> {
    const device = this.#device;
    if (!device) return;
    const connection = this.#connect(socket, device, pair);
    const isKnown = this.#entry !== undefined && this.#entry.sent.length > 0;
    await this.#whileIn(connection, async () => {
      const producers = await Promise.all(
        this.#media.map((track) => connection.send.produce({ track, stopTracks: false })),
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

  #connect(socket: Socket<FromServer, FromClient>, device: Device, { send, recv }: TransportPair): Connection {
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
