import type { RoomEvent } from './events.ts';
import { countVotes, withVote } from './polls.ts';
import type { RoomDraft } from './RoomDraft.ts';

type PollEvent = Extract<RoomEvent, { readonly pollId: string }>;

export function evolvePoll(draft: RoomDraft, event: PollEvent): void {
  const { pollId } = event;
  switch (event.type) {
    case 'PollOpened': {
      const { question, options, multiple, anonymous, live, at: openedAt } = event;
      if (draft.room.polls.has(pollId)) return;
      const counts = live ? options.map(() => 0) : null;
      const none = { closedAt: null, counts, voters: 0, votes: new Map(), ballots: new Map() };
      draft.setPoll({ id: pollId, question, options, multiple, anonymous, live, openedAt, ...none });
      return;
    }
    case 'VoteCast':
      draft.changePoll(pollId, (poll) => {
        const { participantId: voter, name, choices } = event;
        const votes = withVote(poll.votes, { voter, name, choices });
        return { votes, voters: votes.size, counts: countVotes(poll, votes.values()) };
      });
      return;
    case 'BallotCast': {
      const { voter, name, choices, counts, voters } = event;
      draft.castBallot(pollId, { voter, name, choices }, { counts, voters });
      return;
    }
    case 'PollClosed':
      draft.changePoll(pollId, ({ votes }) => {
        const told = new Map([...votes, ...event.votes.map((vote) => [vote.voter, vote] as const)]);
        return { closedAt: event.at, counts: event.counts, votes: told, ballots: new Map() };
      });
      return;
    case 'PollRemoved':
      draft.removePoll(pollId);
  }
}
