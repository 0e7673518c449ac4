import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { types } from 'mediasoup';
import { RTP_CAPABILITIES } from '../../../../core/media/codecs.ts';
import type { Cleanup } from '../../../kit/cleanup.ts';
import { openRpc, type Rpc } from '../../../kit/rpc.ts';
import type { WatchingViewers } from './viewersProcess.ts';

const WATCHING = fileURLToPath(new URL('./viewersProcess.ts', import.meta.url));
const SINK = fileURLToPath(new URL('./sinkProcess.ts', import.meta.url));
const LOOPBACK = '127.0.0.1';
const LAYERS = 3;
/** A light viewer does without RTX and without features that a plain transport cannot have. */
const CAPABILITIES: types.RtpCapabilities = {
  codecs: (RTP_CAPABILITIES.codecs ?? [])
    .filter(({ mimeType }) => mimeType.toLowerCase() === 'video/vp8')
    .map((codec) => ({ ...codec, rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }] })),
  headerExtensions: [],
};

interface Viewer {
  readonly transport: types.PlainTransport;
  readonly ssrc: number;
}

export interface TimesToFirstFrame {
  /** ms from the request to join to the first whole keyframe, for all viewers that stayed long enough. */
  readonly times: readonly number[];
  /** How many viewers left without a frame. */
  readonly never: number;
  /** How many keyframes viewers asked for themselves because none came. */
  readonly requests: number;
}

/**
 * The producers for a newcomer. If there is a reencoded one it sees that, and the consumer of the source stays paused.
 */
export interface Offered {
  readonly sourceId: string;
  readonly reencodedId: string | null;
}

/**
 * Light viewers of one room: plain RTP, timed to the first keyframe, nothing decoded. As in the plan for a real viewer,
 * consumers start paused and resume when the viewer has them in place. The viewers want the three sizes in turn.
 */
export class Viewers {
  readonly #router: types.Router;
  readonly #offered: Offered;
  readonly #watching: Rpc<WatchingViewers>['remote'];
  /** The port of timed viewers, and the port of viewers that are only load. */
  readonly #ports: { readonly watched: number; readonly sink: number };
  /** Ends the receiving processes. */
  readonly close: () => Promise<void>;
  readonly #joinedAt = new Map<number, number>();
  readonly #present: Viewer[] = [];
  #joined = 0;
  #never = 0;
  #requests = 0;
  #sentToThoseWhoLeft = 0;
  readonly #times: number[] = [];

  static async open(router: types.Router, offered: Offered, cleanup: Cleanup): Promise<Viewers> {
    const children = [WATCHING, SINK].map(start);
    const close = async (): Promise<void> => {
      await Promise.all(children.map(end));
    };
    cleanup.add(close);
    const [watching, sink] = children;
    if (!watching || !sink) throw new Error('the viewers do not start');
    const rpc = openRpc<WatchingViewers>(watching);
    watching.once('exit', () => rpc.end('the viewers have ended'));
    const [sinkPort] = await once(sink, 'message');
    return new Viewers(
      router,
      offered,
      rpc.remote,
      { watched: await rpc.remote.port(), sink: Number(sinkPort) },
      close,
    );
  }

  private constructor(
    router: types.Router,
    offered: Offered,
    watching: Rpc<WatchingViewers>['remote'],
    ports: { readonly watched: number; readonly sink: number },
    close: () => Promise<void>,
  ) {
    this.#router = router;
    this.#offered = offered;
    this.#watching = watching;
    this.#ports = ports;
    this.close = close;
  }

  /** Adds a viewer that is only load: nobody reads its packets. */
  async joinUnseen(): Promise<void> {
    const transport = await this.#openTransport(this.#ports.sink);
    const consumer = await this.#consume(transport);
    await consumer.resume();
    this.#present.push({ transport, ssrc: ssrcOf(consumer) });
  }

  /** Adds a viewer and times it until its first keyframe. */
  async join(): Promise<void> {
    const joinedAt = performance.timeOrigin + performance.now();
    const transport = await this.#openTransport(this.#ports.watched);
    const consumer = await this.#consume(transport);
    const ssrc = ssrcOf(consumer);
    this.#joinedAt.set(ssrc, joinedAt);
    await this.#watching.expect(ssrc, transport.tuple.localPort);
    await consumer.resume();
    this.#present.push({ transport, ssrc });
  }

  /** Removes the viewer that has been there the longest. */
  async leave(): Promise<void> {
    const viewer = this.#present.shift();
    if (!viewer) return;
    this.#sentToThoseWhoLeft += await bytesSentBy(viewer.transport);
    viewer.transport.close();
    await this.#collect();
    if (this.#joinedAt.delete(viewer.ssrc)) this.#never += 1;
    await this.#watching.leave(viewer.ssrc);
  }

  /** RTP that all viewers were sent, also those that have left. */
  async bytesSent(): Promise<number> {
    const now = await Promise.all(this.#present.map(({ transport }) => bytesSentBy(transport)));
    return now.reduce((sum, bytes) => sum + bytes, this.#sentToThoseWhoLeft);
  }

  async results(): Promise<TimesToFirstFrame> {
    await this.#collect();
    return { times: this.#times, never: this.#never + this.#joinedAt.size, requests: this.#requests };
  }

  async #collect(): Promise<void> {
    for (const { ssrc, at, requests } of await this.#watching.takeFirstFrames()) {
      const joinedAt = this.#joinedAt.get(ssrc);
      this.#joinedAt.delete(ssrc);
      this.#requests += requests;
      if (joinedAt !== undefined) this.#times.push(at - joinedAt);
    }
  }

  async #openTransport(port: number): Promise<types.PlainTransport> {
    const transport = await this.#router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: LOOPBACK },
      rtcpMux: true,
    });
    await transport.connect({ ip: LOOPBACK, port });
    return transport;
  }

  async #consume(transport: types.PlainTransport): Promise<types.Consumer> {
    const { sourceId, reencodedId } = this.#offered;
    const preferredLayers = { spatialLayer: this.#joined % LAYERS, temporalLayer: 2 };
    this.#joined += 1;
    const open = (producerId: string): Promise<types.Consumer> =>
      transport.consume({ producerId, rtpCapabilities: CAPABILITIES, paused: true, preferredLayers });
    const [source, reencoded] = await Promise.all([open(sourceId), reencodedId === null ? null : open(reencodedId)]);
    return reencoded ?? source;
  }
}

async function bytesSentBy(transport: types.PlainTransport): Promise<number> {
  const stats = await transport.getStats();
  return stats.reduce((sum, { rtpBytesSent }) => sum + rtpBytesSent, 0);
}

function start(script: string): ChildProcess {
  return fork(script, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function ssrcOf({ rtpParameters }: types.Consumer): number {
  const ssrc = rtpParameters.encodings?.[0]?.ssrc;
  if (ssrc === undefined) throw new Error('a consumer without ssrc');
  return ssrc;
}
