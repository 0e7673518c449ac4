import type { Clock } from '../../ports.ts';
import type { AttachAnswer, EngineName, TrackCounters, TrackStats } from '../../reencoding/messages.ts';
import type { SidecarChannel } from '../../reencoding/ports.ts';
import type { LayerDemand } from '../../view/layerTargets.ts';
import { nominalBitratesOf } from '../../view/layerTargets.ts';
import type { LiveReencoding } from '../../view/mediaSteps.ts';
import { MediaProducer } from '../producers/MediaProducer.ts';
import { type AttachmentState, advance, CLOSED, endOf, handOver, leave, phaseOf, SERVING } from './AttachmentState.ts';
import { LayerControl } from './LayerControl.ts';
import {
  type AttachmentMedia,
  type AttachmentMediaOptions,
  openAttachmentMedia,
  toAttachAnswer,
} from './openAttachmentMedia.ts';
import { PathWatch } from './PathWatch.ts';
import { PulseWatch } from './PulseWatch.ts';
import { SCALES } from './reencodedParameters.ts';

type Phase = LiveReencoding['phase'];

export interface AttachmentOptions extends AttachmentMediaOptions {
  readonly channel: SidecarChannel;
  readonly clock: Clock;
  /** Called once, at any kind of end. `phase`: the phase before the end. */
  readonly onClosed: (attachment: Attachment, phase: Phase) => void;
}

/** Transports that take longer are useless. */
const OPEN_WITHIN_MS = 3_000;

/** One sidecar at work on one track: the transports between them, the sidecar's orders, and its results. */
export class Attachment {
  readonly channel: SidecarChannel;
  readonly jobId: string;
  readonly attempt: number;
  /** The sidecar's engine. */
  readonly engine: EngineName;
  readonly producer: MediaProducer;
  readonly #options: AttachmentOptions;
  readonly #media: AttachmentMedia;
  readonly #watch: PulseWatch;
  readonly #path = new PathWatch();
  readonly #control: LayerControl;
  #state: AttachmentState = SERVING;
  #stats: TrackStats | null = null;
  /** The heights of all its layers, lowest first, including those that its sidecar has no CPU for. */
  #heights: readonly number[];
  #highestLayer = SCALES.length - 1;
  #inputPaused: boolean;
  #tapping = false;

  /**
   * Leaves nothing behind if it fails.
   * @throws NoMediaPath, mediasoup's error, or an Error when it takes too long
   */
  static async open(options: AttachmentOptions, demands: readonly LayerDemand[]): Promise<Attachment> {
    let isLate = false;
    const opening = openAttachmentMedia(options).then((media) => {
      const attachment = new Attachment(options, media, demands);
      if (isLate) attachment.close();
      return attachment;
    });
    return new Promise((resolve, reject) => {
      const cancel = options.clock.setTimer(OPEN_WITHIN_MS, () => {
        isLate = true;
        reject(new Error('the transports were not built in time'));
      });
      opening.then(resolve, reject).finally(cancel);
    });
  }

  private constructor(options: AttachmentOptions, media: AttachmentMedia, demands: readonly LayerDemand[]) {
    const { channel, request, source, clock } = options;
    this.#options = options;
    this.#media = media;
    this.channel = channel;
    this.jobId = request.jobId;
    this.attempt = request.attempt;
    this.engine = request.engine;
    const track = { id: source.trackId, ...source.track };
    this.producer = new MediaProducer(media.producer, track, source.owner, {
      path: 'reencoded',
      waitsForViewers: false,
    });
    this.#heights = this.producer.layers.heights;
    this.#inputPaused = source.paused;
    this.#control = new LayerControl(nominalBitratesOf(track.source), demands, clock.now());
    this.#watch = new PulseWatch(clock.now(), this.#expected());
    media.consumer.observer.once('close', () => this.release('its media ended here'));
    media.producer.observer.once('close', () => this.release('its media ended here'));
  }

