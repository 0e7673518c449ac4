import type { types } from 'mediasoup';
import type { Clock } from '../../ports.ts';
import type {
  AttachAnswer,
  AttachRequest,
  InputCodec,
  OutputCodec,
  TrackCounters,
  TrackStats,
} from '../../reencoding/messages.ts';
import type { SidecarLink } from '../../reencoding/ports.ts';
import type { LayerDemand } from '../../view/layerTargets.ts';
import { nominalBitratesOf } from '../../view/layerTargets.ts';
import type { LiveReencoding } from '../../view/mediaSteps.ts';
import { MediaProducer } from '../MediaProducer.ts';
import { LayerControl } from './LayerControl.ts';
import { openPlainTransport, type PlainListen, plainEndOf } from './openPlainTransport.ts';
import { PathWatch } from './PathWatch.ts';
import { PulseWatch } from './PulseWatch.ts';
import { republishParameters, SCALES, tapCapabilities } from './reencodedParameters.ts';

export interface AttachmentOptions {
  readonly link: SidecarLink;
  readonly request: AttachRequest;
  readonly source: MediaProducer;
  readonly input: InputCodec;
  readonly output: OutputCodec;
  readonly plainListen: PlainListen;
  readonly clock: Clock;
  /** Called once, however it comes to its end. */
  readonly onClosed: (attachment: Attachment) => void;
}

interface Parts {
  readonly tap: types.PlainTransport;
  readonly republish: types.PlainTransport;
  readonly consumer: types.Consumer;
  readonly producer: types.Producer;
}

/** Its encoder answers within a frame. This bounds how many keyframes viewers with bad links cost all the others. */
const KEYFRAME_REQUEST_DELAY_MS = 100;

/** One sidecar at work on one track: the transports between them, what it is asked for, and how it does. */
export class Attachment {
  readonly link: SidecarLink;
  readonly jobId: string;
  readonly attempt: number;
  readonly producer: MediaProducer;
  /** Since when another sidecar is to take over; null: none is. */
  handOverSince: number | null = null;
  /** Since when its viewers are to go; null: they may stay. */
  leavingSince: number | null = null;
  /** Since when a newer one serves the viewers; null: none does. */
  supersededSince: number | null = null;
  readonly #options: AttachmentOptions;
  readonly #parts: Parts;
  readonly #watch: PulseWatch;
  readonly #path = new PathWatch();
  readonly #control: LayerControl;
  #stats: TrackStats | null = null;
  /** Of all its layers, lowest first, also those that its sidecar has no CPU for. */
  #heights: readonly number[];
  #highestLayer = SCALES.length - 1;
  #inputPaused: boolean;
  #tapping = false;
  #closed = false;

  /**
   * Builds the node's ends on the source's router. Leaves nothing behind when it fails.
   * @throws NoMediaPath, or mediasoup's error
   */
  static async open(options: AttachmentOptions, demands: readonly LayerDemand[]): Promise<Attachment> {
    const { request, source, input, output, plainListen } = options;
    const { router } = source.owner.router;
    const { address } = request;
    const farEnds = [
      { address, port: request.tapPort, srtp: request.srtp?.tap ?? null },
      { address, port: request.republishPort, srtp: request.srtp?.republish ?? null },
    ];
    const opened = await Promise.allSettled(farEnds.map((far) => openPlainTransport(router, far, plainListen)));
    const [tap, republish] = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    try {
      const failed = opened.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      if (!tap || !republish) throw new Error('a sidecar needs two transports');
      const [consumer, producer] = await Promise.all([
        tap.consume({ producerId: source.producerId, rtpCapabilities: tapCapabilities(input), paused: true }),
        republish.produce({
          kind: 'video',
          rtpParameters: republishParameters(output, source.producer.rtpParameters.rtcp?.cname),
          paused: true,
          keyFrameRequestDelay: KEYFRAME_REQUEST_DELAY_MS,
        }),
      ]);
      if (consumer.closed || producer.closed) throw new Error('the source closed while a sidecar attached');
      return new Attachment(options, { tap, republish, consumer, producer }, demands);
    } catch (error) {
      for (const result of opened) if (result.status === 'fulfilled') result.value.close();
      throw error;
    }
  }

  private constructor(options: AttachmentOptions, parts: Parts, demands: readonly LayerDemand[]) {
    const { link, request, source, clock } = options;
    this.#options = options;
    this.#parts = parts;
    this.link = link;
    this.jobId = request.jobId;
    this.attempt = request.attempt;
    const track = { id: source.trackId, ...source.track };
    this.producer = new MediaProducer(parts.producer, track, source.owner, { path: 'reencoded', held: false });
    this.#heights = this.producer.layers.heights;
    this.#inputPaused = source.paused;
    this.#control = new LayerControl(nominalBitratesOf(track.source), demands, clock.now());
    this.#watch = new PulseWatch(clock.now(), this.#expected());
    parts.consumer.observer.once('close', () => this.release('its media ended here'));
    parts.producer.observer.once('close', () => this.release('its media ended here'));
  }

