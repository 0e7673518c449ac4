import type { Clock } from '../../core/ports.ts';
import type { InputCodec, LayerTarget, OutputCodec, TrackStats } from '../../core/reencoding/messages.ts';
import { type Engine, EngineFailed, type EnginePromises, type LayerWish, type Transcoder } from '../engines/Engine.ts';
import type { CodedFrame, LayerFrame } from '../frames.ts';
import { InputRhythm } from './InputRhythm.ts';
import { KeyframeGate } from './KeyframeGate.ts';
import { medianOf, Shedding } from './Shedding.ts';
import { SourceRequests } from './SourceRequests.ts';

export interface PipelineOptions {
  readonly engine: Pick<Engine, 'open' | 'promises'>;
  readonly input: InputCodec;
  readonly output: OutputCodec;
  /** Lowest layer first. */
  readonly layers: readonly { readonly scaleDownBy: number }[];
  readonly targets: readonly LayerTarget[];
  readonly clock: Clock;
  readonly listener: PipelineListener;
}

export interface PipelineListener {
  /** Gets each frame for the viewers. */
  encoded(frame: LayerFrame): void;
  /** Only a keyframe of the source helps. Never called for a viewer's request. */
  sourceKeyframeNeeded(reason: string): void;
  /** The pipeline has failed for good. */
  failed(error: EngineFailed): void;
}

export type PipelineStats = Pick<
  TrackStats,
  'width' | 'height' | 'sheddingFrom' | 'framesShed' | 'keyframeRequestsAbsorbed' | 'latencyMs'
>;

/** How soon to look again while the engine is full. */
const LOOK_AGAIN_MS = 3;
/** Frames of about a second. An engine further behind does not catch up. */
const MAX_WAITING = 30;
const TICKS_PER_MS = 90;
/** A repeated picture is backdated a little, so that the source's next frame is later. */
const REPEAT_BACKDATED_MS = 30;
/** Bounds the map, because pictures that rate control leaves out never come back. */
const MAX_UNDER_WAY = 100;
const REPEAT_AGAIN_MS = 60;
/** Most latencies kept between two calls of `stats`. */
const MAX_LATENCIES = 1_000;
/** A layer without CPU continues for this long, at half its rate, so that its viewers can be moved to another. */
const GIVE_UP_WITHIN_MS = 1_000;

/**
 * Takes one track from frames to frames, and decides the layers, bitrates and keyframes of each picture and what is
 * left out when CPU is short. Decodes every frame, since others build on it; of the waiting ones, encodes only the
 * newest.
 */
export class Pipeline {
  readonly #clock: Clock;
  readonly #listener: PipelineListener;
  readonly #promises: EnginePromises;
  readonly #gate: KeyframeGate;
  readonly #shedding: Shedding;
  readonly #rhythm = new InputRhythm();
  readonly #sourceRequests = new SourceRequests();
  readonly #framesOut: number[];
  #transcoder: Transcoder | null = null;
  #targets: readonly LayerTarget[];
  /** Layers that were encoded for the last picture. */
  #on: readonly boolean[];
  /** Frames that came while the engine was full, in order. */
  #waiting: { readonly frame: CodedFrame; readonly arrivedAtMs: number }[] = [];
  /** Arrival times of the frames in the encoder, by timestamp. */
  readonly #underWay = new Map<number, number>();
  #latencies: number[] = [];
  /** Timestamp of the source's last frame; `#lastTimestamp` is that of the engine's last picture. */
  #sourceTimestamp = 0;
  #lastTimestamp = Number.NEGATIVE_INFINITY;
  #leftOutLast = false;
  /** Since when somebody watches a layer that there is no CPU for. */
  #givingUpSinceMs: number | null = null;
  #sentBeforeOverflow = -1;
  #cancelLook: (() => void) | null = null;
  #cancelRepeat: (() => void) | null = null;
  #framesIn = 0;
  #framesShed = 0;
  #size = { width: 0, height: 0 };

  private constructor({ clock, listener, engine, targets, layers }: PipelineOptions) {
    this.#clock = clock;
    this.#listener = listener;
    this.#promises = engine.promises;
    this.#targets = targets;
    this.#gate = new KeyframeGate(layers.length);
    this.#shedding = new Shedding(layers.length, engine.promises.shedsPictures);
    this.#framesOut = layers.map(() => 0);
    this.#on = layers.map(() => false);
  }

