import type {
  EngineName,
  InputCodec,
  LayerTarget,
  OutputCodec,
  TrackStats,
} from '../../../core/reencoding/messages.ts';
import type { CodedFrame } from '../../../reencoder/frames.ts';
import { Republisher } from '../../../reencoder/rtp/Republisher.ts';
import { createSrtpKey, SrtpSession } from '../../../reencoder/rtp/srtp/SrtpSession.ts';
import { steadyClock } from '../../../reencoder/rtp/steadyClock.ts';
import { TapReceiver } from '../../../reencoder/rtp/TapReceiver.ts';
import { UdpSocket } from '../../../reencoder/rtp/UdpSocket.ts';
import { TrackProcess } from '../../../reencoder/sidecar/TrackProcess.ts';
import { silentLogger } from '../../support/system.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { SourcePlayer } from './SourcePlayer.ts';

const LOOPBACK = '127.0.0.1';
const SOURCE_SSRC = 77;
const PAYLOAD_TYPE = 96;
export const ALL_ON: readonly LayerTarget[] = [150_000, 500_000, 1_500_000].map((bitrateBps) => ({
  active: true,
  bitrateBps,
}));

export interface ReceivedFrame extends CodedFrame {
  /** Number of later frames that the source had sent when this one arrived. */
  readonly behind: number;
}

interface RigOptions {
  readonly engine?: EngineName;
  readonly input?: InputCodec;
  readonly output?: OutputCodec;
  readonly width?: number;
  readonly height?: number;
  readonly srtp?: boolean;
}

/** May change, drop or repeat a packet on its way to the track process. Returns the packets that arrive. */
export type PacketPath = (packet: Buffer) => readonly Buffer[];

export const GOOD_PATH: PacketPath = (packet) => [packet];

/** A track process between a playing source and a viewer on each layer, without a node. */
export class TrackRig {
  readonly process: TrackProcess;
  readonly source: SourcePlayer;
  readonly viewers: readonly TapReceiver[];
  /** Frames that viewers received, by layer. */
  readonly received: readonly ReceivedFrame[][];
  readonly stats: Omit<TrackStats, 'jobId'>[] = [];
  /** The path of the source's packets from now on. */
  path = GOOD_PATH;
  readonly #closers: (() => void)[];

  private constructor(
    process: TrackProcess,
    source: SourcePlayer,
    viewers: readonly TapReceiver[],
    received: readonly ReceivedFrame[][],
    closers: (() => void)[],
  ) {
    this.process = process;
    this.source = source;
    this.viewers = viewers;
    this.received = received;
    this.#closers = closers;
    process.onStats = (stats) => this.stats.push(stats);
  }

