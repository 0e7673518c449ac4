import type { types } from 'mediasoup-client';
import type { TrackKind, TrackSource } from '../../signaling/protocol/shapes.ts';
import { CaptureWatch } from './CaptureWatch.ts';
import { screenConstraints } from './devices.ts';
import { encodingsFor, type PublishOptions, type ScreenContent } from './encodings.ts';
import { expectedParameters } from './expectedParameters.ts';
import { WantedLayers } from './layers.ts';
import type { TrackProcessor } from './TrackProcessor.ts';

export interface LocalTrackOptions {
  readonly trackId: string;
  readonly source: TrackSource;
  readonly mediaStreamTrack: MediaStreamTrack;
  readonly muted: boolean;
  readonly publish: PublishOptions;
  /** True if the SDK opened the device, or the application handed it over: the SDK then also closes it. */
  readonly ownsDevice: boolean;
  /** `interrupted` has changed. */
  readonly interruptionChanged?: () => void;
}

/**
 * One track that this client publishes. It outlives producers, transports and servers; the device behind it stays open
 * through all of them. Media leaves only while neither side holds it muted: `held` here, `recordMuted` in the room
 * [M2].
 */
export class LocalTrack {
  readonly trackId: string;
  readonly source: TrackSource;
  readonly kind: TrackKind;
  readonly #layers = new WantedLayers(() => this.#applySending());
  readonly #interruptionChanged: () => void;
  #publishOptions: PublishOptions;
  #mediaStreamTrack: MediaStreamTrack;
  #processor: TrackProcessor | null;
  #capture: CaptureWatch;
  #ownsDevice: boolean;
  #held: boolean;
  #holds = 0;
  #recordMuted: boolean;
  #producer: types.Producer | undefined;
  /** Of the session before, on a node that others still receive it through; and the layers that these want. */
  #former: { readonly producer: types.Producer; readonly maxLayer: number } | undefined;
  /** In the place where this client stands by; `awake`: media leaves for there. */
  #standby: { readonly producer: types.Producer; awake: boolean } | undefined;
  #lastParameters: types.RtpParameters | undefined;
  #applied: Promise<void> = Promise.resolve();
  #switched: Promise<void> = Promise.resolve();

  constructor(options: LocalTrackOptions) {
    this.trackId = options.trackId;
    this.source = options.source;
    this.kind = options.source === 'camera' || options.source === 'screen' ? 'video' : 'audio';
    this.#publishOptions = options.publish;
    this.#ownsDevice = options.ownsDevice;
    this.#mediaStreamTrack = options.mediaStreamTrack;
    this.#interruptionChanged = options.interruptionChanged ?? (() => undefined);
    this.#capture = this.#watch(options.mediaStreamTrack);
    this.#held = options.muted;
    this.#recordMuted = options.muted;
    this.#processor = options.publish.processor ?? null;
    this.#enable();
    this.#processor?.setInput(options.mediaStreamTrack);
  }

  /** What the device gives. */
  get mediaStreamTrack(): MediaStreamTrack {
    return this.#mediaStreamTrack;
  }

  /** What others get: the device's track, or what the processor makes of it. */
  get sentTrack(): MediaStreamTrack {
    return this.#processor?.output ?? this.#mediaStreamTrack;
  }

  get publishOptions(): PublishOptions {
    return this.#publishOptions;
  }

  get ownsDevice(): boolean {
    return this.#ownsDevice;
  }

  get muted(): boolean {
    return this.#held || this.#recordMuted;
  }

  get sending(): boolean {
    return !this.muted;
  }

  /** True while the device gives nothing, though it is open: others see that it is so. */
  get interrupted(): boolean {
    return this.sending && this.#capture.interrupted;
  }

  /** True if muted here, even if the room does not know it yet. */
  get held(): boolean {
    return this.#held;
  }

  /** How often its own person has muted it so far: an unmute that a mute overtook does not count. */
  get holds(): number {
    return this.#holds;
  }

  get recordMuted(): boolean {
    return this.#recordMuted;
  }

  get producer(): types.Producer | undefined {
    return this.#producer;
  }

