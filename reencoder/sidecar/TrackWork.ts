import type { Clock, Logger } from '../../core/ports.ts';
import { isLoopback } from '../../core/reencoding/isLoopback.ts';
import type {
  AttachAnswer,
  EngineName,
  InputCodec,
  OutputCodec,
  ReencodingJob,
  TrackStats,
} from '../../core/reencoding/messages.ts';
import type { TakenJob } from '../../core/reencoding/ports.ts';
import { type Assignment, Assignment as AssignmentSchema } from '../track/messages.ts';
import type { TrackLoad } from './Capacity.ts';
import type { ChannelToNode, ChannelTrack } from './ChannelToNode.ts';
import { type TrackProcess, TrackProcessFailed } from './TrackProcess.ts';

export interface TrackWorkDeps {
  takeProcess(): TrackProcess;
  /** The caller ends each use with one `release`. */
  openChannel(job: ReencodingJob): { readonly channel: ChannelToNode; readonly release: () => void };
  /** Returns the IP address of this host that the node can send media to. */
  addressFor(nodeUrl: string): Promise<string>;
  readonly engine: EngineName;
  readonly inputs: readonly InputCodec[];
  readonly outputs: readonly OutputCodec[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The job goes back to the queue. */
class JobReturned extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JobReturned';
  }
}

/** The end of one attempt. */
type Ending =
  /** The node needs the track no more. */
  | { readonly type: 'done'; readonly reason: string }
  /** This sidecar lost the job; another one may have it. */
  | { readonly type: 'lost' }
  | { readonly type: 'crashed'; readonly reason: string }
  | { readonly type: 'disconnected' }
  | { readonly type: 'refused'; readonly reason: string };

interface Beginning {
  readonly process: TrackProcess;
  readonly channel: ChannelToNode;
  readonly track: ChannelTrack;
  /** True after an earlier attempt, whose end the node may not have noticed. */
  readonly isAgain: boolean;
  isOver(): boolean;
}

const CONNECT_WITHIN_MS = 5_000;
const CRASH_LOOP = { crashes: 3, withinMs: 30_000 };

/**
 * Works on one job: attaches a track process to the job's node, and repeats that until the node or this sidecar ends
 * it.
 */
export class TrackWork {
  readonly #taken: TakenJob;
  readonly #deps: TrackWorkDeps;
  readonly #logger: Logger;
  readonly #crashedAtMs: number[] = [];
  /** The channel of the attached track. */
  #channel: ChannelToNode | null = null;
  #end: (ending: Ending) => void = () => undefined;
  /** Why it hands the track over; null while it does not. */
  #leaving: string | null = null;
  readonly #startedAtMs: number;
  #stats: Omit<TrackStats, 'jobId'> | null = null;

  constructor(taken: TakenJob, deps: TrackWorkDeps) {
    const { roomId, trackId } = taken.job;
    this.#taken = taken;
    this.#deps = deps;
    this.#logger = deps.logger.child({ roomId, trackId });
    this.#startedAtMs = deps.clock.now();
  }

  load(nowMs: number): TrackLoad {
    return {
      ageMs: nowMs - this.#startedAtMs,
      cpuCores: this.#stats?.cpuCores ?? null,
      sheds: this.#stats !== null && this.#stats.sheddingFrom !== null,
    };
  }

