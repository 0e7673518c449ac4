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
import type { ReencodingQueue, SidecarLink } from '../../reencoding/ports.ts';
import type { TrackId } from '../../room/state.ts';
import type { LayerDemand } from '../../view/layerTargets.ts';
import type { MediaProducer } from '../MediaProducer.ts';
import { messageOf } from '../mediaFailures.ts';
import { Attachment } from './Attachment.ts';
import type { PlainListen } from './openPlainTransport.ts';
import { QueuedJob } from './QueuedJob.ts';

/** What the work on one track needs of its room and node. */
export interface TrackReencodingDeps {
  readonly queue: ReencodingQueue;
  readonly plainListen: PlainListen;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A job for this source that was never given out before. */
  newJob(source: MediaProducer): ReencodingJob;
  /** Jobs that sidecars may speak of. */
  readonly jobs: Map<string, TrackReencoding>;
  readonly counters: ReencodingCounters;
  /** What those who watch this track ask of its reencoded layers, by this producer where they have it. */
  demandsOn(trackId: TrackId, producer: MediaProducer | null): readonly LayerDemand[];
  /** Whether somebody receives from it. */
  isFlowing(producer: MediaProducer): boolean;
  isLinkLost(link: SidecarLink): boolean;
  register(producer: MediaProducer): void;
  /** The plan is to be made again. */
  changed(): void;
}

export interface ReencodingCounters {
  attachments: number;
  fallbacks: number;
  switches: number;
  keyframeRequestsAbsorbed: number;
  keyframeRequestsSent: number;
}

const ATTACH_WITHIN_MS = 3_000;
const HAND_OVER_WITHIN_MS = 10_000;
/** Viewers have this long to see a picture of what they are to receive instead. */
const LEAVE_WITHIN_MS = 3_000;
/** A sidecar that is out of reach for this long has lost the track: another one is sought. */
const GIVEN_UP_AFTER_MS = 10_000;

/** The wish to have one producer reencoded: its job in the queue, and the sidecars that have taken it up, oldest first. */
export class TrackReencoding {
  readonly source: MediaProducer;
  readonly codec: OutputCodec;
  readonly #input: InputCodec;
  readonly #deps: TrackReencodingDeps;
  readonly #logger: Logger;
  readonly #attachments: Attachment[] = [];
  #queued: QueuedJob;
  /** The newest attach call: an older one that ends later gives up. */
  #attaching: { readonly jobId: string; readonly attempt: number } | null = null;
  #ended = false;

  constructor(source: MediaProducer, input: InputCodec, codec: OutputCodec, deps: TrackReencodingDeps) {
    this.source = source;
    this.codec = codec;
    this.#input = input;
    this.#deps = deps;
    this.#logger = deps.logger.child({ trackId: source.trackId });
    this.#queued = this.#seek();
  }

  get attachments(): readonly Attachment[] {
    return this.#attachments;
  }

  /** Nothing is left of it. */
  get over(): boolean {
    return this.#ended && this.#attachments.length === 0;
  }

