import type { Clock } from '../../core/ports.ts';
import { residentBytesOf } from '../../core/procfs.ts';
import type { LayerTarget, TrackCounters, TrackStats } from '../../core/reencoding/messages.ts';
import type { Engine } from '../engines/Engine.ts';
import { Republisher } from '../rtp/Republisher.ts';
import { TapReceiver } from '../rtp/TapReceiver.ts';
import { CpuMeter } from './CpuMeter.ts';
import { MediaPath } from './MediaPath.ts';
import type { Assignment, Opened } from './messages.ts';
import { Pipeline } from './Pipeline.ts';

export interface TrackSessionListener {
  /** Something happened that is worth a line in the log. */
  noticed(what: string): void;
  /** The engine has failed for good. */
  failed(error: Error): void;
}

/** One attachment of a track to a node: two media paths with the pipeline between them. */
export class TrackSession {
  readonly #clock: Clock;
  readonly #listener: TrackSessionListener;
  readonly #paths: { readonly tap: MediaPath; readonly republish: MediaPath };
  readonly #cpu = new CpuMeter();
  #media: { readonly tap: TapReceiver; readonly republisher: Republisher; readonly pipeline: Pipeline } | null = null;
  #mappedAtMs = 0;
  #closed = false;

  private constructor(clock: Clock, listener: TrackSessionListener, tap: MediaPath, republish: MediaPath) {
    this.#clock = clock;
    this.#listener = listener;
    this.#paths = { tap, republish };
  }

  /** @throws MediaPortUnavailable when a media path finds no port */
  static async open(
    { address, srtp }: { address: string; srtp: boolean },
    clock: Clock,
    listener: TrackSessionListener,
  ): Promise<TrackSession> {
    const tap = await MediaPath.open(address, srtp);
    try {
      return new TrackSession(clock, listener, tap, await MediaPath.open(address, srtp));
    } catch (error) {
      tap.close();
      throw error;
    }
  }

  get ends(): Omit<Opened, 'type'> {
    const { tap, republish } = this.#paths;
    const srtp = tap.key && republish.key ? { tap: tap.key, republish: republish.key } : null;
    return { tapPort: tap.port, republishPort: republish.port, srtp };
  }

  /**
   * Begins to work. Call it once.
   * @throws EngineFailed when the engine does not open
   */
  async attach(assignment: Assignment, engine: Engine): Promise<void> {
    const { tap: source, republish } = assignment;
    const clock = this.#clock;
    const republisher = new Republisher({
      send: (packet) => this.#paths.republish.send(packet),
      codec: republish.codec,
      payloadType: republish.payloadType,
      cname: republish.cname,
      layers: republish.layers,
      clock,
      listener: { keyframeRequested: (layer) => this.#media?.pipeline.keyframeRequested(layer) },
    });
    const tap = new TapReceiver({
      send: (packet) => this.#paths.tap.send(packet),
      ssrc: source.ssrc,
      payloadType: source.payloadType,
      codec: source.codec,
      clock,
      listener: {
        frame: (frame) => this.#media?.pipeline.frame(frame),
        discontinuity: () => this.#listener.noticed('the source restarted'),
      },
    });
    const pipeline = await Pipeline.open({
      engine,
      input: source.codec,
      output: republish.codec,
      layers: republish.layers,
      targets: assignment.targets,
      clock,
      listener: {
        encoded: (frame) => republisher.sendFrame(frame),
        sourceKeyframeNeeded: (reason) => {
          this.#listener.noticed(`the source is asked for a keyframe: ${reason}`);
          tap.requestKeyframe();
        },
        failed: (error) => this.#listener.failed(error),
      },
    });
    this.#media = { tap, republisher, pipeline };
    if (this.#closed) return this.close();
    await this.#paths.republish.connect(republish, (datagram) => republisher.receive(datagram));
    await this.#paths.tap.connect(source, (datagram) => tap.receive(datagram));
    tap.setInputPaused(assignment.inputPaused);
    tap.requestKeyframe();
  }

  adapt(targets: readonly LayerTarget[], inputPaused: boolean): void {
    this.#media?.tap.setInputPaused(inputPaused);
    this.#media?.pipeline.adapt(targets);
  }

  /** Returns null before the session is attached. */
  counters(): TrackCounters | null {
    if (!this.#media) return null;
    const { framesIn, framesOut, highestLayer } = this.#media.pipeline;
    return { framesIn, framesOut: [...framesOut], highestLayer };
  }

  /** Call it once a second. Returns null before the session is attached. */
  stats(): Omit<TrackStats, 'jobId'> | null {
    if (!this.#media) return null;
    const { tap, pipeline } = this.#media;
    const { plisSent, lost, recovered } = tap.stats();
    return {
      ...pipeline.stats(),
      keyframeRequestsSent: plisSent,
      packetsLost: lost,
      packetsRecovered: recovered,
      cpuCores: this.#cpu.cores(pipeline.pids),
      rssBytes: pipeline.pids.reduce((sum, pid) => sum + residentBytesOf(pid), process.memoryUsage.rss()),
    };
  }

  /** Dates the output by the source's clock, for lip sync. Call it often. */
  followSourceClock(): void {
    const report = this.#media?.tap.senderReport;
    if (!report || report.receivedAtMs === this.#mappedAtMs) return;
    this.#mappedAtMs = report.receivedAtMs;
    this.#media?.republisher.setClockMapping(report);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#paths.tap.close();
    this.#paths.republish.close();
    const media = this.#media;
    this.#media = null;
    media?.tap.close();
    media?.republisher.close();
    await media?.pipeline.close();
  }
}
