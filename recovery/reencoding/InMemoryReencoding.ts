import { type Clock, Unavailable } from '../../core/ports.ts';
import type { ReencodingJob } from '../../core/reencoding/messages.ts';
import type { ReencodingQueue, ReencodingWork, TakenJob } from '../../core/reencoding/ports.ts';
import { attemptOf, LOCK_MS, pauseMs, roundMs } from './storedJob.ts';

interface Entry {
  readonly job: ReencodingJob;
  readonly addedAt: number;
  timesGivenOut: number;
  failures: number;
  withdrawn: boolean;
  waitsUntil: number;
  holder: { readonly token: symbol; heardAt: number } | null;
}

/** The state that both ends of the queue share, like Redis. */
export class InMemoryReencodingStore {
  readonly entries = new Map<string, Entry>();
  readonly lockMs: number;
  #available = true;

  constructor(lockMs = LOCK_MS) {
    this.lockMs = lockMs;
  }

  setAvailable(available: boolean): void {
    this.#available = available;
    // Sidecars at work get time to say so.
    if (available) for (const { holder } of this.entries.values()) if (holder) holder.heardAt = Date.now();
  }

  /** @throws Unavailable while the store is away */
  get(): Map<string, Entry> {
    if (!this.#available) throw new Unavailable('queue', 'The queue does not serve.');
    return this.entries;
  }
}

/** The node's end of a queue in memory; for tests. */
export class InMemoryReencodingQueue implements ReencodingQueue {
  readonly #store: InMemoryReencodingStore;

  constructor(store: InMemoryReencodingStore) {
    this.#store = store;
  }

  async add(job: ReencodingJob): Promise<void> {
    const entries = this.#store.get();
    if (entries.has(job.jobId)) return;
    entries.set(job.jobId, {
      job: { ...job },
      addedAt: Date.now(),
      timesGivenOut: 0,
      failures: 0,
      withdrawn: false,
      waitsUntil: 0,
      holder: null,
    });
  }

  async remove(jobId: string): Promise<void> {
    const entry = this.#store.get().get(jobId);
    if (entry?.holder) entry.withdrawn = true;
    else this.#store.get().delete(jobId);
  }
}

interface AtWork {
  readonly token: symbol;
  readonly lost: AbortController;
  readonly done: Promise<void>;
}

/** The sidecar's end of a queue in memory; for tests. */
export class InMemoryReencodingWork implements ReencodingWork {
  readonly #store: InMemoryReencodingStore;
  readonly #clock: Clock;
  readonly #atWork = new Map<string, AtWork>();
  #work: ((taken: TakenJob) => Promise<void>) | null = null;
  #concurrency = 0;
  #cancelRound: () => void = () => {};

  constructor({ store, clock }: { store: InMemoryReencodingStore; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  start(work: (taken: TakenJob) => Promise<void>): void {
    if (this.#work) throw new Error('The work was started already');
    this.#work = work;
    this.#round();
  }

  setConcurrency(concurrency: number): void {
    this.#concurrency = concurrency;
  }

  async close(): Promise<void> {
    this.#concurrency = 0;
    await Promise.all([...this.#atWork.values()].map(({ done }) => done));
    this.#cancelRound();
  }

  #round(): void {
    try {
      const entries = this.#store.get();
      this.#renew(entries);
      for (const [jobId, entry] of entries) this.#judge(jobId, entry, entries);
      for (const entry of entries.values()) if (this.#mayTake(entry)) this.#take(entry);
    } catch (error) {
      // While the store is away, work continues.
      if (!(error instanceof Unavailable)) throw error;
    }
    this.#cancelRound = this.#clock.setTimer(Math.min(10, roundMs(this.#store.lockMs)), () => this.#round());
  }

  #renew(entries: Map<string, Entry>): void {
    for (const [jobId, { lost, token }] of this.#atWork) {
      const holder = entries.get(jobId)?.holder;
      if (holder?.token === token) holder.heardAt = Date.now();
      else lost.abort();
    }
  }

  #judge(jobId: string, entry: Entry, entries: Map<string, Entry>): void {
    if (!entry.holder || Date.now() - entry.holder.heardAt < this.#store.lockMs) return;
    entry.holder = null;
    if (entry.withdrawn) entries.delete(jobId);
  }

  #mayTake({ holder, job, waitsUntil }: Entry): boolean {
    const hasRoom = this.#atWork.size < this.#concurrency;
    return hasRoom && !holder && Date.now() >= waitsUntil && !this.#atWork.has(job.jobId);
  }

  #take(entry: Entry): void {
    const { job } = entry;
    const token = Symbol(job.jobId);
    const lost = new AbortController();
    entry.timesGivenOut += 1;
    entry.holder = { token, heardAt: Date.now() };
    const attempt = attemptOf(entry.addedAt, entry.timesGivenOut);
    const done = this.#do({ job: { ...job }, attempt, lost: lost.signal }, entry, token);
    this.#atWork.set(job.jobId, { token, lost, done });
  }

  async #do(taken: TakenJob, entry: Entry, token: symbol): Promise<void> {
    const startedAt = Date.now();
    let failed = false;
    try {
      await this.#work?.(taken);
    } catch {
      failed = true; // The sidecar has logged the reason itself.
    }
    const { jobId } = taken.job;
    this.#atWork.delete(jobId);
    const isOurs = entry.holder?.token === token && this.#store.entries.get(jobId) === entry;
    if (!isOurs) return;
    entry.holder = null;
    if (!failed || entry.withdrawn) this.#store.entries.delete(jobId);
    entry.waitsUntil = Date.now() + pauseMs(entry.failures, Date.now() - startedAt);
    entry.failures += 1;
  }
}
