import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  by,
  type CommandBody,
  commandOf,
  commitOf,
  created,
  given,
  joined,
  NOW,
  stateOf,
} from '../../../test/support/room.ts';
import { seeded } from '../../../test/support/seed.ts';
import { type Commit, ORIGIN } from '../commit.ts';
import { decide } from '../decide.ts';
import type { RoomEvent } from '../events.ts';
import { evolveCommit } from '../evolve.ts';
import { MAX_POLLS } from '../polls.ts';
import { recordedActor } from '../recordedActor.ts';
import { redact, redactState } from '../redact.ts';
import type { Vote } from '../state.ts';
import { EMPTY_ROOM, type RoomState } from '../state.ts';

const PEOPLE = ['ann', 'bob', 'cat'] as const;
const ROOM = [created(), joined('ann', 1), joined('bob', 2), joined('cat', 3), joined('hal', 4, { role: 'host' })];
const HAL = by('hal', 4);
const ANN = by('ann', 1);
const open: CommandBody & { type: 'OpenPoll' } = {
  type: 'OpenPoll',
  pollId: 'q',
  question: ' Tea? ',
  options: ['Yes', ' No', 'Later'],
  multiple: false,
  anonymous: false,
  live: true,
};
const opened = (change: Partial<Extract<RoomEvent, { type: 'PollOpened' }>> = {}): RoomEvent => {
  const { pollId, multiple, anonymous, live } = open;
  const asked = { pollId, question: 'Tea?', options: ['Yes', 'No', 'Later'], multiple, anonymous, live, at: NOW };
  return { type: 'PollOpened', ...asked, ...change };
};
const vote = (...choices: number[]): CommandBody => ({ type: 'CastVote', pollId: 'q', choices, voter: 'hash' });
const cast = (participantId: string, ...choices: number[]): RoomEvent => {
  return { type: 'VoteCast', pollId: 'q', participantId, name: participantId, choices };
};

