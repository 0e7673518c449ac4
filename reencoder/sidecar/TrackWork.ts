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
import type { ChannelTrack, NodeChannel } from './NodeChannel.ts';
import { type TrackProcess, TrackProcessFailed } from './TrackProcess.ts';

export interface TrackWorkDeps {
  takeProcess(): TrackProcess;
  /** Each use ends with one `release`. */
  openChannel(job: ReencodingJob): { readonly channel: NodeChannel; readonly release: () => void };
  /** The own IP address that this node is to send media to. */
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

/** How the work of one track process ended. */
type Ending =
  /** The node wants no more of it. */
  | { readonly type: 'done'; readonly reason: string }
  /** Another sidecar may have the job. */
  | { readonly type: 'lost' }
  | { readonly type: 'crashed'; readonly reason: string }
  | { readonly type: 'disconnected' }
  | { readonly type: 'refused'; readonly reason: string };

/** What one attempt begins with. */
interface Beginning {
  readonly process: TrackProcess;
  readonly channel: NodeChannel;
  readonly track: ChannelTrack;
  /** An earlier attempt was attached, and its end may be news to the node. */
  readonly isAgain: boolean;
  isOver(): boolean;
}

const CONNECT_WITHIN_MS = 5_000;
const CRASH_LOOP = { crashes: 3, withinMs: 30_000 };

/** The life of one job here: a track process, attached to the job's node, again and again until one of them has had enough. */
export class TrackWork {
  readonly #taken: TakenJob;
  readonly #deps: TrackWorkDeps;
  readonly #logger: Logger;
  readonly #crashedAtMs: number[] = [];
  /** Through which it is attached. */
  #channel: NodeChannel | null = null;
  #end: (ending: Ending) => void = () => undefined;
  #isDraining = false;
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

  /** Resolved: the job is done here, or another's. @throws JobReturned */
  async run(): Promise<void> {
    let isAgain = false;
    for (;;) {
      const ending = await this.#attempt(isAgain);
      switch (ending.type) {
        case 'done':
          this.#logger.info({ reason: ending.reason }, 'track done');
          return;
        case 'lost':
          this.#logger.warn({}, 'another sidecar may have this track: let go');
          return;
        case 'refused':
          throw new JobReturned(ending.reason);
        case 'crashed':
          this.#noteCrash(ending.reason);
          break;
        case 'disconnected':
          break;
      }
      if (this.#isDraining) throw new JobReturned('the sidecar ends');
      isAgain = true;
    }
  }

  /** Hands the track over; `run` ends when the node has another sidecar for it, or has none and lets go. */
  drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    if (this.#channel) this.#channel.detach(this.#detachment('the sidecar ends', true));
    else this.#end({ type: 'refused', reason: 'the sidecar ends' });
  }

  /** Ends at once, handed over or not. */
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
      // Sooner than the silence would tell.
      if (ending.type === 'crashed') this.#channel?.detach(this.#detachment(ending.reason, false));
      if (ending.type === 'lost') this.#channel?.detach(this.#detachment('it lost the job', false));
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
      if (answer?.type === 'attached') channel.detach(this.#detachment('it ended while it attached', false));
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
    if (this.#isDraining) channel.detach(this.#detachment('the sidecar ends', true));
  }

  async #reach(channel: NodeChannel): Promise<void> {
    const state = await channel.opened(CONNECT_WITHIN_MS);
    if (state === 'gone') throw new Finished('the node was replaced');
    if (state === 'connecting') throw new JobReturned(`its node is out of reach: ${channel.problem}`);
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

  /** @throws JobReturned when it crashes again and again. */
  #noteCrash(reason: string): void {
    const now = this.#deps.clock.now();
    this.#logger.warn({ reason }, 'a track process ended: its track starts again');
    this.#crashedAtMs.push(now);
    const recent = this.#crashedAtMs.filter((atMs) => now - atMs < CRASH_LOOP.withinMs);
    if (recent.length >= CRASH_LOOP.crashes) throw new JobReturned(`it crashes again and again: ${reason}`);
  }

  #detachment(reason: string, handOver: boolean) {
    return { jobId: this.#taken.job.jobId, reason, handOver };
  }
}

/** Nothing is left to do. */
class Finished extends Error {}

function endingOf(error: unknown): Ending {
  if (error instanceof Finished) return { type: 'done', reason: error.message };
  const reason = error instanceof Error ? error.message : String(error);
  return error instanceof TrackProcessFailed ? { type: 'crashed', reason } : { type: 'refused', reason };
}

/** @throws Finished, JobReturned */
function assignmentOf(answer: AttachAnswer | null, isAgain: boolean): Assignment {
  if (!answer) throw new JobReturned('its node did not answer');
  switch (answer.type) {
    case 'attached':
      return AssignmentSchema.parse(answer);
    case 'unwanted':
      // The node may not have noticed yet that the last attachment is gone: a newer attempt is let in.
      if (isAgain) throw new JobReturned(answer.reason);
      throw new Finished(answer.reason);
    case 'unsuitable':
      throw new JobReturned(answer.reason);
  }
}
