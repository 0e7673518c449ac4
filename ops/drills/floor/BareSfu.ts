import { createWorker, type types } from 'mediasoup';
import type { Server, Socket } from 'socket.io';
import type { FromClient, FromServer } from '../../kit/clients/bare/protocol.ts';
import { freePort } from '../../kit/freePort.ts';
import { toOffer } from '../../kit/toOffer.ts';

const CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
];
/** Browsers ignore a keyframe request within 300 ms of the last one, and mediasoup asks again only after a second. */
const KEYFRAME_REQUEST_DELAY_MS = 310;

interface Place {
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  readonly router: types.Router;
}

interface Peer {
  readonly id: string;
  readonly socket: Socket<FromClient, FromServer>;
  readonly capabilities: types.RtpCapabilities;
  readonly send: types.WebRtcTransport;
  readonly recv: types.WebRtcTransport;
  readonly producers: types.Producer[];
}

/**
 * One call on mediasoup with hardly anything around it: no journal, no tokens, no plan; everybody receives everything.
 * If its worker dies, a spare one takes over and asks everybody to join again.
 */
export class BareSfu {
  readonly #io: Server<FromClient, FromServer>;
  /** Called when another worker carries media and a new spare one stands ready. */
  readonly #onReplaced: (workerPid: number) => void;
  readonly #peers = new Map<string, Peer>();
  #place: Place;
  #spare: Promise<Place>;

  static async open(io: Server<FromClient, FromServer>, onReplaced: (workerPid: number) => void): Promise<BareSfu> {
    const [place, spare] = await Promise.all([openPlace(), openPlace()]);
    return new BareSfu(io, onReplaced, place, spare);
  }

  private constructor(
    io: Server<FromClient, FromServer>,
    onReplaced: (workerPid: number) => void,
    place: Place,
    spare: Place,
  ) {
    this.#io = io;
    this.#onReplaced = onReplaced;
    this.#place = place;
    this.#spare = Promise.resolve(spare);
    this.#watch(place);
    io.on('connection', (socket) => this.#connected(socket));
  }

  get workerPid(): number {
    return this.#place.worker.pid;
  }

  #watch({ worker }: Place): void {
    worker.on('died', () => void this.#replace());
  }

  async #replace(): Promise<void> {
    this.#place = await this.#spare;
    this.#watch(this.#place);
    this.#peers.clear();
    this.#io.emit('restart');
    this.#spare = openPlace();
    await this.#spare;
    this.#onReplaced(this.workerPid);
  }

  #connected(socket: Socket<FromClient, FromServer>): void {
    let peer: Peer | undefined;
    socket.on('capabilities', (answer) => answer(this.#place.router.rtpCapabilities));
    socket.on('join', async (id, capabilities, answer) => {
      const [send, recv] = await Promise.all([this.#openTransport(), this.#openTransport()]);
      const joined = { id, socket, capabilities, send, recv, producers: [] };
      peer = joined;
      this.#peers.set(id, joined);
      answer({ send: toOffer(send), recv: toOffer(recv) });
      // Only producers that exist already: `produce` offers the later ones.
      await Promise.all(this.#others(id).map((other) => this.#offer(joined, other, [...other.producers])));
    });
    socket.on('connectTransport', async (transportId, dtlsParameters, answer) => {
      const transport = peer?.send.id === transportId ? peer.send : peer?.recv;
      await unlessClosed(transport, () => transport?.connect({ dtlsParameters }));
      answer();
    });
    socket.on('produce', async (kind, rtpParameters, answer) => {
      const publisher = peer;
      if (!publisher) return;
      const options = { kind, rtpParameters, keyFrameRequestDelay: KEYFRAME_REQUEST_DELAY_MS };
      const producer = await unlessClosed(publisher.send, () => publisher.send.produce(options));
      if (!producer) return;
      publisher.producers.push(producer);
      answer(producer.id);
      await Promise.all(this.#others(publisher.id).map((viewer) => this.#offer(viewer, publisher, [producer])));
    });
  }

  #others(id: string): Peer[] {
    return [...this.#peers.values()].filter((peer) => peer.id !== id);
  }

  async #offer(viewer: Peer, publisher: Peer, producers: readonly types.Producer[]): Promise<void> {
    const { recv, capabilities: rtpCapabilities, socket } = viewer;
    if (producers.length === 0) return;
    const consumers = await unlessClosed(recv, () =>
      Promise.all(producers.map(({ id }) => recv.consume({ producerId: id, rtpCapabilities, paused: true }))),
    );
    if (!consumers) return;
    const offers = consumers.map(({ id, producerId, kind, rtpParameters }) => {
      return { publisherId: publisher.id, id, producerId, kind, rtpParameters };
    });
    socket.emit('consume', offers, () => {
      void unlessClosed(recv, () => Promise.all(consumers.map((consumer) => consumer.resume())));
    });
  }

  #openTransport(): Promise<types.WebRtcTransport> {
    const { router, webRtcServer } = this.#place;
    return router.createWebRtcTransport({ webRtcServer, enableUdp: true, enableTcp: true, preferUdp: true });
  }
}

async function openPlace(): Promise<Place> {
  const worker = await createWorker({ logLevel: 'error' });
  const port = await freePort();
  const listenInfos = (['udp', 'tcp'] as const).map((protocol) => ({ protocol, ip: '127.0.0.1', port }));
  const [webRtcServer, router] = await Promise.all([
    worker.createWebRtcServer({ listenInfos }),
    worker.createRouter({ mediaCodecs: CODECS }),
  ]);
  return { worker, webRtcServer, router };
}

/** A worker may die during any step. Its clients then join again, so an error on a closed transport is ignored. */
async function unlessClosed<T>(
  transport: types.WebRtcTransport | undefined,
  step: () => Promise<T> | undefined,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (transport?.closed) return undefined;
    throw error;
  }
}
