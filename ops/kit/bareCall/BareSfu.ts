import { setTimeout as sleep } from 'node:timers/promises';
import { createWorker, type types } from 'mediasoup';
import type { Server, Socket } from 'socket.io';
import { holdBackMs } from '../../../core/media/keyframes/holdBackMs.ts';
import type { Entry, FromClient, FromServer } from '../clients/bare/protocol.ts';
import { freePort } from '../freePort.ts';
import { toOffer } from '../toOffer.ts';

const CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
];
/** Browsers ignore a keyframe request within 300 ms of the last one, and mediasoup asks again only after a second. */
const KEYFRAME_REQUEST_DELAY_MS = 310;

/** Those who enter wait this long for each other, so that each negotiates once what all the others send. */
const TOGETHER_MS = 40;
/** A worker that starts takes CPU, which a recovery on the same machine needs. */
const SPARE_AFTER_MS = 2_000;

type CallSocket = Socket<FromClient, FromServer>;

interface Place {
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  readonly router: types.Router;
}

interface Peer {
  readonly socket: CallSocket;
  readonly entry: Entry;
  readonly send: types.WebRtcTransport;
  readonly recv: types.WebRtcTransport;
  readonly producers: readonly types.Producer[];
  /** The producers that it has consumers for, negotiated by now or not. */
  readonly offered: Set<string>;
  /** Whether the last offer is negotiated. */
  ready: boolean;
}

/** A picture that waits for its viewers, since `since`. */
interface HeldBack {
  readonly since: number;
  /** The highest number of viewers ready at once, and when the first and the last of them got ready. */
  ready: { readonly count: number; readonly firstAt: number; readonly lastAt: number } | null;
}

/**
 * One call on mediasoup with hardly anything around it: no journal, no tokens, no plan; everybody receives
 * everything. What is known to bring media back sooner is in it: one message opens transports, producers are opened
 * before they are negotiated, a viewer negotiates once what those send who enter together, and pictures are let
 * through, with one keyframe request, when every viewer is connected; one that takes longer does not keep the others
 * waiting. If its worker dies, a spare one takes over.
 */
