import { withRoom } from '../withRoom.ts';
import { type Handler, record } from './handler.ts';

export const openPoll = record<'openPoll'>(({ commandId: _, ...poll }) => ({ type: 'OpenPoll', ...poll }));
export const closePoll = record<'closePoll'>(({ pollId }) => ({ type: 'ClosePoll', pollId }));
export const removePoll = record<'removePoll'>(({ pollId }) => ({ type: 'RemovePoll', pollId }));

/** The journal knows an anonymous voter again only by a hash, whose key it does not have. */
export const castVote = record<'castVote'>(({ pollId, choices }, { roomId, participantId }, { origins }) => ({
  type: 'CastVote',
  pollId,
  choices,
  voter: origins.hash(roomId, 'ballot', `${pollId} ${participantId}`),
}));

export const ownVotes: Handler<'ownVotes'> = ({ connection, context }) => {
  const { roomId, participantId } = connection.requireSeat();
  return withRoom(context, roomId, ({ state }) => ({
    votes: [...state.polls.values()].flatMap(({ id: pollId, votes, ballots }) => {
      const secret = context.origins.hash(roomId, 'ballot', `${pollId} ${participantId}`);
      const own = votes.get(participantId) ?? ballots.get(participantId) ?? ballots.get(secret);
      return own === undefined ? [] : [{ pollId, choices: own.choices }];
    }),
  }));
};