  get phase(): LiveReencoding['phase'] {
    if (!this.#watch.ready) return 'warming';
    return this.leavingSince === null ? 'ready' : 'leaving';
  }

  /** As the sidecar said last; null: not yet. */
  get stats(): TrackStats | null {
    return this.#stats;
  }

  get closed(): boolean {
    return this.#closed;
  }

  answer(): AttachAnswer {
    const { tap, republish, consumer, producer } = this.#parts;
    const { input, output } = this.#options;
    const { encodings = [], rtcp } = producer.rtpParameters;
    return {
      type: 'attached',
      tap: {
        ...plainEndOf(tap),
        codec: input,
        ssrc: consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0,
        payloadType: consumer.rtpParameters.codecs[0]?.payloadType ?? 0,
      },
      republish: {
        ...plainEndOf(republish),
        codec: output,
        payloadType: producer.rtpParameters.codecs[0]?.payloadType ?? 0,
        cname: rtcp?.cname ?? '',
        layers: encodings.map(({ ssrc = 0 }, layer) => ({ ssrc, scaleDownBy: SCALES[layer] ?? 1 })),
      },
      targets: [...this.#control.targets],
      inputPaused: this.#inputPaused,
    };
  }

  /** True when its phase changed. */
  pulse({ framesIn, framesOut }: Pick<TrackCounters, 'framesIn' | 'framesOut'>): boolean {
    const before = this.phase;
    this.#startTap();
    this.#watch.pulse(this.#options.clock.now(), framesIn, framesOut);
    return this.phase !== before;
  }

  /** True when the picture has another size: tiles may be served by other layers. */
  setStats(stats: TrackStats): boolean {
    this.#stats = stats;
    const heights = SCALES.map((scale) => Math.round(Math.min(stats.width, stats.height) / scale));
    if (!heights[0] || heights.join() === this.#heights.join()) return false;
    this.#heights = heights;
    this.#offerLayers();
    return true;
  }

  /** What its sidecar has CPU for. True when that changed: viewers of higher layers are to be moved before these end. */
  setHighestLayer(layer: number): boolean {
    if (layer === this.#highestLayer) return false;
    this.#highestLayer = layer;
    this.#offerLayers();
    return true;
  }

  /** Layers go on for which there is no CPU: somebody may still receive them. */
  get givesUpLayers(): boolean {
    return this.#control.targets.some(({ active }, layer) => active && layer > this.#highestLayer);
  }

  /** True when its phase changed. */
  review(): boolean {
    const before = this.phase;
    this.#watch.review(this.#options.clock.now());
    return this.phase !== before;
  }

  /** Looks whether media get through both ways. The next review tells what came of it. Throws when its router is gone. */
  async lookAtPath(): Promise<void> {
    const { consumer, producer } = this.#parts;
    const [sent, received] = await Promise.all([consumer.getStats(), producer.getStats()]);
    const { framesIn, framesOut } = this.#watch;
    const tapPackets = sent.find(({ type }) => type === 'outbound-rtp')?.packetCount ?? 0;
    const republishPackets = received.reduce((sum, { packetCount }) => sum + packetCount, 0);
    const isOpen = this.#path.isOpen({ tapPackets, framesIn, framesOut, republishPackets });
    this.#watch.setPath(this.#options.clock.now(), isOpen);
  }

  /** For how long its sidecar has been silent, or out of reach. */
  lostForMs(): number {
    return this.#watch.lostForMs(this.#options.clock.now());
  }

  /** Tells the sidecar what viewers need now, when that changed. Null: nobody is to receive anything while muted. */
  adapt(demands: readonly LayerDemand[] | null): void {
    const now = this.#options.clock.now();
    const { source } = this.#options;
    const height = this.#stats?.width ? Math.min(this.#stats.width, this.#stats.height) : null;
    const nominals = nominalBitratesOf(source.track.source, height);
    const targetsChanged = demands !== null && this.#control.update(nominals, demands, now, this.#highestLayer);
    if (!targetsChanged && this.#inputPaused === source.paused) return;
    this.#inputPaused = source.paused;
    this.#watch.expect(now, this.#expected());
    this.link.adapt({ jobId: this.jobId, targets: [...this.#control.targets], inputPaused: this.#inputPaused });
  }

  /** The sidecar is told, and all ends close. */
  release(reason: string): void {
    if (this.#closed) return;
    this.link.release({ jobId: this.jobId, reason });
    this.close();
  }

  /** All ends close; the sidecar knows, or cannot be told. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.tap.close();
    this.#parts.republish.close();
    this.#options.onClosed(this);
  }

  /** The plan chooses for each viewer among those that are there. */
  #offerLayers(): void {
    const { temporalLayers } = this.producer.layers;
    this.producer.layers = { heights: this.#heights.slice(0, this.#highestLayer + 1), temporalLayers };
  }

  /** The sidecar has our answer: from here on a keyframe of the source is not lost on it. */
  #startTap(): void {
    if (this.#tapping) return;
    this.#tapping = true;
    // It closes with its router, and is of no use then.
    this.#parts.consumer.resume().catch(() => this.release('its media ended here'));
  }

  #expected(): { anyLayerActive: boolean; inputPaused: boolean } {
    const anyLayerActive = this.#control.targets.some(({ active }) => active);
    return { anyLayerActive, inputPaused: this.#inputPaused };
  }
}
