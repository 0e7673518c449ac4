import type { types } from 'mediasoup';
import type { ParticipantId, TrackId, TrackKind } from '../../room/state.ts';
import type { LiveViewer, ReencodedCodec } from '../../view/mediaSteps.ts';
import { receivableCodecs } from '../codecs.ts';
import { MediaError } from '../MediaError.ts';
import { isWorkerGone } from '../mediaFailures.ts';
import { STANDBY_SESSION, type TransportOffer } from '../RoomMedia.ts';
import type { DtlsParameters, RtpCapabilities, RtpParameters } from '../rtpTypes.ts';
import type { ViewerConsumer } from '../viewers/ViewerConsumer.ts';
import type { RoomRouter } from '../workers/RoomRouter.ts';

/** One session's two transports and its consumers; or those of a participant that stands by. */
export class ParticipantMedia implements LiveViewer {
  readonly participantId: ParticipantId;
  readonly router: RoomRouter;
  readonly send: types.WebRtcTransport;
  readonly recv: types.WebRtcTransport;
  /** What its client said that it can receive. */
  readonly capabilities: RtpCapabilities;
  /** When the worker dies, its client takes others that it did not ask for. */
  readonly renews: boolean;
  /** What its client sends, as it said. */
  readonly sent = new Map<TrackId, RtpParameters>();
  /** One for each kind, because mediasoup copies and checks them for every consumer. */
  readonly rtpCapabilities: Readonly<Record<TrackKind, RtpCapabilities>>;
  /** By producer id. */
  readonly consumers = new Map<string, ViewerConsumer>();
  readonly undecodable = new Set<string>();
  /** Producers whose consumers are planned and not open yet. */
  readonly opening = new Set<string>();
  /** Whether a plan has chosen what it receives. */
  planned = false;
  readonly receives: ReadonlySet<ReencodedCodec>;
  readonly #connecting = new Map<string, Promise<void>>();
  #session: number;
  #revision = 0;

  constructor(options: {
    readonly participantId: ParticipantId;
    readonly session: number;
    readonly router: RoomRouter;
    readonly send: types.WebRtcTransport;
    readonly recv: types.WebRtcTransport;
    readonly rtpCapabilities: RtpCapabilities;
    readonly renews: boolean;
  }) {
    this.participantId = options.participantId;
    this.#session = options.session;
    this.router = options.router;
    this.send = options.send;
    this.recv = options.recv;
    this.capabilities = options.rtpCapabilities;
    this.renews = options.renews;
    this.rtpCapabilities = {
      audio: onlyOf('audio', options.rtpCapabilities),
      video: onlyOf('video', options.rtpCapabilities),
    };
    this.receives = receivableCodecs(this.rtpCapabilities.video);
  }

  get revision(): number {
    return this.#revision;
  }

  /** Call it whenever one of its consumers, or what it can receive, has changed: it is planned again. */
  changed(): void {
    this.#revision += 1;
  }

  get session(): number {
    return this.#session;
  }

  get standby(): boolean {
    return this.#session === STANDBY_SESSION;
  }

  /** From now on these transports are those of this session. */
  promote(session: number): void {
    this.#session = session;
    this.changed();
  }

  get routerId(): string {
    return this.router.id;
  }

  get closed(): boolean {
    return this.send.closed || this.recv.closed;
  }

  get sendConnected(): boolean {
    return this.send.dtlsState === 'connected';
  }

  get recvConnected(): boolean {
    return this.recv.dtlsState === 'connected';
  }

  /** A second call is a retry after the first answer was lost. */
  async connect(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    const transport = this.#transport(transportId);
    const connecting = this.#connecting.get(transportId) ?? transport.connect({ dtlsParameters });
    this.#connecting.set(transportId, connecting);
    try {
      await connecting;
    } catch (error) {
      this.#connecting.delete(transportId);
      throw toMediaError(error);
    }
  }

  async restartIce(transportId: string): Promise<types.IceParameters> {
    try {
      return await this.#transport(transportId).restartIce();
    } catch (error) {
      throw toMediaError(error);
    }
  }

  close(): void {
    this.send.close();
    this.recv.close();
  }

  #transport(transportId: string): types.WebRtcTransport {
    const transport = [this.send, this.recv].find((candidate) => candidate.id === transportId);
    if (!transport || transport.closed) {
      throw new MediaError('TRANSPORT_NOT_FOUND', 'This transport is closed. Open new transports.');
    }
    return transport;
  }
}

function onlyOf(kind: TrackKind, { codecs = [], headerExtensions = [] }: RtpCapabilities): RtpCapabilities {
  return {
    codecs: codecs.filter((codec) => codec.mimeType.toLowerCase().startsWith(kind)),
    headerExtensions: headerExtensions.filter((extension) => extension.kind === kind),
  };
}

export function toTransportOffer({ slot }: RoomRouter, transport: types.WebRtcTransport): TransportOffer {
  const { id, iceParameters, dtlsParameters } = transport;
  return { id, iceParameters, iceCandidates: slot.candidatesOf(transport), dtlsParameters };
}

/** Turns mediasoup's error into one for clients. */
export function toMediaError(error: unknown): MediaError {
  if (error instanceof MediaError) return error;
  return isWorkerGone(error)
    ? new MediaError('MEDIA_UNAVAILABLE', 'The media worker went away. Open new transports.', { cause: error })
    : new MediaError('MEDIA_INVALID', 'The media server cannot use these parameters.', { cause: error });
}
