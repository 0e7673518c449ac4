import type { types } from 'mediasoup';
import type { RoomRouter } from './RoomRouter.ts';

/** A producer's twin on another router of the room. Both ends close together. */
export interface Pipe {
  readonly consumer: types.Consumer;
  /** It has the id of the original producer. */
  readonly producer: types.Producer;
}

interface Pair {
  readonly transports: Promise<ReadonlyMap<string, types.PipeTransport>>;
  pipes: number;
}

const PIPE_LISTEN: types.TransportListenInfo = {
  protocol: 'udp',
  ip: '127.0.0.1',
  sendBufferSize: 4 * 1024 * 1024,
  recvBufferSize: 4 * 1024 * 1024,
};

/**
 * The room's pipes between its routers: one pair of PipeTransports for each two routers, open while a producer goes
 * through. mediasoup's own `pipeToRouter` leaves its pairs open and mirrors pauses without awaiting them, which ends
 * the process when a worker dies in that moment.
 */
export class PipePairs {
  readonly #pairs = new Map<string, Pair>();

  /** Opens a paused twin of `producer` on `to`. */
  async open(producer: types.Producer, from: RoomRouter, to: RoomRouter): Promise<Pipe> {
    const key = [from.id, to.id].sort().join(' ');
    const pair = this.#pairs.get(key) ?? this.#connect(key, from, to);
    pair.pipes += 1;
    let consumer: types.Consumer | undefined;
    try {
      const transports = await pair.transports;
      const near = transports.get(from.id);
      const far = transports.get(to.id);
      if (!near || !far) throw new Error('the pipe does not connect these routers');
      consumer = await near.consume({ producerId: producer.id });
      const twin = await far.produce({
        id: producer.id,
        kind: consumer.kind,
        rtpParameters: consumer.rtpParameters,
        paused: true,
      });
      if (consumer.closed || twin.closed) {
        twin.close();
        throw new Error('an end of the pipe closed while it was built');
      }
      const pipe = { consumer, producer: twin };
      consumer.observer.once('close', () => {
        twin.close();
        this.#release(key, pair);
      });
      twin.observer.once('close', () => pipe.consumer.close());
      return pipe;
    } catch (error) {
      consumer?.close();
      this.#release(key, pair);
      throw error;
    }
  }

  #connect(key: string, from: RoomRouter, to: RoomRouter): Pair {
    const pair: Pair = { transports: connectRouters(from, to), pipes: 0 };
    this.#pairs.set(key, pair);
    pair.transports.then(
      (transports) => {
        for (const transport of transports.values()) {
          transport.observer.once('close', () => this.#drop(key, pair, transports));
        }
      },
      () => this.#forget(key, pair),
    );
    return pair;
  }

  #release(key: string, pair: Pair): void {
    pair.pipes -= 1;
    if (pair.pipes > 0) return;
    this.#forget(key, pair);
    pair.transports.then(
      (transports) => closeAll(transports),
      () => this.#forget(key, pair),
    );
  }

  /** One end closed: all pipes through the pair close, and the next pipe opens a new pair. */
  #drop(key: string, pair: Pair, transports: ReadonlyMap<string, types.PipeTransport>): void {
    this.#forget(key, pair);
    closeAll(transports);
  }

  #forget(key: string, pair: Pair): void {
    if (this.#pairs.get(key) === pair) this.#pairs.delete(key);
  }
}

async function connectRouters(from: RoomRouter, to: RoomRouter): Promise<ReadonlyMap<string, types.PipeTransport>> {
  const opened = await Promise.allSettled(
    [from, to].map((end) => end.router.createPipeTransport({ listenInfo: PIPE_LISTEN, enableSctp: false })),
  );
  const transports = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const [near, far] = transports;
  try {
    const failed = opened.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    if (!near || !far) throw new Error('a pipe needs two ends');
    await Promise.all([
      near.connect({ ip: far.tuple.localAddress, port: far.tuple.localPort }),
      far.connect({ ip: near.tuple.localAddress, port: near.tuple.localPort }),
    ]);
    return new Map([
      [from.id, near],
      [to.id, far],
    ]);
  } catch (error) {
    for (const transport of transports) transport.close();
    throw error;
  }
}

function closeAll(transports: ReadonlyMap<string, types.PipeTransport>): void {
  for (const transport of transports.values()) transport.close();
}
