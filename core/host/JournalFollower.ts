import { type AppendOutcome, type Journal, JournalAhead, type Logger, Unavailable } from '../ports.ts';
import type { Commit, Position } from '../room/commit.ts';
import type { RoomId } from '../room/state.ts';
import { missingIn, putBack } from './lostCommits.ts';
import type { Replica } from './Replica.ts';

export interface JournalFollowerDeps {
  readonly journal: Journal;
  readonly logger: Logger;
  /**
   * Returns the room as the journal has it now.
   * @throws Unavailable when the journal does not answer
   */
  readonly restore: (roomId: RoomId) => Promise<Replica>;
  /** Applies these commits, which follow the replica. */
  readonly accept: (commits: readonly Commit[]) => Promise<void>;
  /** Lost commits are in the journal again. */
  readonly putBack: () => void;
  /** The replica was replaced. `lost`: commits of the old one, `before`, that the journal does not hold. */
  readonly startedOver: (lost: readonly Commit[], before: Replica) => void;
}

const READ_COMMITS = 1_000;

/**
 * Keeps this node's replica of a room in step with the journal: takes in the commits of other nodes, and mends a
 * journal that lost some. The room's mailbox calls it, one call at a time.
 */
export class JournalFollower {
  readonly #roomId: RoomId;
  readonly #deps: JournalFollowerDeps;
  #replica: Replica;
  #pushed: Commit[] = [];
  #mayHaveMissed = false;

  constructor(roomId: RoomId, replica: Replica, deps: JournalFollowerDeps) {
    this.#roomId = roomId;
    this.#replica = replica;
    this.#deps = deps;
  }

  get replica(): Replica {
    return this.#replica;
  }

  /** Whether `takeIn` has work to do. */
  get hasNews(): boolean {
    return this.#mayHaveMissed || this.#pushed.length > 0;
  }

  /** Commits that came by the journal's push channel. */
  push(commits: readonly Commit[]): void {
    this.#pushed.push(...commits);
  }

  /** The journal may hold commits that were not pushed. */
  checkForMissed(): void {
    this.#mayHaveMissed = true;
  }

  /**
   * Takes in pushed and missed commits.
   * @throws Unavailable when the journal does not answer: `hasNews` then stays true
   * @throws JournalAhead when a newer version wrote what follows
   */
  async takeIn(): Promise<void> {
    const pushed = this.#pushed;
    const gap = this.#mayHaveMissed;
    this.#pushed = [];
    this.#mayHaveMissed = false;
    const contradicts = pushed.some((commit) => {
      const mine = this.#replica.at(commit.version);
      return mine !== undefined && mine.commitId !== commit.commitId;
    });
    const isNews = pushed.some((commit) => commit.version > this.#replica.position.version);
    try {
      if (gap || contradicts) await this.mend(await this.compare());
      else if (isNews) await this.#catchUp(pushed);
    } catch (error) {
      if (error instanceof Unavailable) this.#mayHaveMissed = true;
      throw error;
    }
  }

  /**
   * Returns where the replica stands in relation to the journal, as if nothing had been appended.
   * @throws Unavailable when the journal does not answer
   */
  async compare(): Promise<AppendOutcome> {
    const mine = this.#replica.position;
    const journal = await this.#deps.journal.position(this.#roomId);
    if (journal.version === mine.version && journal.commitId === mine.commitId) return { type: 'appended' };
    if (journal.version <= mine.version) return { type: 'diverged', journal };
    return { type: 'behind', missed: [] };
  }

  /**
   * Brings replica and journal together after an outcome that shows a difference.
   * @throws Unavailable when the journal does not answer
   */
  async mend(outcome: AppendOutcome): Promise<void> {
    if (outcome.type === 'behind') await this.#catchUp(outcome.missed);
    else if (outcome.type === 'diverged') await this.#reconcile(outcome.journal);
  }

  /**
   * Applies the commits that extend the replica, then reads on to the end of the journal if they were not all of it.
   */
  async #catchUp(commits: readonly Commit[]): Promise<void> {
    let known = this.#extensionIn(commits) ?? (await this.#readOn());
    while (known.length > 0) {
      if (!this.#extensionIn(known)) {
        await this.#reconcile(await this.#deps.journal.position(this.#roomId));
        return;
      }
      await this.#deps.accept(known);
      if (known.length < READ_COMMITS) return;
      known = await this.#readOn();
    }
  }

  async #readOn(): Promise<readonly Commit[]> {
    try {
      return await this.#deps.journal.read(this.#roomId, this.#replica.position.version, READ_COMMITS);
    } catch (error) {
      const known = error instanceof JournalAhead ? this.#extensionIn(error.before) : null;
      if (known) await this.#deps.accept(known);
      throw error;
    }
  }

  /**
   * Returns the commits that extend the replica, in order. `commits` may be in any order and hold some twice. Returns
   * null on a gap, on commits of a history that the journal lost, or when nothing is new.
   */
  #extensionIn(commits: readonly Commit[]): readonly Commit[] | null {
    let { version, commitId }: Position = this.#replica.position;
    const start = version;
    const news = new Map(commits.filter((commit) => commit.version > start).map((commit) => [commit.version, commit]));
    const extension: Commit[] = [];
    while (extension.length < news.size) {
      const next = news.get(version + 1);
      if (next?.prev !== commitId) return null;
      extension.push(next);
      ({ version, commitId } = next);
    }
    return extension.length > 0 ? extension : null;
  }

  /**
   * The journal came back with less than it had acknowledged, or with another history. Puts the lost commits back as
   * they were if this node still has them. Where another node has already gone on, reads the room again instead.
   */
  async #reconcile(journalPosition: Position): Promise<void> {
    const { journal, logger } = this.#deps;
    const lost = this.#replica.since(journalPosition.version);
    if (lost && lost.length > 0 && this.#replica.passesThrough(journalPosition)) {
      const { version } = this.#replica.position;
      logger.warn({ version, journal: journalPosition.version }, 'the journal lost commits: putting them back');
      if (await putBack(journal, this.#roomId, lost, journalPosition)) {
        this.#deps.putBack();
        this.#mayHaveMissed = true;
        return;
      }
    }
    await this.#startOver();
  }

  async #startOver(): Promise<void> {
    const { journal, logger, restore } = this.#deps;
    const before = this.#replica;
    const { position, recent } = before;
    const lost = await missingIn(journal, this.#roomId, recent);
    this.#replica = await restore(this.#roomId);
    const { version } = this.#replica.position;
    logger.warn(
      { version: position.version, journal: version, lost: lost.length },
      'the journal has another history, or left this node far behind: starting over from it',
    );
    this.#deps.startedOver(lost, before);
  }
}