  /**
   * Returns the parameters that its producer will have on fresh transports, at this place among all; undefined if they
   * are not known.
   */
  expectedAt(place: number): types.RtpParameters | undefined {
    if (this.#lastParameters === undefined) return undefined;
    return expectedParameters(this.#lastParameters, place);
  }

  /** Silences the track from this instant on, whatever the network does. */
  hold(): void {
    this.#held = true;
    this.#holds += 1;
    this.#applySending();
  }

  /** Called when the room has agreed that the track is heard again. */
  release(): void {
    this.#held = false;
    this.#applySending();
  }

  setRecordMuted(muted: boolean): void {
    this.#recordMuted = muted;
    // Once muted, only its own person opens it again, even if the room forgets that it was muted.
    if (muted) this.#held = true;
    this.#applySending();
  }

  /** A shared screen shows something else now: what suits it is captured and sent from here on. */
  async setContent(content: ScreenContent): Promise<void> {
    this.#publishOptions = { ...this.#publishOptions, content };
    this.#mediaStreamTrack.contentHint = content;
    this.#applySending();
    await this.#mediaStreamTrack.applyConstraints(screenConstraints(content));
  }

  want(maxSpatialLayer: number): void {
    this.#layers.want(maxSpatialLayer);
  }

  produced(producer: types.Producer): void {
    this.#producer = producer;
    this.#lastParameters = producer.rtpParameters;
    // Those who watch it through the former node come to the new one.
    if (this.#former === undefined) this.#layers.reset();
    this.#applySending();
    // Another device or processor may have come while it was being made.
    this.#sendCurrent().catch(() => undefined); // The producer was closed meanwhile.
  }

  /** Called when its producer is gone; the track itself goes on. */
  unproduced(): void {
    this.#producer = undefined;
  }

  /** Its producer goes on until `formerEnded`, beside one that is to come. */
  movesOn(): void {
    this.#former = this.#producer && { producer: this.#producer, maxLayer: this.#layers.maxLayer };
    this.#producer = undefined;
  }

  formerEnded(): void {
    this.#former = undefined;
  }

  /** It has a producer where this client stands by: sound goes to both places, pictures wait for `wakeStandby`. */
  async prepared(producer: types.Producer): Promise<void> {
    const standby = { producer, awake: this.kind === 'audio' };
    this.#standby = standby;
    this.#applySending();
    if (!standby.awake) await producer.rtpSender?.replaceTrack(null);
    // It may have been woken up meanwhile.
    if (standby.awake) await producer.rtpSender?.replaceTrack(this.sentTrack);
  }

  /** Pictures leave for the other place, which is about to be that of the session. */
  wakeStandby(): void {
    const standby = this.#standby;
    if (standby === undefined || standby.awake) return;
    standby.awake = true;
    // It closes only together with all that it is for.
    standby.producer.rtpSender?.replaceTrack(this.sentTrack).catch(() => undefined);
  }

  /** The place where it stood by is that of the session now. Returns false if it had no producer there. */
  promoted(): boolean {
    const standby = this.#standby;
    if (standby === undefined || standby.producer.closed) return false;
    this.wakeStandby();
    this.#standby = undefined;
    this.produced(standby.producer);
    return true;
  }

  standbyEnded(): void {
    this.#standby = undefined;
  }

  /** Switches to another device, or to the same one opened again. Stops the old track if the SDK had opened it. */
  async replace(mediaStreamTrack: MediaStreamTrack, ownsDevice: boolean): Promise<void> {
    const old = this.#mediaStreamTrack;
    const ownedOld = this.#ownsDevice;
    this.#ownsDevice = ownsDevice;
    this.#mediaStreamTrack = mediaStreamTrack;
    this.#enable();
    this.#capture.close();
    this.#capture = this.#watch(mediaStreamTrack);
    this.#processor?.setInput(mediaStreamTrack);
    if (ownedOld && old !== mediaStreamTrack) old.stop();
    await this.#sendCurrent();
    this.#applySending();
  }

  /** Others get what the processor makes of the device's track from now on; null: that track itself. */
  async setProcessor(processor: TrackProcessor | null): Promise<void> {
    if (processor === this.#processor) return;
    this.#processor?.setInput(null);
    this.#processor = processor;
    this.#enable();
    processor?.setInput(this.#mediaStreamTrack);
    await this.#sendCurrent();
  }

  close(): void {
    this.#capture.close();
    for (const producer of this.#producers()) producer.close();
    this.#producer = undefined;
    this.#former = undefined;
    this.#standby = undefined;
    this.#processor?.setInput(null);
    if (this.#ownsDevice) this.#mediaStreamTrack.stop();
  }

  #watch(track: MediaStreamTrack): CaptureWatch {
    return new CaptureWatch({
      track,
      // A shared screen on which nothing moves gives no pictures.
      pictures: this.source === 'camera' ? () => this.#pictures() : undefined,
      changed: () => this.#interruptionChanged(),
      page: globalThis.document,
    });
  }

  /** Returns how many pictures the sender has got from the camera; null if it does not say, or nobody wants them. */
  async #pictures(): Promise<number | null> {
    const sender = this.#producer?.rtpSender;
    const flows = this.sending && this.#layers.maxLayer >= 0 && sender?.transport?.state === 'connected';
    if (!flows || this.#mediaStreamTrack.readyState === 'ended') return null;
    try {
      for (const report of (await sender.getStats()).values()) {
        if (report.type === 'media-source' && report.frames > 0) return report.frames;
      }
    } catch {
      return null; // The connection was closed meanwhile.
    }
    return null;
  }

  /** Disables the device's track at once and the encoders as soon as the sender takes new parameters. */
  #applySending(): void {
    this.#enable();
    this.#applied = this.#applied.then(async () => {
      if (this.#former !== undefined) await this.#applyEncodings(this.#former.producer, this.#former.maxLayer);
      if (this.#producer !== undefined) await this.#applyEncodings(this.#producer, this.#layers.maxLayer);
      if (this.#standby !== undefined) await this.#applyEncodings(this.#standby.producer, Number.POSITIVE_INFINITY);
    });
  }

  /** A processor may still hold what was heard or seen before the mute: its own track is silent, too. */
  #enable(): void {
    this.#mediaStreamTrack.enabled = this.sending;
    if (this.#processor !== null) this.#processor.output.enabled = this.sending;
  }

  /** One switch after the other: a producer in the middle of one ignores a switch back. */
  #sendCurrent(): Promise<void> {
    const switched = this.#switched.then(async () => {
      const { sentTrack } = this;
      const awake = this.#producers().filter((producer) => producer !== this.#standby?.producer || this.#standby.awake);
      await Promise.all(awake.map((producer) => producer.replaceTrack({ track: sentTrack })));
    });
    this.#switched = switched.catch(() => undefined);
    return switched;
  }

  #producers(): types.Producer[] {
    return [this.#former?.producer, this.#producer, this.#standby?.producer].flatMap((producer) =>
      producer?.closed === false ? producer : [],
    );
  }

  async #applyEncodings(producer: types.Producer, maxLayer: number): Promise<void> {
    const sender = producer.rtpSender;
    if (producer.closed || sender === undefined) return;
    const parameters = sender.getParameters();
    let changed = false;
    const wanted = this.source === 'screen' ? encodingsFor(this.source, 0, this.#publishOptions) : [];
    for (const [layer, encoding] of parameters.encodings.entries()) {
      const active = this.sending && layer <= maxLayer;
      const { maxBitrate = encoding.maxBitrate, maxFramerate = encoding.maxFramerate } = wanted[layer] ?? {};
      if (encoding.active === active && encoding.maxFramerate === maxFramerate && encoding.maxBitrate === maxBitrate) {
        continue;
      }
      Object.assign(encoding, { active, ...(maxBitrate && { maxBitrate }), ...(maxFramerate && { maxFramerate }) });
      changed = true;
    }
    if (!changed) return;
    try {
      await sender.setParameters(parameters);
    } catch {
      // The sender was closed or renegotiated in between. A disabled track sends silence all the same, and the next
      // change, or the next producer, sets its parameters again.
      return;
    }
  }
}
