import type { Clock, Logger } from '../../ports.ts';
import type {
  AttachAnswer,
  AttachRequest,
  Detach,
  InputCodec,
  OutputCodec,
  ReencodingJob,
  TrackCounters,
  TrackStats,
} from '../../reencoding/messages.ts';
import type { ReencodingQueue, SidecarChannel } from '../../reencoding/ports.ts';
import type { TrackId } from '../../room/state.ts';
import type { LayerDemand } from '../../view/layerTargets.ts';
import { messageOf } from '../mediaFailures.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import { Attachment } from './Attachment.ts';
import type { PlainListen } from './openPlainTransport.ts';
import { QueuedJob } from './QueuedJob.ts';
import type { ReencodingCounter } from './ReencodingStats.ts';

/** What the work on one track needs of its room and node. */
export interface TrackReencodingDeps {
  readonly queue: ReencodingQueue;
  readonly plainListen: PlainListen;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A job that is given out for the first time. From now on sidecars' messages about it reach `track`. */
  newJob(track: TrackReencoding): ReencodingJob;
  /** No sidecar has a reason to speak of this job any more. */
  forgetJob(jobId: string): void;
  count(counter: ReencodingCounter, times?: number): void;
  /** What viewers of this track need of its reencoded layers; from this producer where they have it. */
  demandsOn(trackId: TrackId, producer: MediaProducer | null): readonly LayerDemand[];
  /** Whether a viewer receives from it. */
  isFlowing(producer: MediaProducer): boolean;
  isChannelClosed(channel: SidecarChannel): boolean;
  register(producer: MediaProducer): void;
  /** The input of the plan has changed. */
  changed(): void;
}

/** An attach request that is being answered. */
interface Opening {
  readonly jobId: string;
  readonly attempt: number;
}

/** A sidecar that is out of reach for this long has lost the track: another one is sought. */
const GIVEN_UP_AFTER_MS = 10_000;

/** One producer that the room wants reencoded: its job in the queue, and the sidecars that took it up, oldest first. */
export class TrackReencoding {
  readonly source: MediaProducer;
  readonly codec: OutputCodec;
  readonly #input: InputCodec;
  readonly #deps: TrackReencodingDeps;
  readonly #logger: Logger;
  readonly #attachments: Attachment[] = [];
  /** The job that needs a sidecar; null once the room no longer wants the track reencoded. */
  #wanted: QueuedJob | null;
  /** The newest attempt; an older one that ends later is discarded. */
  #opening: Opening | null = null;

  constructor(source: MediaProducer, input: InputCodec, codec: OutputCodec, deps: TrackReencodingDeps) {
    this.source = source;
    this.codec = codec;
    this.#input = input;
    this.#deps = deps;
    this.#logger = deps.logger.child({ trackId: source.trackId });
    this.#wanted = this.#seek();
  }

  get attachments(): readonly Attachment[] {
    return this.#attachments;
  }

  /** Whether nothing is left of it. */
  get isOver(): boolean {
    return this.#wanted === null && this.#attachments.length === 0;
  }

