import type { Poll, Vote } from './state.ts';

/** Polls in a room; another one is refused until one is removed. */
export const MAX_POLLS = 20;
export const MAX_POLL_OPTIONS = 10;
/** Votes in one poll. */
export const MAX_VOTES = 2_000;

/** Returns how many chose each option. */
export function countVotes({ options }: Pick<Poll, 'options'>, votes: Iterable<Vote>): number[] {
  const counts = options.map(() => 0);
  for (const { choices } of votes) for (const choice of choices) counts[choice] = (counts[choice] ?? 0) + 1;
  return counts;
}

/** Whether votes are visible as they are cast. */
export function isOpenly({ anonymous, live }: Pick<Poll, 'anonymous' | 'live'>): boolean {
  return live && !anonymous;
}

/** Returns the votes with this one in the place of its voter's former one; no choice takes that back. */
export function withVote(votes: ReadonlyMap<string, Vote>, vote: Vote): ReadonlyMap<string, Vote> {
  const changed = new Map(votes);
  if (vote.choices.length === 0) changed.delete(vote.voter);
  else changed.set(vote.voter, vote);
  return changed;
}
