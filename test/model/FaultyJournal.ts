import { type AppendOutcome, type Journal, type KeptTail, type Snapshot, Unavailable } from '../../core/ports.ts';
import type { Commit, Position } from '../../core/room/commit.ts';
import type { RoomId } from '../../core/room/state.ts';

/** The fate of one request to the journal. */
export type Fault =
  | 'none'
  /** It never arrives. */
  | 'requestLost'
  /** Nobody waits for it any more when it arrives. */
  | 'requestLate'
  /** It takes effect, and nobody hears of it. */
  | 'answerLost';

/** The link between a node and the journal. */
export interface Link {
  nextFault(): Fault;
  /** Resolves when the world lets this happen; never for a node that is dead by then. */
  pass(label: string): Promise<void>;
  /** Resolves when the world lets this happen, even if the node is dead. */
  drift(label: string): Promise<void>;
}

/** A journal behind a link that delays, reorders, loses and repeats. */
export class FaultyJournal implements Journal {
  readonly #inner: Journal;
  readonly #link: Link;

  constructor(inner: Journal, link: Link) {
    this.#inner = inner;
    this.#link = link;
  }

  append(roomId: RoomId, commits: readonly Commit[], after: Position): Promise<AppendOutcome> {
    return this.#ask('append', () => this.#inner.append(roomId, commits, after));
  }

  read(roomId: RoomId, afterVersion: number, limit: number): Promise<readonly Commit[]> {
    return this.#ask('read', () => this.#inner.read(roomId, afterVersion, limit));
  }

  position(roomId: RoomId): Promise<Position> {
    return this.#ask('position', () => this.#inner.position(roomId));
  }

  loadSnapshot(roomId: RoomId): Promise<Snapshot | null> {
    return this.#ask('loadSnapshot', () => this.#inner.loadSnapshot(roomId));
  }

  saveSnapshot(roomId: RoomId, snapshot: Snapshot, keep?: KeptTail): Promise<void> {
    return this.#ask('saveSnapshot', () => this.#inner.saveSnapshot(roomId, snapshot, keep));
  }

  /** A lost push shows as a gap; a late one comes twice. */
  follow(roomId: RoomId, onCommits: (commits: readonly Commit[]) => void, onGap: () => void): Promise<() => void> {
    const deliver = async (commits: readonly Commit[], times: number): Promise<void> => {
      await this.#link.pass('push');
      onCommits(commits);
      if (times > 1) await deliver(commits, times - 1);
    };
    const interrupt = async (): Promise<void> => {
      await this.#link.pass('gap');
      onGap();
    };
    const pushed = (commits: readonly Commit[]) => {
      const fault = this.#link.nextFault();
      void (fault === 'requestLost' ? interrupt() : deliver(commits, fault === 'requestLate' ? 2 : 1));
    };
    return this.#inner.follow(roomId, pushed, () => void interrupt());
  }

  forgetRoom(roomId: RoomId, rest: Snapshot): Promise<boolean> {
    return this.#ask('forgetRoom', () => this.#inner.forgetRoom(roomId, rest));
  }

  get available(): boolean {
    return this.#inner.available;
  }

  onAvailability(listener: (available: boolean) => void): () => void {
    return this.#inner.onAvailability(listener);
  }

  async #ask<Answer>(question: string, answer: () => Promise<Answer>): Promise<Answer> {
    const fault = this.#link.nextFault();
    if (fault === 'requestLate') {
      void this.#link.drift(`${question}, late`).then(answer).catch(ignoreUnavailable);
      await this.#link.pass(`${question} timed out`);
      throw new Unavailable('journal', `No answer to ${question}`);
    }
    await this.#link.pass(question);
    if (fault === 'requestLost') throw new Unavailable('journal', `${question} was lost`);
    const answered = await answer();
    await this.#link.pass(`answer to ${question}`);
    if (fault === 'answerLost') throw new Unavailable('journal', `The answer to ${question} was lost`);
    return answered;
  }
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof Unavailable)) throw error;
}