  /** @throws EngineFailed when the engine does not open */
  static async open(options: PipelineOptions): Promise<Pipeline> {
    const pipeline = new Pipeline(options);
    const { input, output, layers, targets } = options;
    pipeline.#transcoder = await options.engine.open({
      input,
      output,
      layers: layers.map(({ scaleDownBy }, layer) => ({ scaleDownBy, bitrateBps: targets[layer]?.bitrateBps ?? 0 })),
      listener: {
        encoded: (frame) => pipeline.#encoded(frame),
        resized: (width, height) => {
          pipeline.#size = { width, height };
        },
        undecodable: (reason) => pipeline.#undecodable(reason),
        failed: (error) => options.listener.failed(error),
      },
    });
    return pipeline;
  }

  /** Takes the source's next frame, in decoding order. */
  frame(frame: CodedFrame): void {
    const now = this.#clock.now();
    this.#framesIn += 1;
    this.#rhythm.frame(now);
    this.#shedding.picture(now, this.#isFull(), this.#on.lastIndexOf(true));
    if (frame.keyframe) {
      this.#dropWaiting(); // Nothing builds on them any more.
    } else if (this.#waiting.length >= MAX_WAITING) {
      this.#overflow();
      return;
    }
    this.#waiting.push({ frame, arrivedAtMs: now });
    this.#pump();
  }

  /** A viewer asked for a keyframe of this layer (PLI, FIR). */
  keyframeRequested(layer: number): void {
    this.#gate.requested(layer);
    this.#ensureKeyframes();
  }

  adapt(targets: readonly LayerTarget[]): void {
    this.#targets = targets;
    this.#layersOn();
    this.#ensureKeyframes();
  }

  get framesIn(): number {
    return this.#framesIn;
  }

  /** Number of frames sent, for each layer. */
  get framesOut(): readonly number[] {
    return this.#framesOut;
  }

  /** The highest layer that there is CPU for. Viewers of higher ones have to move, since those layers end soon. */
  get highestLayer(): number {
    return this.#shedding.highestLayer;
  }

  /** Pids of helper processes, whose CPU time counts as this track's. */
  get pids(): readonly number[] {
    return this.#transcoder?.pids ?? [];
  }

  /** The latency covers the time since the last call. */
  stats(): PipelineStats {
    const latencyMs = medianOf(this.#latencies);
    this.#latencies = [];
    return {
      ...this.#size,
      sheddingFrom: this.#sheddingFrom(),
      framesShed: this.#framesShed,
      keyframeRequestsAbsorbed: this.#gate.absorbed,
      latencyMs,
    };
  }

  async close(): Promise<void> {
    const transcoder = this.#transcoder;
    this.#transcoder = null;
    this.#cancelLook?.();
    this.#stopRepeating();
    this.#waiting = [];
    await transcoder?.close();
  }

  #isFull(): boolean {
    return this.#transcoder !== null && this.#transcoder.backlog >= this.#shedding.limit;
  }

  #pump(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
    const transcoder = this.#transcoder;
    if (!transcoder || this.#waiting.length === 0) return;
    if (this.#isFull()) {
      this.#cancelLook = this.#clock.setTimer(LOOK_AGAIN_MS, () => this.#pump());
      return;
    }
    const frames = this.#waiting;
    this.#waiting = [];
    for (const [index, { frame, arrivedAtMs }] of frames.entries()) {
      this.#sourceTimestamp = frame.timestamp;
      const dated = this.#dated(frame);
      this.#lastTimestamp = dated.timestamp;
      if (index === frames.length - 1 || !this.#promises.shedsPictures) {
        if (this.#underWay.size >= MAX_UNDER_WAY) this.#underWay.clear();
        this.#underWay.set(dated.timestamp, arrivedAtMs);
        transcoder.push(dated, this.#nextWishes());
      } else {
        transcoder.push(dated, this.#shed());
      }
    }
  }

  /** Moves the frame's time behind a repeated picture, if that was dated too late. */
  #dated(frame: CodedFrame): CodedFrame {
    return frame.timestamp > this.#lastTimestamp ? frame : { ...frame, timestamp: this.#lastTimestamp + 1 };
  }

  #nextWishes(): LayerWish[] {
    const on = this.#layersOn();
    const urgent = on.some((isOn, layer) => isOn && this.#gate.isOpen(layer));
    const halvesRate = this.#shedding.halvesRate || on.some((isOn, layer) => isOn && layer > this.highestLayer);
    this.#leftOutLast = this.#promises.shedsPictures && halvesRate && !this.#leftOutLast && !urgent;
    if (this.#leftOutLast) return this.#shed();
    return on.map((encode, layer) => this.#wish(layer, encode, encode && this.#gate.ask(layer)));
  }

  #wish(layer: number, encode: boolean, keyframe: boolean): LayerWish {
    return { encode, keyframe, bitrateBps: this.#targets[layer]?.bitrateBps ?? 0 };
  }

  #shed(): LayerWish[] {
    if (this.#watched().length > 0) this.#framesShed += 1;
    return this.#framesOut.map((_, layer) => this.#wish(layer, false, false));
  }

  /** Returns the indexes of the layers that somebody watches, lowest first. */
  #watched(): number[] {
    return this.#framesOut.map((_, layer) => layer).filter((layer) => this.#targets[layer]?.active === true);
  }

  /** Returns which layers are encoded now. A layer that returns begins with a keyframe. */
  #layersOn(): readonly boolean[] {
    const watched = this.#watched();
    const highest = this.#hasGivenUp(watched) ? Math.max(this.highestLayer, watched[0] ?? 0) : Number.POSITIVE_INFINITY;
    const on = this.#framesOut.map((_, layer) => watched.includes(layer) && layer <= highest);
    for (const [layer, isOn] of on.entries()) if (isOn && !this.#on[layer]) this.#gate.want(layer);
    this.#on = on;
    return on;
  }

  /** Returns whether layers without CPU have continued for long enough. */
  #hasGivenUp(watched: readonly number[]): boolean {
    const now = this.#clock.now();
    const isTooHigh = (watched.at(-1) ?? 0) > this.highestLayer;
    this.#givingUpSinceMs = isTooHigh ? (this.#givingUpSinceMs ?? now) : null;
    return this.#givingUpSinceMs !== null && now - this.#givingUpSinceMs >= GIVE_UP_WITHIN_MS;
  }

  /** Makes an awaited keyframe from the source's next frame, or from the last picture if no frame comes soon. */
  #ensureKeyframes(): void {
    if (!this.#promises.keyframeWhilePaused || this.#cancelRepeat || !this.#owesKeyframe()) return;
    const patienceMs = this.#rhythm.patienceMs(this.#clock.now());
    if (patienceMs === 0) this.#repeat();
    else this.#repeatAfter(patienceMs);
  }

  #owesKeyframe(): boolean {
    return this.#on.some((isOn, layer) => isOn && this.#gate.isOpen(layer));
  }

  #repeatAfter(ms: number): void {
    this.#cancelRepeat = this.#clock.setTimer(ms, () => {
      this.#cancelRepeat = null;
      if (this.#owesKeyframe()) this.#repeat();
    });
  }

  #stopRepeating(): void {
    this.#cancelRepeat?.();
    this.#cancelRepeat = null;
  }

  #repeat(): void {
    const transcoder = this.#transcoder;
    if (!transcoder) return;
    if (transcoder.backlog === 0) {
      const sinceMs = this.#clock.now() - this.#rhythm.lastAtMs - REPEAT_BACKDATED_MS;
      const timestamp = Math.max(this.#lastTimestamp + 1, this.#sourceTimestamp + Math.round(sinceMs * TICKS_PER_MS));
      const wishes = this.#on.map((isOn, layer) => {
        const isDue = isOn && this.#gate.isOpen(layer);
        if (isDue) this.#gate.ask(layer);
        return this.#wish(layer, isDue, isDue);
      });
      // Before the first picture there is nothing to repeat, and that one begins with keyframes.
      if (!Number.isFinite(timestamp) || !transcoder.repeat(timestamp, wishes)) return;
      this.#lastTimestamp = timestamp;
    }
    // Try again: rate control may leave out this one, or the frames that keep the engine busy may be undecodable.
    this.#repeatAfter(REPEAT_AGAIN_MS);
  }

  #encoded(frame: LayerFrame): void {
    if (!this.#transcoder) return;
    this.#listener.encoded(frame);
    this.#framesOut[frame.layer] = (this.#framesOut[frame.layer] ?? 0) + 1;
    if (frame.keyframe) {
      this.#gate.sent(frame.layer);
      if (!this.#owesKeyframe()) this.#stopRepeating();
    }
    const arrivedAtMs = this.#underWay.get(frame.timestamp);
    if (arrivedAtMs !== undefined) {
      this.#underWay.delete(frame.timestamp);
      const latencyMs = this.#clock.now() - arrivedAtMs;
      this.#shedding.latency(latencyMs);
      if (this.#latencies.length < MAX_LATENCIES) this.#latencies.push(latencyMs);
    }
    this.#pump();
  }

  #undecodable(reason: string): void {
    if (this.#transcoder && this.#sourceRequests.undecodable(this.#clock.now())) {
      this.#listener.sourceKeyframeNeeded(reason);
    }
  }

  #dropWaiting(): void {
    if (this.#watched().length > 0) this.#framesShed += this.#waiting.length;
    this.#waiting = [];
  }

  /**
   * The engine is hopelessly behind: it continues at the source's next keyframe, or fails if it has sent nothing at
   * all.
   */
  #overflow(): void {
    this.#dropWaiting();
    const sent = this.#framesOut.reduce((sum, frames) => sum + frames, 0);
    if (sent === this.#sentBeforeOverflow && this.#watched().length > 0) {
      this.#listener.failed(new EngineFailed('The engine takes frames and returns none.'));
      return;
    }
    this.#sentBeforeOverflow = sent;
    this.#listener.sourceKeyframeNeeded('The engine is behind.');
  }

  #sheddingFrom(): number | null {
    if (!this.#shedding.isActive) return null;
    const { highestLayer, halvesRate } = this.#shedding;
    const lowestGivenUp = highestLayer + 1;
    return halvesRate || lowestGivenUp === this.#framesOut.length ? 0 : lowestGivenUp;
  }
}