  /** Sidecars are not sought any more; viewers of those at work move back to the source. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopSeeking();
    for (const attachment of this.#attachments) this.#makeLeave(attachment);
  }

  /** Everything closes at once. */
  close(reason: string): void {
    this.#ended = true;
    this.#stopSeeking();
    for (const attachment of [...this.#attachments]) attachment.release(reason);
  }

  async attach(link: SidecarLink, request: AttachRequest): Promise<AttachAnswer> {
    const refusal = this.#refusalOf(request);
    if (refusal) return refusal;
    const ticket = { jobId: request.jobId, attempt: request.attempt };
    this.#attaching = ticket;
    try {
      const attachment = await this.#open(link, request, ticket);
      if (typeof attachment === 'string') return { type: 'unwanted', reason: attachment };
      this.#accept(attachment);
      return attachment.answer();
    } catch (error) {
      this.#logger.warn({ sidecarId: link.sidecarId, error: messageOf(error) }, 'sidecar could not attach');
      return { type: 'unsuitable', reason: messageOf(error) };
    } finally {
      if (this.#attaching === ticket) this.#attaching = null;
    }
  }

  pulse(link: SidecarLink, jobId: string, counters: TrackCounters): void {
    const attachment = this.#find(link, jobId);
    if (!attachment) return;
    const served = attachment.phase;
    if (attachment.pulse(counters)) this.#phaseChanged(attachment, served);
    if (attachment.setHighestLayer(counters.highestLayer)) this.#deps.changed();
  }

  stats(link: SidecarLink, stats: TrackStats): void {
    const attachment = this.#find(link, stats.jobId);
    if (!attachment) return;
    const { counters } = this.#deps;
    const { keyframeRequestsAbsorbed: absorbed = 0, keyframeRequestsSent: sent = 0 } = attachment.stats ?? {};
    counters.keyframeRequestsAbsorbed += Math.max(0, stats.keyframeRequestsAbsorbed - absorbed);
    counters.keyframeRequestsSent += Math.max(0, stats.keyframeRequestsSent - sent);
    if (attachment.setStats(stats)) this.#deps.changed();
  }

  detach(link: SidecarLink, { jobId, reason, handOver }: Detach): void {
    const attachment = this.#find(link, jobId);
    if (!attachment) return;
    this.#logger.info({ sidecarId: link.sidecarId, reason, handOver }, 'sidecar gives a track back');
    if (!handOver) {
      attachment.close();
      return;
    }
    // One whose viewers are leaving is released soon anyway.
    if (this.#ended || attachment.handOverSince !== null) return;
    attachment.handOverSince = this.#deps.clock.now();
    this.#seekAnother(jobId);
  }

  /** The channel to this sidecar closed. */
  lost(link: SidecarLink): void {
    for (const attachment of this.#attachments.filter((candidate) => candidate.link === link)) {
      this.#seekAnother(attachment.jobId);
      attachment.close();
    }
  }

  /** Time has passed. */
  review(): void {
    for (const attachment of [...this.#attachments]) {
      const served = attachment.phase;
      if (attachment.review()) this.#phaseChanged(attachment, served);
      if (attachment.lostForMs() <= GIVEN_UP_AFTER_MS) continue;
      this.#seekAnother(attachment.jobId);
      attachment.release('out of reach');
    }
    this.settle();
  }

  /** Lets go of sidecars whose viewers have moved, or whose time is up. */
  settle(): void {
    const now = this.#deps.clock.now();
    const newest = this.#attachments.findLastIndex(({ phase }) => phase === 'ready');
    for (const [index, attachment] of [...this.#attachments].entries()) {
      if (index < newest) attachment.supersededSince ??= now;
      else attachment.supersededSince = null;
      const { handOverSince, supersededSince } = attachment;
      if (handOverSince !== null && supersededSince === null && now - handOverSince > HAND_OVER_WITHIN_MS) {
        this.#makeLeave(attachment);
      }
      const since = attachment.leavingSince ?? supersededSince;
      if (since === null) continue;
      const moved = !this.#deps.isFlowing(attachment.producer);
      if (moved || now - since > LEAVE_WITHIN_MS) attachment.release(supersededSince === null ? 'over' : 'handed over');
    }
  }

  /** Layers that a sidecar gives up end as soon as their last viewer has left them. */
  get givesUpLayers(): boolean {
    return this.#attachments.some((attachment) => attachment.givesUpLayers);
  }

  adapt(isMuted: boolean): void {
    for (const attachment of this.#attachments) {
      attachment.adapt(isMuted ? null : this.#deps.demandsOn(this.source.trackId, attachment.producer));
    }
  }

  #seek(): QueuedJob {
    const { queue, clock, jobs } = this.#deps;
    const queued = new QueuedJob(this.#deps.newJob(this.source), queue, clock, this.#logger);
    jobs.set(queued.job.jobId, this);
    queued.offer();
    return queued;
  }

  /**
   * The wish becomes another job, which the queue gives out at once. The one before stays with the sidecar that has it: the queue
   * would wait until that one counts as dead.
   */
  #seekAnother(jobId: string): void {
    if (this.#ended || this.#queued.job.jobId !== jobId) return;
    this.#stopSeeking();
    this.#queued = this.#seek();
  }

  #stopSeeking(): void {
    this.#queued.withdraw();
    this.#forget(this.#queued.job.jobId);
  }

  /** A job counts as known while a sidecar works on it. */
  #forget(jobId: string): void {
    if (!this.#attachments.some((attachment) => attachment.jobId === jobId)) this.#deps.jobs.delete(jobId);
  }

  #refusalOf({ jobId, attempt, inputs, outputs }: AttachRequest): AttachAnswer | null {
    const unwanted = (reason: string): AttachAnswer => ({ type: 'unwanted', reason });
    if (this.#ended || jobId !== this.#queued.job.jobId) return unwanted('this job is over');
    const others = [...this.#attachments, ...(this.#attaching ? [this.#attaching] : [])];
    if (others.some((other) => other.jobId === jobId && other.attempt >= attempt)) {
      return unwanted('a newer attempt has this job');
    }
    if (!inputs.includes(this.#input)) return { type: 'unsuitable', reason: `it does not decode ${this.#input}` };
    if (!outputs.includes(this.codec)) return { type: 'unsuitable', reason: `it does not encode ${this.codec}` };
    return null;
  }

  /** The attachment, or why it is not wanted any more. */
  async #open(link: SidecarLink, request: AttachRequest, ticket: object): Promise<Attachment | string> {
    const { plainListen, clock, demandsOn } = this.#deps;
    const options = {
      link,
      request,
      source: this.source,
      input: this.#input,
      output: this.codec,
      plainListen,
      clock,
      onClosed: (attachment: Attachment) => this.#closed(attachment),
    };
    let isLate = false;
    const opening = Attachment.open(options, demandsOn(this.source.trackId, null)).then((attachment) => {
      if (isLate) attachment.close();
      return attachment;
    });
    const attachment = await withinMs(opening, ATTACH_WITHIN_MS, clock).catch((error: unknown) => {
      isLate = true;
      throw error;
    });
    const problem = this.#problemWith(attachment, link, ticket);
    if (problem) attachment.close();
    return problem ?? attachment;
  }

  #problemWith(attachment: Attachment, link: SidecarLink, ticket: object): string | null {
    const isSought = !this.#ended && attachment.jobId === this.#queued.job.jobId;
    if (!isSought || this.source.closed || attachment.closed) return 'this job is over';
    if (this.#attaching !== ticket) return 'a newer attempt has this job';
    return this.#deps.isLinkLost(link) ? 'the channel closed' : null;
  }

  #accept(attachment: Attachment): void {
    for (const older of this.#attachments.filter(({ jobId }) => jobId === attachment.jobId)) {
      // Told to the same sidecar, it would concern its newer attempt.
      if (older.link === attachment.link) older.close();
      else older.release('a newer attempt has this job');
    }
    this.#attachments.push(attachment);
    this.#queued.taken();
    this.#deps.counters.attachments += 1;
    this.#deps.register(attachment.producer);
    const { link, attempt } = attachment;
    this.#logger.info({ sidecarId: link.sidecarId, sidecar: link.name, attempt }, 'sidecar attached');
    this.#deps.changed();
  }

  #closed(attachment: Attachment): void {
    const index = this.#attachments.indexOf(attachment);
    if (index === -1) return;
    this.#attachments.splice(index, 1);
    if (attachment.phase === 'ready' && !this.#ended && !this.source.closed)
      this.#countFallback(attachment, 'its channel or it closed');
    const { jobId } = attachment;
    const isSought = !this.#ended && jobId === this.#queued.job.jobId;
    if (isSought) this.#queued.offer();
    else this.#forget(jobId);
    this.#deps.changed();
  }

  #phaseChanged(attachment: Attachment, before: Attachment['phase']): void {
    if (before === 'ready' && attachment.phase === 'warming') this.#countFallback(attachment, 'nothing came from it');
    this.#deps.changed();
  }

  /** Somebody else serves its viewers: that is no falling back. */
  #countFallback({ link }: Attachment, reason: string): void {
    if (this.#attachments.some(({ phase }) => phase === 'ready')) return;
    this.#deps.counters.fallbacks += 1;
    this.#logger.warn({ sidecarId: link.sidecarId, reason }, 'viewers go back to the source');
  }

  #makeLeave(attachment: Attachment): void {
    if (attachment.leavingSince !== null) return;
    attachment.leavingSince = this.#deps.clock.now();
    this.#deps.changed();
  }

  #find(link: SidecarLink, jobId: string): Attachment | undefined {
    return this.#attachments.find((attachment) => attachment.jobId === jobId && attachment.link === link);
  }
}

function withinMs<T>(promise: Promise<T>, ms: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(ms, () => reject(new Error('the transports were not built in time')));
    promise.then(resolve, reject).finally(cancel);
  });
}