  static async open(options: RigOptions = {}): Promise<TrackRig> {
    const { engine = 'libav', input = 'VP8', output = 'VP8', width = 320, height = 180, srtp = false } = options;
    const process = new TrackProcess({ engine }, steadyClock, silentLogger);
    const opened = await process.open(LOOPBACK, srtp);
    const sourceSocket = await UdpSocket.open({ address: LOOPBACK });
    const viewerSocket = await UdpSocket.open({ address: LOOPBACK });
    const sourceKey = srtp ? createSrtpKey() : null;
    const viewerKey = srtp ? createSrtpKey() : null;
    const sourceSrtp =
      sourceKey && opened.srtp ? new SrtpSession({ sendKey: sourceKey, receiveKey: opened.srtp.tap }) : null;
    const viewerSrtp =
      viewerKey && opened.srtp ? new SrtpSession({ sendKey: viewerKey, receiveKey: opened.srtp.republish }) : null;
    const ssrcs = [1_000, 1_001, 1_002];

    const republisher = new Republisher({
      send: (packet) => {
        for (const arriving of rig.path(packet)) sourceSocket.send(sourceSrtp?.protect(arriving) ?? arriving);
      },
      codec: input === 'H264' ? 'H264' : 'VP8',
      payloadType: PAYLOAD_TYPE,
      cname: 'presenter',
      layers: [{ ssrc: SOURCE_SSRC }],
      clock: steadyClock,
      listener: {
        keyframeRequested() {
          source.keyframe();
          source.play(); // The track process receives it from now on.
        },
      },
    });
    const received = ssrcs.map((): ReceivedFrame[] => []);
    const viewers = ssrcs.map(
      (ssrc, layer) =>
        new TapReceiver({
          send: (packet) => viewerSocket.send(viewerSrtp?.protect(packet) ?? packet),
          ssrc,
          payloadType: PAYLOAD_TYPE,
          codec: output,
          clock: steadyClock,
          listener: {
            frame: (frame) => received[layer]?.push({ ...frame, behind: source.sentAfter(frame.timestamp) }),
            discontinuity: () => undefined,
          },
        }),
    );
    const source = await SourcePlayer.open({ codec: input, width, height }, (frame) =>
      republisher.sendFrame({ ...frame, layer: 0, width, height }),
    );
    await sourceSocket.connect({ address: LOOPBACK, port: opened.tapPort }, (datagram) => {
      const plain = sourceSrtp ? sourceSrtp.unprotect(datagram) : datagram;
      if (plain) republisher.receive(plain);
    });
    await viewerSocket.connect({ address: LOOPBACK, port: opened.republishPort }, (datagram) => {
      const plain = viewerSrtp ? viewerSrtp.unprotect(datagram) : datagram;
      for (const [layer, viewer] of viewers.entries()) {
        if (plain && concerns(plain, ssrcs[layer] ?? 0)) viewer.receive(plain);
      }
    });
    const closers = [
      () => source.stop(),
      () => republisher.close(),
      ...viewers.map((viewer) => () => viewer.close()),
      () => sourceSocket.close(),
      () => viewerSocket.close(),
      () => process.kill(),
    ];
    const rig = new TrackRig(process, source, viewers, received, closers);
    process.attach({
      tap: {
        address: LOOPBACK,
        port: sourceSocket.port,
        srtp: sourceKey,
        codec: input,
        ssrc: SOURCE_SSRC,
        payloadType: PAYLOAD_TYPE,
      },
      republish: {
        address: LOOPBACK,
        port: viewerSocket.port,
        srtp: viewerKey,
        codec: output,
        payloadType: PAYLOAD_TYPE,
        cname: 'presenter',
        layers: ssrcs.map((ssrc, layer) => ({ ssrc, scaleDownBy: [4, 2, 1][layer] ?? 1 })),
      },
      targets: [...ALL_ON],
      inputPaused: false,
    });
    return rig;
  }

  /**
   * Requests a keyframe of a layer as a viewer would. Returns how many frames of the layer came first after the PLI.
   */
  async keyframe(layer: number): Promise<number> {
    const [viewer, frames] = [this.viewers[layer], this.received[layer]];
    if (!viewer || !frames) throw new RangeError(`there is no layer ${layer}`);
    const { plisSent } = viewer.stats();
    const { length } = frames;
    viewer.requestKeyframe();
    await waitUntil(() => viewer.stats().plisSent > plisSent || `no PLI left for layer ${layer}`);
    const { framesDropped } = viewer.stats();
    await waitUntil(() => frames.length > length || `no keyframe of layer ${layer}`);
    return viewer.stats().framesDropped - framesDropped;
  }

  /** Number of layers that there is CPU for. A busy machine rightly gives up the highest ones. */
  get affordableLayers(): number {
    return (this.process.counters?.highestLayer ?? this.viewers.length - 1) + 1;
  }

  /** Waits until the track process has every sent frame. The source must be paused. */
  async arrived(): Promise<void> {
    const figures = () => `${this.process.counters?.framesIn} of ${this.source.sent.length} frames arrived`;
    await waitUntil(() => this.process.counters?.framesIn === this.source.sent.length || figures());
  }

  /** Waits until each layer has that many more frames. */
  async flows(frames = 15, layers: readonly number[] = [0, 1, 2]): Promise<void> {
    const before = this.#counts();
    const flows = () => layers.every((layer) => (this.#counts()[layer] ?? 0) >= (before[layer] ?? 0) + frames);
    await waitUntil(() => flows() || `frames of the layers: ${this.#counts()}, before: ${before}`, 40_000);
  }

  #counts(): number[] {
    return this.received.map(({ length }) => length);
  }

  async close(): Promise<void> {
    for (const close of this.#closers) close();
    await this.process.ended;
  }
}

/** Returns whether an RTCP packet concerns the stream. Reports may cover several streams. */
function concerns(packet: Buffer, ssrc: number): boolean {
  const isRtcp = (packet[1] ?? 0) >= 192 && (packet[1] ?? 0) <= 223;
  return isRtcp || packet.readUInt32BE(8) === ssrc;
}