  /** Stops looking for a sidecar; viewers of those at work move back to the source. */
  end(): void {
    if (!this.#wanted) return;
    this.#stopSeeking();
    for (const attachment of this.#attachments) this.#change(attachment, () => attachment.leave());
  }

  /** Closes everything at once. */
  close(reason: string): void {
    this.#stopSeeking();
    for (const attachment of [...this.#attachments]) attachment.release(reason);
  }

  async attach(channel: SidecarChannel, request: AttachRequest): Promise<AttachAnswer> {
    const refusal = this.#refusalOf(request);
    if (refusal) return refusal;
    const opening = { jobId: request.jobId, attempt: request.attempt };
    this.#opening = opening;
    try {
      const attachment = await this.#open(channel, request);
      const problem = this.#problemWith(attachment, opening);
      if (problem) {
        attachment.close();
        return { type: 'unwanted', reason: problem };
      }
      this.#accept(attachment);
      return attachment.answer();
    } catch (error) {
      this.#logger.warn({ sidecarId: channel.sidecarId, error: messageOf(error) }, 'sidecar could not attach');
      return { type: 'unsuitable', reason: messageOf(error) };
    } finally {
      if (this.#opening === opening) this.#opening = null;
    }
  }

  pulse(channel: SidecarChannel, jobId: string, counters: TrackCounters): void {
    const attachment = this.#find(channel, jobId);
    if (!attachment) return;
    this.#change(attachment, () => attachment.pulse(counters));
    if (attachment.setHighestLayer(counters.highestLayer)) this.#deps.changed();
  }

  stats(channel: SidecarChannel, stats: TrackStats): void {
    const attachment = this.#find(channel, stats.jobId);
    if (!attachment) return;
    const { keyframeRequestsAbsorbed: absorbed = 0, keyframeRequestsSent: sent = 0 } = attachment.stats ?? {};
    this.#deps.count('keyframeRequestsAbsorbed', Math.max(0, stats.keyframeRequestsAbsorbed - absorbed));
    this.#deps.count('keyframeRequestsSent', Math.max(0, stats.keyframeRequestsSent - sent));
    if (attachment.setStats(stats)) this.#deps.changed();
  }

  detach(channel: SidecarChannel, { jobId, reason, handOver }: Detach): void {
    const attachment = this.#find(channel, jobId);
    if (!attachment) return;
    this.#logger.info({ sidecarId: channel.sidecarId, reason, handOver }, 'sidecar gives a track back');
    if (!handOver) attachment.close();
    else if (attachment.handOver()) this.#seekAnother(jobId);
  }

  /** The channel to this sidecar closed. */
  lost(channel: SidecarChannel): void {
    for (const attachment of this.#attachments.filter((candidate) => candidate.channel === channel)) {
      this.#seekAnother(attachment.jobId);
      attachment.close();
    }
  }

  /**
   * Time has passed: sends viewers back to the source where a sidecar fell silent, and gives up one that is long gone.
   */
  checkPulses(): void {
    for (const attachment of [...this.#attachments]) {
      this.#change(attachment, () => attachment.checkPulse());
      if (attachment.lostForMs() <= GIVEN_UP_AFTER_MS) continue;
      this.#seekAnother(attachment.jobId);
      attachment.release('out of reach');
    }
    this.releaseUnneeded();
  }

  /** Lets go of sidecars whose viewers have moved, or whose time is up. */
  releaseUnneeded(): void {
    const newest = this.#attachments.findLastIndex(({ phase }) => phase === 'ready');
    for (const [index, attachment] of [...this.#attachments].entries()) {
      this.#change(attachment, () => attachment.advance(index < newest));
      const reason = attachment.endReason(this.#deps.isFlowing(attachment.producer));
      if (reason) attachment.release(reason);
    }
  }

  /** Whether a sidecar encodes layers that it has no CPU for: they end as soon as their last viewer has left them. */
  get hasSurplusLayers(): boolean {
    return this.#attachments.some((attachment) => attachment.hasSurplusLayers);
  }

  adapt(isMuted: boolean): void {
    for (const attachment of this.#attachments) {
      attachment.adapt(isMuted ? null : this.#deps.demandsOn(this.source.trackId, attachment.producer));
    }
  }

  #seek(): QueuedJob {
    const { queue, clock } = this.#deps;
    const queued = new QueuedJob(this.#deps.newJob(this), queue, clock, this.#logger);
    queued.offer();
    return queued;
  }

  /**
   * Offers another job in place of this one, which the queue gives out at once. The old job stays with the sidecar that
   * has it: the queue would give it out again only once that sidecar counts as dead.
   */
  #seekAnother(jobId: string): void {
    if (!this.#isWanted(jobId)) return;
    this.#stopSeeking();
    this.#wanted = this.#seek();
  }

  #stopSeeking(): void {
    const queued = this.#wanted;
    if (!queued) return;
    this.#wanted = null;
    queued.withdraw();
    this.#forget(queued.job.jobId);
  }

  #isWanted(jobId: string): boolean {
    return this.#wanted?.job.jobId === jobId;
  }

  /** A job counts as known while a sidecar works on it. */
  #forget(jobId: string): void {
    if (!this.#attachments.some((attachment) => attachment.jobId === jobId)) this.#deps.forgetJob(jobId);
  }

  #refusalOf({ jobId, attempt, inputs, outputs }: AttachRequest): AttachAnswer | null {
    const unwanted = (reason: string): AttachAnswer => ({ type: 'unwanted', reason });
    if (!this.#isWanted(jobId)) return unwanted('this job is over');
    const others = [...this.#attachments, ...(this.#opening ? [this.#opening] : [])];
    if (others.some((other) => other.jobId === jobId && other.attempt >= attempt)) {
      return unwanted('a newer attempt has this job');
    }
    if (!inputs.includes(this.#input)) return { type: 'unsuitable', reason: `it does not decode ${this.#input}` };
    if (!outputs.includes(this.codec)) return { type: 'unsuitable', reason: `it does not encode ${this.codec}` };
    return null;
  }

  #open(channel: SidecarChannel, request: AttachRequest): Promise<Attachment> {
    const { plainListen, clock, demandsOn } = this.#deps;
    const options = {
      channel,
      request,
      source: this.source,
      input: this.#input,
      output: this.codec,
      plainListen,
      clock,
      onClosed: (attachment: Attachment, phase: Attachment['phase']) => this.#closed(attachment, phase),
    };
    return Attachment.open(options, demandsOn(this.source.trackId, null));
  }

  /** Returns why an attachment is useless by now; null if it is not. */
  #problemWith(attachment: Attachment, opening: Opening): string | null {
    if (!this.#isWanted(attachment.jobId) || this.source.closed || attachment.closed) return 'this job is over';
    if (this.#opening !== opening) return 'a newer attempt has this job';
    return this.#deps.isChannelClosed(attachment.channel) ? 'the channel closed' : null;
  }

  #accept(attachment: Attachment): void {
    for (const older of this.#attachments.filter(({ jobId }) => jobId === attachment.jobId)) {
      // The same sidecar would take the message for one about its newer attempt.
      if (older.channel === attachment.channel) older.close();
      else older.release('a newer attempt has this job');
    }
    this.#attachments.push(attachment);
    this.#wanted?.taken();
    this.#deps.count('attachments');
    this.#deps.register(attachment.producer);
    const { channel, attempt } = attachment;
    this.#logger.info({ sidecarId: channel.sidecarId, sidecar: channel.name, attempt }, 'sidecar attached');
    this.#deps.changed();
  }

  #closed(attachment: Attachment, phase: Attachment['phase']): void {
    const index = this.#attachments.indexOf(attachment);
    if (index === -1) return;
    this.#attachments.splice(index, 1);
    if (phase === 'ready' && this.#wanted && !this.source.closed) {
      this.#countFallback(attachment, 'its channel or it closed');
    }
    if (this.#isWanted(attachment.jobId)) this.#wanted?.offer();
    else this.#forget(attachment.jobId);
    this.#deps.changed();
  }

  #change(attachment: Attachment, change: () => void): void {
    const before = attachment.phase;
    change();
    if (attachment.phase === before) return;
    if (before === 'ready' && attachment.phase === 'warming') this.#countFallback(attachment, 'nothing came from it');
    this.#deps.changed();
  }

  /** Another ready attachment serves its viewers: then they do not fall back. */
  #countFallback({ channel }: Attachment, reason: string): void {
    if (this.#attachments.some(({ phase }) => phase === 'ready')) return;
    this.#deps.count('fallbacks');
    this.#logger.warn({ sidecarId: channel.sidecarId, reason }, 'viewers go back to the source');
  }

  #find(channel: SidecarChannel, jobId: string): Attachment | undefined {
    return this.#attachments.find((attachment) => attachment.jobId === jobId && attachment.channel === channel);
  }
}
