import type { Requests } from './Requests.ts';

export interface NewPoll {
  readonly question: string;
  /** 2 to 10. */
  readonly options: readonly string[];
  readonly multiple: boolean;
  /** Nobody learns who voted what: no host, no other person, and no reader of the journal. */
  readonly anonymous: boolean;
  /** Whether results show while people vote; else once the poll is closed. */
  readonly live: boolean;
}

/** Polls of the room; `room.record.polls` shows them. Hosts open, close and remove them, and everybody votes. */
export class RoomPolls {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Returns the id of the poll. */
  async open(poll: NewPoll): Promise<string> {
    const pollId = this.#requests.newId();
    await this.#requests.commands.send('openPoll', { ...poll, options: [...poll.options], pollId });
    return pollId;
  }

  /** `choices`: indices of options. Takes the place of the former vote; without a choice it takes that back. */
  async vote(pollId: string, choices: readonly number[]): Promise<void> {
    await this.#requests.commands.send('castVote', { pollId, choices: [...choices] });
  }

  async close(pollId: string): Promise<void> {
    await this.#requests.commands.send('closePoll', { pollId });
  }

  async remove(pollId: string): Promise<void> {
    await this.#requests.commands.send('removePoll', { pollId });
  }

  /**
   * What this person voted in polls that are still open, by poll: the record does not show every vote.
   * @throws ConnectionLost while there is no connection
   */
  async ownVotes(): Promise<ReadonlyMap<string, readonly number[]>> {
    const { votes } = await this.#requests.ask('ownVotes', {});
    return new Map(votes.map(({ pollId, choices }) => [pollId, choices]));
  }
}
