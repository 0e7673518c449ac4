import { availableParallelism } from 'node:os';
import type { Clock, Logger } from '../../core/ports.ts';
import type { EngineName } from '../../core/reencoding/messages.ts';
import type { ReencodingWork, SidecarDirectory, SidecarInfo, TakenJob } from '../../core/reencoding/ports.ts';
import { type FoundEngine, findEngine } from '../engines/findEngine.ts';
import { Capacity, IdleCores } from './Capacity.ts';
import { ChannelsToNodes } from './ChannelsToNodes.ts';
import { fenceAround } from './fence.ts';
import { NodeAgent } from './NodeAgent.ts';
import { Relief } from './Relief.ts';
import { TRACK_SCRIPT } from './TrackProcess.ts';
import { TrackProcesses } from './TrackProcesses.ts';
import { TrackWork } from './TrackWork.ts';

export interface SidecarOptions {
  readonly sidecarId: string;
  readonly name: string;
  readonly work: ReencodingWork;
  readonly directory: SidecarDirectory;
  /** The secret that nodes and sidecars share. */
  readonly secret: string;
  readonly engine: 'auto' | EngineName;
  readonly ffmpegPath?: string;
  /** Null to take as many as there is CPU for. */
  readonly maxTracks: number | null;
  /** The certificate of the node on this host, which is trusted under any name and address; null for none. */
  readonly nodeCertFile: string | null;
  /** Files and folders that no track process may see, where the system can hide them. */
  readonly secretPaths: readonly string[];
  /** Returns the IP address of this host that the node can send media to. */
  addressFor(nodeUrl: string): Promise<string>;
  /** It has begun to work on tracks, or has none any more. */
  onWorking(on: boolean): void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MEASURE_EVERY_MS = 1_000;
/** A process is loaded with the lowest priority: when tracks come back together, each waits for its own. */
const STANDBY_SPARES = 3;
/** Nodes look for another sidecar for ten seconds, then move viewers back before they release the track. */
const DRAIN_WITHIN_MS = 14_000;

/** Takes as many jobs from the queue as there is CPU for, and works on each in a separate process. */
export class Sidecar {
  readonly #options: SidecarOptions;
  readonly #found: FoundEngine;
  readonly #channels: ChannelsToNodes;
  readonly #processes: TrackProcesses | null;
  readonly #capacity: Capacity;
  readonly #idle = new IdleCores();
  readonly #relief: Relief;
  readonly #works = new Set<TrackWork>();
  readonly #startedAt: number;
  #measureTimer: NodeJS.Timeout | undefined;
  #tracksAtMost = 0;
  #isDraining = false;
  #lastEnded: () => void = () => undefined;

