import { flag, hidden, keyed, list, number, object, orNull, text } from './fields.ts';
import type { Poll, Vote } from './state.ts';

const vote = object<Vote>({ voter: text, name: text, choices: list(number) });
/** What clients see of a poll: of a secret vote, only that it counts [R-POLL-4, R-POLL-5]. */
export const poll = object<Poll>({
  id: text,
  question: text,
  options: list(text),
  multiple: flag,
  anonymous: flag,
  live: flag,
  openedAt: number,
  closedAt: orNull(number),
  counts: orNull(list(number)),
  voters: number,
  votes: keyed(vote, ({ voter }) => voter),
  ballots: hidden(new Map()),
});

/** The same for what happens to it. */
export const pollEvents = {
  PollOpened: {
    pollId: text,
    question: text,
    options: list(text),
    multiple: flag,
    anonymous: flag,
    live: flag,
    at: number,
  },
  VoteCast: { pollId: text, participantId: text, name: text, choices: list(number) },
  BallotCast: {
    pollId: text,
    voter: hidden(''),
    name: hidden(''),
    choices: hidden([]),
    counts: orNull(list(number)),
    voters: number,
  },
  PollClosed: { pollId: text, at: number, counts: list(number), votes: list(vote) },
  PollRemoved: { pollId: text },
};
