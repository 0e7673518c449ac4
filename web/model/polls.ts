import type { NewPoll, Poll, Room, RoomState } from '../../client/index.ts';

export { MAX_POLL_OPTIONS } from '../../client/index.ts';
export type { NewPoll, Poll };

export interface PollActions {
  open(poll: NewPoll): Promise<void>;
  /** Takes the place of the former vote; no choice takes that back. */
  vote(pollId: string, choices: readonly number[]): Promise<void>;
  close(pollId: string): Promise<void>;
  remove(pollId: string): Promise<void>;
  /** What this person voted in open polls, by poll. */
  ownVotes(): Promise<ReadonlyMap<string, readonly number[]>>;
}

/** The newest first; the same list while nothing in it has changed. */
export class PollList {
  #recorded: RoomState['polls'] | null = null;
  #list: readonly Poll[] = [];

  of({ polls }: RoomState): readonly Poll[] {
    if (this.#recorded !== polls) this.#list = [...polls.values()].reverse();
    this.#recorded = polls;
    return this.#list;
  }
}

export function pollActions({ controls: { polls } }: Room): PollActions {
  return {
    open: async (poll) => {
      await polls.open(poll);
    },
    vote: (pollId, choices) => polls.vote(pollId, choices),
    close: (pollId) => polls.close(pollId),
    remove: (pollId) => polls.remove(pollId),
    ownVotes: () => polls.ownVotes(),
  };
}
