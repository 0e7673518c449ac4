import { describe, expect, test } from 'vitest';
import type { Commit } from '../../../core/room/commit.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import { evolveCommits } from '../../../core/room/evolve.ts';
import { EMPTY_ROOM } from '../../../core/room/state.ts';
import type { Deed } from '../../kit/clients/deeds.ts';
import { checkFacts } from './facts.ts';
import { viewOfState } from './state.ts';

const AT = Date.UTC(2026, 0, 1);

const opening: RoomEvent[] = [
  {
    type: 'RoomCreated',
    settings: { ...EMPTY_ROOM.settings, name: 'Drill', capacity: 10, graceMs: 20_000 },
    at: AT,
  },
  { type: 'ParticipantJoined', participantId: 'ann', name: 'Ann', role: 'member', session: 1, nodeId: 'n', at: AT },
];

const posted = (messageId: string): RoomEvent => ({
  type: 'ChatPosted',
  messageId,
  participantId: 'ann',
  name: 'Ann',
  text: messageId,
  at: AT,
});
const raised: RoomEvent = { type: 'HandRaised', participantId: 'ann', at: AT };
const lowered: RoomEvent = { type: 'HandLowered', participantId: 'ann' };

function journalOf(...events: RoomEvent[]): Commit[] {
  return [...opening, ...events].map((event, index) => ({
    version: index + 1,
    commitId: `c${index + 1}`,
    prev: index === 0 ? '' : `c${index}`,
    commandId: `command-${index + 1}`,
    actor: { kind: 'operator' },
    at: AT,
    events: [event],
  }));
}

const acked = (key: string, lane: Deed['lane'] = 'chat'): Deed => ({
  lane,
  key,
  askedAt: AT,
  ackedAt: AT + 5,
  refused: null,
});
const refused = (key: string): Deed => ({ ...acked(key), ackedAt: null, refused: 'JOURNAL_UNAVAILABLE' });

/** Findings when the copies are what the journal says, unless a chat is given. */
function check(deeds: Deed[], commits: Commit[], chatOfCopy?: string[]) {
  const state = evolveCommits(EMPTY_ROOM, commits);
  const view = viewOfState(state);
  const chat = chatOfCopy?.map((id) => ({ ...(view.chat[0] ?? fail()), id })) ?? view.chat;
  return checkFacts(new Map([['ann', deeds]]), commits, state, new Map([['ann', { ...view, chat }]]));
}

function fail(): never {
  throw new Error('the journal has no chat');
}

describe('acknowledgements are compared with the journal', () => {
  test('[J2] facts that stand in the journal once and in order give no finding', () => {
    const deeds = [
      acked('message a'),
      acked('message b'),
      acked('hand raised 1', 'state'),
      acked('hand lowered 1', 'state'),
    ];
    expect(check(deeds, journalOf(posted('a'), raised, posted('b'), lowered))).toEqual({
      acked: 4,
      lost: 0,
      duplicated: 0,
      reordered: 0,
      problems: [],
    });
  });

  test('[J2] an acknowledged message that the journal lacks is lost', () => {
    const found = check([acked('message a'), acked('message b')], journalOf(posted('a')));
    expect(found).toMatchObject({ lost: 1, duplicated: 0, reordered: 0 });
    expect(found.problems).toMatchObject([
      { what: 'journal, ann: message b was lost', who: 'ann', evidence: { kind: 'fact', deed: { ackedAt: AT + 5 } } },
    ]);
  });

  test('[J3] a message that stands in the journal twice is duplicated', () => {
    expect(check([acked('message a')], journalOf(posted('a'), posted('a')), ['a'])).toMatchObject({
      lost: 0,
      duplicated: 1,
    });
  });

  test('[J3] a hand that goes up more often than it was raised is duplicated', () => {
    const deeds = [acked('hand raised 1', 'state')];
    expect(check(deeds, journalOf(raised, lowered, raised))).toMatchObject({ duplicated: 2 });
  });

  test('[C1] messages in another order than they were posted are reordered', () => {
    const found = check([acked('message a'), acked('message b')], journalOf(posted('b'), posted('a')));
    expect(found).toMatchObject({ lost: 0, duplicated: 0, reordered: 1 });
  });

  test('a refused message may be in the journal or not, because its outcome is unknown', () => {
    expect(check([refused('message a'), acked('message b')], journalOf(posted('a'), posted('b'))).problems).toEqual([]);
    expect(check([refused('message a'), acked('message b')], journalOf(posted('b'))).problems).toEqual([]);
  });
});

describe('copies of clients are compared with the journal', () => {
  const deeds = [acked('message a'), acked('message b'), acked('message c')];
  const journal = journalOf(posted('a'), posted('b'), posted('c'));

  test('a message that a copy lacks is lost', () => {
    expect(check(deeds, journal, ['a', 'c']).problems).toMatchObject([{ what: 'copy of ann: b was lost', who: 'ann' }]);
    expect(check(deeds, journal, []).lost).toBe(3);
  });

  test('a message shown twice is duplicated, one in the wrong place is reordered', () => {
    expect(check(deeds, journal, ['a', 'b', 'b', 'c'])).toMatchObject({ lost: 0, duplicated: 1, reordered: 0 });
    expect(check(deeds, journal, ['a', 'c', 'b'])).toMatchObject({ lost: 0, duplicated: 0, reordered: 1 });
  });

  test("a client's copy may have forgotten the oldest messages", () => {
    expect(check(deeds, journal, ['b', 'c']).problems).toEqual([]);
  });
});
