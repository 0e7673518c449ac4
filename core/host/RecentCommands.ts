import type { RoomCommand } from '../room/commands.ts';

const KEPT = 1_024;

/** The commands of this node's newest commits: if the journal loses a commit, its command is decided again. */
export class RecentCommands {
  readonly #byCommitId = new Map<string, RoomCommand>();

  remember(commitId: string, command: RoomCommand): void {
    this.#byCommitId.set(commitId, command);
    for (const oldest of this.#byCommitId.keys()) {
      if (this.#byCommitId.size <= KEPT) break;
      this.#byCommitId.delete(oldest);
    }
  }

  /** Returns undefined if another node made the commit, or it was too long ago. */
  of(commitId: string): RoomCommand | undefined {
    return this.#byCommitId.get(commitId);
  }
}