  /**
   * Resolves when the job is done or another sidecar may have it.
   * @throws JobReturned when the job has to go back to the queue
   */
  async run(): Promise<void> {
    let isAgain = false;
    for (;;) {
      const ending = await this.#attempt(isAgain);
      switch (ending.type) {
        case 'done':
          this.#logger.info({ reason: ending.reason }, 'track done');
          return;
        case 'lost':
          this.#logger.warn({}, 'lost the job: another sidecar may have this track');
          return;
        case 'refused':
          throw new JobReturned(ending.reason);
        case 'crashed':
          this.#noteCrash(ending.reason);
          break;
        case 'disconnected':
          break;
      }
      if (this.#leaving !== null) throw new JobReturned(this.#leaving);
      isAgain = true;
    }
  }

  /**
   * Hands the track over. `run` ends when the node has found another sidecar, or has found none and releases the track.
   */
  handOver(reason: string): void {
    if (this.#leaving !== null) return;
    this.#leaving = reason;
    if (this.#channel) this.#channel.detach(this.#detachment(reason, true));
    else this.#end({ type: 'refused', reason });
  }

  /** Ends at once, even if the track is not handed over. */
  abort(): void {
    this.#channel?.detach(this.#detachment('the sidecar ends', false));
    this.#end({ type: 'refused', reason: 'the sidecar ends' });
  }

  async #attempt(isAgain: boolean): Promise<Ending> {
    const { promise: ended, resolve } = Promise.withResolvers<Ending>();
    this.#end = resolve;
    const { lost, job } = this.#taken;
    const onLost = (): void => resolve({ type: 'lost' });
    lost.addEventListener('abort', onLost);
    if (lost.aborted) onLost();
    const process = this.#deps.takeProcess();
    void process.ended.then((reason) => resolve({ type: 'crashed', reason }));
    const { channel, release } = this.#deps.openChannel(job);
    const track = this.#trackOn(process, resolve);
    let isOver = false;
    try {
      this.#begin({ process, channel, track, isAgain, isOver: () => isOver }).catch((error: unknown) =>
        resolve(endingOf(error)),
      );
      const ending = await ended;
      // This tells the node sooner than the silence would.
      if (ending.type === 'crashed') this.#channel?.detach(this.#detachment(ending.reason, false));
      if (ending.type === 'lost') this.#channel?.detach(this.#detachment('the sidecar lost the job', false));
      return ending;
    } finally {
      isOver = true;
      this.#channel = null;
      lost.removeEventListener('abort', onLost);
      channel.remove(track);
      process.onStats = null;
      process.kill();
      release();
    }
  }

  async #begin({ process, channel, track, isAgain, isOver }: Beginning): Promise<void> {
    const { job, attempt } = this.#taken;
    const address = await this.#deps.addressFor(job.nodeUrl);
    const [opened] = await Promise.all([process.open(address, !isLoopback(address)), this.#reach(channel)]);
    if (isOver()) return;
    const { engine, inputs, outputs } = this.#deps;
    const answer = await channel.attach({
      jobId: job.jobId,
      attempt,
      address,
      tapPort: opened.tapPort,
      republishPort: opened.republishPort,
      srtp: opened.srtp,
      engine,
      inputs: [...inputs],
      outputs: [...outputs],
    });
    if (isOver()) {
      if (answer?.type === 'attached')
        channel.detach(this.#detachment('the sidecar stopped while it attached the track', false));
      return;
    }
    const assignment = assignmentOf(answer, isAgain);
    this.#channel = channel;
    process.onStats = (stats) => {
      this.#stats = stats;
      channel.stats({ jobId: job.jobId, ...stats });
    };
    process.attach(assignment);
    channel.add(track);
    this.#logger.info({ pid: process.pid, codec: assignment.tap.codec, attempt }, 'track attached');
    if (this.#leaving !== null) channel.detach(this.#detachment(this.#leaving, true));
  }

  async #reach(channel: ChannelToNode): Promise<void> {
    const state = await channel.opened(CONNECT_WITHIN_MS);
    if (state === 'gone') throw new Finished('the node was replaced');
    if (state === 'connecting') throw new JobReturned(`the node is out of reach: ${channel.problem}`);
  }

  #trackOn(process: TrackProcess, end: (ending: Ending) => void): ChannelTrack {
    return {
      jobId: this.#taken.job.jobId,
      counters: () => process.counters,
      adapt: ({ targets, inputPaused }) => process.adapt(targets, inputPaused),
      release: ({ reason }) => end({ type: 'done', reason }),
      channelClosed: () => end({ type: 'disconnected' }),
    };
  }

  /** @throws JobReturned when the track process crashes too often */
  #noteCrash(reason: string): void {
    const now = this.#deps.clock.now();
    this.#logger.warn({ reason }, 'a track process ended: its track starts again');
    this.#crashedAtMs.push(now);
    const recent = this.#crashedAtMs.filter((atMs) => now - atMs < CRASH_LOOP.withinMs);
    if (recent.length >= CRASH_LOOP.crashes)
      throw new JobReturned(`the track process crashes again and again: ${reason}`);
  }

  #detachment(reason: string, handOver: boolean) {
    return { jobId: this.#taken.job.jobId, reason, handOver };
  }
}

/** Nothing is left to do for this job. */
class Finished extends Error {}

function endingOf(error: unknown): Ending {
  if (error instanceof Finished) return { type: 'done', reason: error.message };
  const reason = error instanceof Error ? error.message : String(error);
  return error instanceof TrackProcessFailed ? { type: 'crashed', reason } : { type: 'refused', reason };
}

/**
 * @throws Finished when the node does not want the track
 * @throws JobReturned when another attempt may succeed
 */
function assignmentOf(answer: AttachAnswer | null, isAgain: boolean): Assignment {
  if (!answer) throw new JobReturned('the node did not answer');
  switch (answer.type) {
    case 'attached':
      return AssignmentSchema.parse(answer);
    case 'unwanted':
      // The node may not have noticed yet that the last attachment is gone. It admits a newer attempt.
      if (isAgain) throw new JobReturned(answer.reason);
      throw new Finished(answer.reason);
    case 'unsuitable':
      throw new JobReturned(answer.reason);
  }
}
