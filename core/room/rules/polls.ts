import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { countVotes, isOpenly, MAX_POLL_OPTIONS, MAX_POLLS, MAX_VOTES, withVote } from '../polls.ts';
import { Refusal } from '../refusal.ts';
import type { Poll, PollId, RoomState } from '../state.ts';
import { requireModerator, requireParticipant } from './actors.ts';
import { requireId, toPollText } from './input.ts';

const QUESTION_LENGTH = 300;
const OPTION_LENGTH = 100;

export function openPoll(command: CommandOf<'OpenPoll'>, state: RoomState): RoomEvent[] {
  const { pollId, multiple, anonymous, live, now: at } = command;
  requireModerator(command.actor, state);
  requireId(pollId);
  if (state.polls.has(pollId)) return [];
  if (state.polls.size >= MAX_POLLS) throw new Refusal('INVALID', `A room has at most ${MAX_POLLS} polls: remove one.`);
  const question = toPollText(command.question, QUESTION_LENGTH);
  const options = command.options.map((option) => toPollText(option, OPTION_LENGTH));
  if (options.length < 2 || options.length > MAX_POLL_OPTIONS || new Set(options).size < options.length) {
    throw new Refusal('INVALID', `A poll has 2 to ${MAX_POLL_OPTIONS} different options.`);
  }
  return [{ type: 'PollOpened', pollId, question, options, multiple, anonymous, live, at }];
}

export function castVote(command: CommandOf<'CastVote'>, state: RoomState): RoomEvent[] {
  const { id: participantId, name } = requireParticipant(command.actor, state);
  const poll = requirePoll(command.pollId, state);
  if (poll.closedAt !== null) throw new Refusal('INVALID', 'This poll is closed.');
  const { id: pollId, anonymous, live } = poll;
  const choices = toChoices(command.choices, poll);
  const voter = anonymous ? command.voter : participantId;
  requireId(voter);
  const votes = isOpenly(poll) ? poll.votes : poll.ballots;
  const before = votes.get(voter)?.choices ?? [];
  if (before.join() === choices.join()) return [];
  if (!votes.has(voter) && votes.size >= MAX_VOTES) throw new Refusal('INVALID', 'This poll takes no more votes.');
  if (isOpenly(poll)) return [{ type: 'VoteCast', pollId, participantId, name, choices }];
  const after = withVote(votes, { voter, name: '', choices });
  const counts = live ? countVotes(poll, after.values()) : null;
  return [{ type: 'BallotCast', pollId, voter, name: anonymous ? '' : name, choices, counts, voters: after.size }];
}

/** The event brings the counts and votes that were hidden. Who voted what in an anonymous poll is forgotten. */
export function closePoll(command: CommandOf<'ClosePoll'>, state: RoomState): RoomEvent[] {
  requireModerator(command.actor, state);
  const poll = requirePoll(command.pollId, state);
  if (poll.closedAt !== null) return [];
  const all = [...(isOpenly(poll) ? poll.votes : poll.ballots).values()];
  const votes = poll.anonymous || isOpenly(poll) ? [] : all;
  return [{ type: 'PollClosed', pollId: poll.id, at: command.now, counts: countVotes(poll, all), votes }];
}

export function removePoll(command: CommandOf<'RemovePoll'>, state: RoomState): RoomEvent[] {
  requireModerator(command.actor, state);
  return state.polls.has(command.pollId) ? [{ type: 'PollRemoved', pollId: command.pollId }] : [];
}

function toChoices(choices: readonly number[], { options, multiple }: Poll): number[] {
  const chosen = [...new Set(choices)].sort((a, b) => a - b);
  if (chosen.some((choice) => !Number.isInteger(choice) || choice < 0 || choice >= options.length)) {
    throw new Refusal('INVALID', 'This poll has no such option.');
  }
  if (!multiple && chosen.length > 1) throw new Refusal('INVALID', 'Choose one option.');
  return chosen;
}

function requirePoll(pollId: PollId, state: RoomState): Poll {
  const poll = state.polls.get(pollId);
  if (poll === undefined) throw new Refusal('INVALID', 'There is no such poll any more.');
  return poll;
}