  private constructor(options: SidecarOptions, found: FoundEngine) {
    const { sidecarId, name, secret, clock, logger, ffmpegPath } = options;
    this.#options = options;
    this.#found = found;
    this.#startedAt = clock.now();
    this.#capacity = new Capacity(options.maxTracks, availableParallelism());
    this.#relief = new Relief(options);
    this.#channels = new ChannelsToNodes({
      sidecarId,
      name,
      secret,
      agent: options.nodeCertFile === null ? null : new NodeAgent(options.nodeCertFile),
      clock,
      logger,
    });
    this.#processes = found.engine
      ? new TrackProcesses(
          { engine: found.engine.name, ...(ffmpegPath ? { ffmpegPath } : {}) },
          clock,
          logger,
          fenceOf(options),
        )
      : null;
  }

  /** Finds an engine and loads everything that a job needs. Nobody else knows of it yet. */
  static async load(options: SidecarOptions): Promise<Sidecar> {
    const { engine, ffmpegPath } = options;
    const sidecar = new Sidecar(options, await findEngine(engine, ffmpegPath ? { ffmpegPath } : {}));
    sidecar.#processes?.keep(1);
    return sidecar;
  }

  /** Gets ready to take over several tracks at one moment. */
  standBy(): void {
    this.#processes?.keep(STANDBY_SPARES);
  }

  /** Registers and begins to take jobs. Without an engine it stays up and reports why it is idle. */
  async serve(): Promise<void> {
    const { logger, directory } = this.#options;
    const found = this.#found;
    if (this.#isDraining) return;
    await directory.start(() => this.#info());
    if (this.#isDraining) return;
    if (found.engine) {
      const { name, promises, inputs, outputs } = found.engine;
      logger.info({ engine: name, promises, inputs, outputs }, 'sidecar takes jobs');
      if (found.passedOver)
        logger.warn({ engine: name, reason: found.passedOver }, 'the fallback engine does the work');
      this.#takeJobs();
    } else {
      logger.warn({ reason: found.reason }, 'sidecar takes no jobs: no engine works here');
    }
  }

  /** Takes no more jobs and hands over its own. Resolves when that is done or its time is up. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    this.#options.work.setConcurrency(0);
    clearInterval(this.#measureTimer);
    for (const work of this.#works) work.handOver('the sidecar ends');
    if (this.#works.size > 0) {
      await new Promise<void>((resolve) => {
        this.#lastEnded = resolve;
        this.#options.clock.setTimer(DRAIN_WITHIN_MS, resolve);
      });
    }
  }

  /** Ends everything at once, in order. */
  async close(): Promise<void> {
    this.#isDraining = true;
    clearInterval(this.#measureTimer);
    for (const work of this.#works) work.abort();
    await this.#options.work.close();
    await this.#options.directory.stop();
    this.#channels.close();
    this.#processes?.close();
  }

  #takeJobs(): void {
    this.#measure();
    this.#measureTimer = setInterval(() => this.#measure(), MEASURE_EVERY_MS);
    this.#options.work.start((taken) => this.#work(taken));
  }

  #measure(): void {
    const now = this.#options.clock.now();
    const loads = [...this.#works].map((work) => work.load(now));
    void this.#relief.check([...this.#works]);
    const tracksAtMost = Math.min(this.#capacity.tracks(this.#idle.measure(), loads), this.#relief.most);
    if (tracksAtMost === this.#tracksAtMost) return;
    this.#tracksAtMost = tracksAtMost;
    this.#options.work.setConcurrency(tracksAtMost);
  }

  async #work(taken: TakenJob): Promise<void> {
    const { engine } = this.#found;
    const processes = this.#processes;
    if (!engine || !processes || this.#isDraining) throw new Error('a sidecar that takes no jobs was given one');
    const { clock, logger, addressFor } = this.#options;
    const work = new TrackWork(taken, {
      takeProcess: () => processes.take(),
      openChannel: (job) => this.#channels.use(job),
      addressFor,
      engine: engine.name,
      inputs: engine.inputs,
      outputs: engine.outputs,
      clock,
      logger,
    });
    this.#works.add(work);
    if (this.#works.size === 1) this.#options.onWorking(true);
    try {
      await work.run();
    } catch (error) {
      const { roomId, trackId } = taken.job;
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn({ roomId, trackId, reason }, 'a track goes back to the queue');
      throw error;
    } finally {
      this.#works.delete(work);
      if (this.#works.size === 0) {
        this.#options.onWorking(false);
        this.#lastEnded();
      }
    }
  }

  #info(): SidecarInfo {
    const { sidecarId, name } = this.#options;
    return {
      sidecarId,
      name,
      startedAt: this.#startedAt,
      draining: this.#isDraining,
      engine: this.#found.engine?.name ?? null,
      outputs: this.#found.engine?.outputs ?? [],
      reason: this.#found.engine ? null : this.#found.reason,
      tracks: this.#works.size,
      capacity: this.#found.engine ? this.#tracksAtMost : 0,
    };
  }
}

function fenceOf({ logger, secretPaths }: SidecarOptions): readonly string[] {
  if (process.getuid?.() === 0) return [];
  const fence = fenceAround(secretPaths, [TRACK_SCRIPT, process.execPath]);
  if (fence === null) {
    logger.info(
      {},
      'this system has no user namespaces for track processes: they can read what this user may (docs/security.md)',
    );
  }
  return fence ?? [];
}