export class BareSfu {
  /** Called when another worker carries media and a new spare one stands ready. */
  readonly #onReplaced: (workerPid: number) => void;
  readonly #peers = new Map<string, Peer>();
  readonly #transports = new Map<string, types.WebRtcTransport>();
  readonly #heldBack = new Map<types.Producer, HeldBack>();
  #offerTimer: NodeJS.Timeout | undefined;
  #releaseTimer: NodeJS.Timeout | undefined;
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
    const peers = [...this.#peers.values()];
    this.#peers.clear();
    await Promise.all(peers.map(({ socket, entry }) => this.#enter(socket, entry)));
    await sleep(SPARE_AFTER_MS);
    this.#spare = openPlace();
    await this.#spare;
    this.#onReplaced(this.workerPid);
  }

  #connected(socket: CallSocket): void {
    socket.on('capabilities', (answer) => answer(this.#place.router.rtpCapabilities));
    socket.on('enter', (entry) => void this.#enter(socket, entry));
    socket.on('connectTransport', (transportId, dtlsParameters) => {
      const transport = this.#transports.get(transportId);
      if (transport) void unlessClosed(transport, () => transport.connect({ dtlsParameters }));
    });
  }

  async #enter(socket: CallSocket, entry: Entry): Promise<void> {
    const left = this.#peers.get(entry.participantId);
    this.#peers.delete(entry.participantId);
    left?.send.close();
    left?.recv.close();
    const [send, recv] = await Promise.all([this.#openTransport(), this.#openTransport()]);
    socket.emit('transports', { send: toOffer(send), recv: toOffer(recv) });
    recv.on('dtlsstatechange', () => this.#releaseReady());
    const producers = await unlessClosed(send, () =>
      Promise.all(
        entry.sent.map(({ kind, rtpParameters }) => {
          const paused = kind === 'video';
          return send.produce({ kind, rtpParameters, paused, keyFrameRequestDelay: KEYFRAME_REQUEST_DELAY_MS });
        }),
      ),
    );
    if (!producers) return;
    for (const producer of producers) {
      if (!producer.paused) continue;
      this.#heldBack.set(producer, { since: performance.now(), ready: null });
      producer.observer.once('close', () => this.#heldBack.delete(producer));
    }
    this.#peers.set(entry.participantId, { socket, entry, send, recv, producers, offered: new Set(), ready: true });
    clearTimeout(this.#offerTimer);
    const offerAll = (): void => {
      for (const peer of this.#peers.values()) void this.#offer(peer);
    };
    if (this.#peers.size >= entry.participants) offerAll();
    else this.#offerTimer = setTimeout(offerAll, TOGETHER_MS);
  }

  async #openTransport(): Promise<types.WebRtcTransport> {
    const { router, webRtcServer } = this.#place;
    const options = { webRtcServer, enableUdp: true, enableTcp: true, preferUdp: true };
    const transport = await router.createWebRtcTransport(options);
    this.#transports.set(transport.id, transport);
    transport.observer.once('close', () => this.#transports.delete(transport.id));
    return transport;
  }

  /** Offers what is there by now; what comes while the viewer negotiates is offered together afterwards. */
  async #offer(viewer: Peer): Promise<void> {
    const { entry, offered, recv, socket } = viewer;
    const missing = [...this.#peers.values()]
      .filter((peer) => peer !== viewer)
      .flatMap((peer) => peer.producers.map((producer) => ({ publisherId: peer.entry.participantId, producer })))
      .filter(({ producer }) => !offered.has(producer.id));
    if (!viewer.ready || missing.length === 0) return;
    viewer.ready = false;
    for (const { producer } of missing) offered.add(producer.id);
    const consumers = await unlessClosed(recv, () =>
      Promise.all(
        missing.map(({ producer }) => {
          // What is held back flows only when the viewer is ready for it; a keyframe that came earlier would be lost.
          const paused = producer.kind === 'video' && !this.#heldBack.has(producer);
          return recv.consume({ producerId: producer.id, rtpCapabilities: entry.capabilities, paused });
        }),
      ),
    );
    // What is meant for transports that were left must not reach the next ones.
    if (!consumers || recv.closed) return;
    const offers = consumers.map(({ id, producerId, kind, rtpParameters }, index) => {
      return { publisherId: missing[index]?.publisherId ?? '', id, producerId, kind, rtpParameters };
    });
    socket.emit('consume', offers, () => {
      viewer.ready = true;
      const late = consumers.filter(({ paused }) => paused);
      void unlessClosed(recv, () => Promise.all(late.map((consumer) => consumer.resume())));
      void this.#offer(viewer);
      this.#releaseReady();
    });
  }

  /** Lets pictures through that have waited for their viewers: that asks for one keyframe for all of these. */
  #releaseReady(): void {
    clearTimeout(this.#releaseTimer);
    const peers = [...this.#peers.values()];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const publisher of peers) {
      for (const producer of publisher.producers) {
        const heldBack = this.#heldBack.get(producer);
        if (!heldBack) continue;
        const isReady = (peer: Peer): boolean =>
          peer !== publisher && peer.ready && peer.offered.has(producer.id) && peer.recv.dtlsState === 'connected';
        const waitMs = remainingMs(heldBack, peers.filter(isReady).length, publisher.entry.participants - 1);
        if (waitMs > 0) {
          nextMs = Math.min(nextMs, waitMs);
          continue;
        }
        this.#heldBack.delete(producer);
        void unlessClosed(publisher.send, () => producer.resume());
      }
    }
    if (nextMs < Number.POSITIVE_INFINITY) this.#releaseTimer = setTimeout(() => this.#releaseReady(), nextMs);
  }
}

/** How much longer the picture waits: as long as the server that it is compared with waits. */
function remainingMs(heldBack: HeldBack, ready: number, viewers: number): number {
  const now = performance.now();
  if (ready > (heldBack.ready?.count ?? 0)) {
    heldBack.ready = { count: ready, firstAt: heldBack.ready?.firstAt ?? now, lastAt: now };
  }
  return holdBackMs({
    heldBackForMs: now - heldBack.since,
    ready: heldBack.ready && { firstForMs: now - heldBack.ready.firstAt, lastForMs: now - heldBack.ready.lastAt },
    missing: viewers - ready,
  });
}

async function openPlace(): Promise<Place> {
  const worker = await createWorker({ logLevel: 'error' });
  const port = await freePort();
  const listenInfos = (['udp', 'tcp'] as const).map((protocol) => ({ protocol, ip: '127.0.0.1', port }));
  const [webRtcServer, router] = await Promise.all([
    worker.createWebRtcServer({ listenInfos }),
    worker.createRouter({ mediaCodecs: CODECS }),
  ]);
  // What runs for the first time is slow: nobody should have to wait for that after a fault.
  (await router.createWebRtcTransport({ webRtcServer })).close();
  return { worker, webRtcServer, router };
}

/** A worker may die during any step. Its clients then get new transports, so an error on a closed one is ignored. */
async function unlessClosed<T>(transport: types.WebRtcTransport, step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (transport.closed) return undefined;
    throw error;
  }
}