  get phase(): Phase {
    return phaseOf(this.#state, this.#watch.ready);
  }

  /** The sidecar's latest; null before the first. */
  get stats(): TrackStats | null {
    return this.#stats;
  }

  get closed(): boolean {
    return this.#state.type === 'closed';
  }

  answer(): AttachAnswer {
    return toAttachAnswer(this.#media, this.#options, this.#control.targets, this.#inputPaused);
  }

  /** Its sidecar wants to give the track back. Returns false if that was known, or no longer matters. */
  handOver(): boolean {
    const before = this.#state;
    this.#state = handOver(before, this.#options.clock.now());
    return this.#state !== before;
  }

  /** Its viewers go back to the source. */
  leave(): void {
    this.#state = leave(this.#state, this.#options.clock.now());
  }

  /** Time has passed. `hasSuccessor`: whether a newer attachment is ready. */
  advance(hasSuccessor: boolean): void {
    this.#state = advance(this.#state, hasSuccessor, this.#options.clock.now());
  }

  /** Returns why nobody needs it any more; null while somebody may. `isFlowing`: whether a viewer receives from it. */
  endReason(isFlowing: boolean): string | null {
    return endOf(this.#state, isFlowing, this.#options.clock.now());
  }

  pulse({ framesIn, framesOut }: Pick<TrackCounters, 'framesIn' | 'framesOut'>): void {
    this.#startTap();
    this.#watch.pulse(this.#options.clock.now(), framesIn, framesOut);
  }

  /** Returns whether the picture's size changed: tiles may then need other layers. */
  setStats(stats: TrackStats): boolean {
    this.#stats = stats;
    const heights = SCALES.map((scale) => Math.round(Math.min(stats.width, stats.height) / scale));
    if (!heights[0] || heights.join() === this.#heights.join()) return false;
    this.#heights = heights;
    this.#offerLayers();
    return true;
  }

  /**
   * The highest layer that its sidecar has CPU for. Returns whether that changed: viewers of higher layers move first.
   */
  setHighestLayer(layer: number): boolean {
    if (layer === this.#highestLayer) return false;
    this.#highestLayer = layer;
    this.#offerLayers();
    return true;
  }

  /** Whether layers are still encoded that there is no CPU for, because a viewer may receive them. */
  get hasSurplusLayers(): boolean {
    return this.#control.targets.some(({ active }, layer) => active && layer > this.#highestLayer);
  }

  /** Time has passed without a pulse. */
  checkPulse(): void {
    this.#watch.check(this.#options.clock.now());
  }

  /**
   * Compares what was sent with what arrived, both ways; the next `checkPulse` counts it.
   * @throws mediasoup's error when its router is gone
   */
  async checkPath(): Promise<void> {
    const { consumer, producer } = this.#media;
    const [sent, received] = await Promise.all([consumer.getStats(), producer.getStats()]);
    const { framesIn, framesOut } = this.#watch;
    const tapPackets = sent.find(({ type }) => type === 'outbound-rtp')?.packetCount ?? 0;
    const republishPackets = received.reduce((sum, { packetCount }) => sum + packetCount, 0);
    const isOpen = this.#path.isOpen({ tapPackets, framesIn, framesOut, republishPackets });
    this.#watch.setPath(this.#options.clock.now(), isOpen);
  }

  /** For how long its sidecar has been silent or out of reach. */
  lostForMs(): number {
    return this.#watch.lostForMs(this.#options.clock.now());
  }

  /** Sends the sidecar what viewers need now, if that changed. `demands` is null while the track is muted. */
  adapt(demands: readonly LayerDemand[] | null): void {
    const now = this.#options.clock.now();
    const { source } = this.#options;
    const height = this.#stats?.width ? Math.min(this.#stats.width, this.#stats.height) : null;
    const nominals = nominalBitratesOf(source.track.source, height);
    const targetsChanged = demands !== null && this.#control.update(nominals, demands, now, this.#highestLayer);
    if (!targetsChanged && this.#inputPaused === source.paused) return;
    this.#inputPaused = source.paused;
    this.#watch.expect(now, this.#expected());
    this.channel.adapt({ jobId: this.jobId, targets: [...this.#control.targets], inputPaused: this.#inputPaused });
  }

  /** Ends the sidecar's work and closes this end of it. */
  release(reason: string): void {
    if (this.closed) return;
    this.channel.release({ jobId: this.jobId, reason });
    this.close();
  }

  /** Closes only this end: the sidecar knows, or is out of reach. */
  close(): void {
    if (this.closed) return;
    const { phase } = this;
    this.#state = CLOSED;
    this.#media.tap.close();
    this.#media.republish.close();
    this.#options.onClosed(this, phase);
  }

  /** The plan chooses among these for each viewer. */
  #offerLayers(): void {
    const { temporalLayers } = this.producer.layers;
    this.producer.layers = { heights: this.#heights.slice(0, this.#highestLayer + 1), temporalLayers };
  }

  /** A pulse proves that the sidecar has our answer, so a keyframe of the source no longer gets lost on it. */
  #startTap(): void {
    if (this.#tapping) return;
    this.#tapping = true;
    // Fails when its router closed.
    this.#media.consumer.resume().catch(() => this.release('its media ended here'));
  }

  #expected(): { anyLayerActive: boolean; inputPaused: boolean } {
    const anyLayerActive = this.#control.targets.some(({ active }) => active);
    return { anyLayerActive, inputPaused: this.#inputPaused };
  }
}