describe('polls', () => {
  it('[R-POLL-1] a host asks a question with 2 to 10 different options', () => {
    const room = given(...ROOM);
    room.when(HAL, open).then([opened()]);
    room.when(ANN, open).refused('FORBIDDEN');
    room.when(HAL, { ...open, options: ['Yes'] }).refused('INVALID');
    room.when(HAL, { ...open, options: ['Yes', 'Yes '] }).refused('INVALID');
    room.when(HAL, { ...open, question: '' }).refused('INVALID');
    room.when(HAL, { ...open, options: ['Yes', 'x'.repeat(101)] }).refused('INVALID');
    given(...ROOM, opened())
      .when(HAL, open)
      .nothing();
  });

  it('[R-POLL-2] a room has at most 20 polls, until one is removed', () => {
    const polls = Array.from({ length: MAX_POLLS }, (_, i) => opened({ pollId: `q${i}` }));
    given(...ROOM, ...polls)
      .when(HAL, open)
      .refused('INVALID');
    given(...ROOM, ...polls, { type: 'PollRemoved', pollId: 'q3' })
      .when(HAL, open)
      .then([opened()]);
  });

  it('[R-POLL-3] people vote, change their vote and take it back until the poll is closed', () => {
    given(...ROOM, opened())
      .when(ANN, vote(1))
      .then([cast('ann', 1)]);
    const voted = given(...ROOM, opened(), cast('ann', 1));
    voted.when(ANN, vote(1)).nothing();
    voted.when(ANN, vote(2)).then([cast('ann', 2)]);
    voted.when(ANN, vote()).then([cast('ann')]);
    voted.when(ANN, vote(0, 1)).refused('INVALID');
    voted.when(ANN, vote(3)).refused('INVALID');
    given(...ROOM, opened({ multiple: true }))
      .when(ANN, vote(2, 0, 2))
      .then([cast('ann', 0, 2)]);
    given(...ROOM, opened(), { type: 'PollClosed', pollId: 'q', at: 1, counts: [0, 0, 0], votes: [] })
      .when(ANN, vote(1))
      .refused('INVALID');
  });

  it('[R-POLL-5] results that come after closing come with the closing', () => {
    const hidden = opened({ live: false });
    const ballot: RoomEvent = { ...secret('ann', [1], null, 1), name: 'ann' };
    given(...ROOM, hidden)
      .when(ANN, vote(1))
      .then([ballot]);
    const votes: Vote[] = [{ voter: 'ann', name: 'ann', choices: [1] }];
    given(...ROOM, hidden, ballot)
      .when(HAL, { type: 'ClosePoll', pollId: 'q' }, { now: 9 })
      .then([{ type: 'PollClosed', pollId: 'q', at: 9, counts: [0, 1, 0], votes }]);
    given(...ROOM, opened({ live: false, anonymous: true }), secret('hash', [1], null, 1))
      .when(HAL, { type: 'ClosePoll', pollId: 'q' }, { now: 9 })
      .then([{ type: 'PollClosed', pollId: 'q', at: 9, counts: [0, 1, 0], votes: [] }]);
  });

  it('[R-POLL-4] no commit and no state tells who voted what in an anonymous poll, whoever looks', () => {
    const votes = fc.array(fc.record({ who: fc.constantFrom(...PEOPLE), choices: fc.subarray([0, 1, 2]) }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(votes, fc.boolean(), fc.shuffledSubarray([...PEOPLE], { minLength: 3 }), (cast, live, others) => {
        const swapped = cast.map(({ who, choices }) => ({ who: others[PEOPLE.indexOf(who)] ?? who, choices }));
        expect(seenOf(swapped, live)).toEqual(seenOf(cast, live));
      }),
      seeded('anonymous polls', 200),
    );
  });
});

it('[R-POLL-4] the poll says whether a ballot has no actor, not the name in it', () => {
  const nameless = { ...secret('ann', [0], null, 1), name: '' };
  const actorIn = (anonymous: boolean) => recordedActor(ANN, [nameless], stateOf(...ROOM, opened({ anonymous })));
  expect(actorIn(false)).toEqual(ANN);
  expect(actorIn(true)).not.toEqual(ANN);
  expect(recordedActor(ANN, [nameless], EMPTY_ROOM), 'of an unknown poll').not.toEqual(ANN);
});

function secret(voter: string, choices: number[], counts: number[] | null, voters: number) {
  return { type: 'BallotCast', pollId: 'q', voter, name: '', choices, counts, voters } as const;
}

/** Returns all that the journal and clients have of an anonymous poll, but for the keyed hashes of the voters. */
function seenOf(
  votes: readonly { readonly who: (typeof PEOPLE)[number]; readonly choices: number[] }[],
  live: boolean,
) {
  let state: RoomState = EMPTY_ROOM;
  const commits: Commit[] = [];
  const append = (actor: Commit['actor'], events: readonly RoomEvent[]) => {
    if (events.length === 0) return;
    const commit = commitOf(commits.at(-1) ?? ORIGIN, events, { actor: recordedActor(actor, events, state) });
    commits.push(commit);
    state = evolveCommit(state, commit);
  };
  append(HAL, [...ROOM, opened({ anonymous: true, multiple: true, live })]);
  for (const { who, choices } of votes) {
    const actor = by(who, PEOPLE.indexOf(who) + 1);
    append(actor, decide(commandOf(actor, { ...vote(...choices), voter: `hash-of-${who}` } as CommandBody), state));
  }
  const atTheEnd = (['host', 'participant'] as const).map((audience) => redactState(state, audience).polls);
  append(HAL, decide(commandOf(HAL, { type: 'ClosePoll', pollId: 'q' }, { commandId: 'close' }), state));
  const journal = JSON.stringify(commits).replaceAll(/hash-of-\w+/gu, 'hash');
  const told = commits.map((commit) => (['host', 'participant'] as const).map((audience) => redact(commit, audience)));
  expect(JSON.stringify(told)).not.toContain('hash-of');
  expect(JSON.stringify(commits.slice(1))).not.toMatch(/"(ann|bob|cat)"/u);
  return { journal, told, atTheEnd, closed: state.polls };
}
