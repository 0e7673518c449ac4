import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyRequest, OPENING, toCommand } from '../../test/model/requests.ts';
import { anyFacts, BALLOT_HASH, ORIGIN_HASH, PASSWORD_HASH, PEOPLE, secretOf } from '../../test/support/facts.ts';
import {
  by,
  canonical,
  commitOf,
  commitsOf,
  created,
  joined,
  knocked,
  OPERATOR,
  stateOf,
} from '../../test/support/room.ts';
import { seeded } from '../../test/support/seed.ts';
import { type Commit, ORIGIN } from './commit.ts';
import { decide } from './decide.ts';
import type { RoomEvent } from './events.ts';
import { evolveCommit, evolveRedacted } from './evolve.ts';
import { type Audience, concernsHostsOnly, readCommit, readState, redact, redactState, writeState } from './redact.ts';
import { Refusal } from './refusal.ts';
import { EMPTY_ROOM, type RoomState } from './state.ts';

const AUDIENCES: readonly Audience[] = ['host', 'participant'];

/** The fields that may travel, listed a second time: a field that `redact` lets through is added here on purpose. */
const SETTINGS = ['name', 'capacity', 'graceMs', 'locked', 'lobby', 'passwordHash', 'reencoding', 'mode', 'viewers'];
const GRANTS = ['grants', 'sources', 'chat', 'unmute', 'guests', 'nameFixed', 'hotStandby', 'joinMuted'];
const FILE = ['file', 'bytes', 'mediaType', 'preview', 'id', 'to', 'replyTo', 'privateChat', 'filesAllowed'];
const BOUNDS = ['mediaBounds', 'bounds', 'pageSize', 'lastN', 'loudestN', 'lastScreens'];
const RECORDING = ['recordingAllowed', 'recordingSince'];
const REACTIONS = ['reactions', 'emoji', 'people', 'on'];
const BREAKOUTS = ['rooms', 'free', 'endsAt', 'assigned', 'roomId', 'id', 'announcement', 'breakoutOf', 'breakoutsId'];
const BAN = ['device', 'account', 'address', 'addressUntil', 'name'];
const ALLOWED = {
  commit: new Set([
    ...[
      'version',
      'commitId',
      'byOthers',
      'events',
      'type',
      'participantId',
      'at',
      'settings',
      ...SETTINGS,
      'role',
      'session',
    ],
    ...['nodeId', 'expiresAt', 'departure', 'trackId', 'source', 'kind', 'muted', 'wanted', 'messageId', 'text'],
    ...[
      'pollId',
      'update',
      'base',
      'upTo',
      'question',
      'options',
      'multiple',
      'anonymous',
      'live',
      'voter',
      'choices',
      'counts',
      'voters',
      'votes',
    ],
    ...[
      'policy',
      'layout',
      'others',
      'interrupted',
      ...GRANTS,
      ...BAN,
      ...FILE,
      ...BOUNDS,
      ...RECORDING,
      ...BREAKOUTS,
      ...REACTIONS,
    ],
  ]),
  state: new Set([
    ...[
      'status',
      'createdAt',
      'settings',
      ...SETTINGS,
      ...BOUNDS,
      'participants',
      'lobby',
      'admitted',
      'banned',
      'chat',
    ],
    ...['lastSession', 'commandIds', 'id', 'role', 'session', 'sessionCommandId', 'nodeId', 'connected', 'expiresAt'],
    ...['joinedAt', 'handRaisedAt', 'tracks', 'source', 'kind', 'muted', 'reencoding', 'participantId', 'text', 'at'],
    ...['editedAt', 'deleted', 'knockedAt', 'spotlight', 'bans', 'roles', 'voided', 'tokensVoidUntil'],
    ...['notes', 'count', 'base', 'updates'],
    ...['polls', 'question', 'options', 'multiple', 'anonymous', 'live', 'openedAt', 'closedAt', 'counts', 'voters'],
    ...[
      'votes',
      'ballots',
      'voter',
      'choices',
      'attendance',
      'attendanceForgotten',
      ...['chatForgottenAt', 'privateForgottenAt'],
      'alsoSpotlit',
      'layout',
      'unmuteAskedAt',
      'interrupted',
      ...GRANTS,
      ...BAN,
      ...FILE,
      ...RECORDING,
      ...BREAKOUTS,
      ...REACTIONS,
      ...['breakouts', 'places', 'inside'],
    ],
  ]),
};
/** Fields that exist for `evolve` alone, with their only value. */
const NEUTRAL: Readonly<Record<string, unknown>> = {
  nodeId: '',
  sessionCommandId: '',
  commandIds: [],
  roles: [],
  voided: [],
  tokensVoidUntil: 0,
  ballots: [],
  base: '',
  update: '',
  updates: [],
  attendance: [],
  attendanceForgotten: 0,
  chatForgottenAt: 0,
  privateForgottenAt: 0,
};
const HOSTS_ONLY = /Knock|Admitted|Denied|Banned"|Unbanned|Revoked/;

/** Returns every field, at any depth. */
function* fieldsOf(value: unknown): Iterable<readonly [name: string, value: unknown]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, item] of Object.entries(value)) {
    if (!Array.isArray(value)) yield [name, item];
    yield* fieldsOf(item);
  }
}

/** These have no entries; `lobby` is also the name of a setting. */
function isNothing(value: unknown): boolean {
  return typeof value === 'boolean' || (Array.isArray(value) && value.length === 0);
}

function expectAllowed(sent: unknown, allowed: ReadonlySet<string>, audience: Audience): void {
  const wrong = [...fieldsOf(sent)].filter(([name, value]) => {
    if (!allowed.has(name)) return true;
    if (Object.hasOwn(NEUTRAL, name)) return JSON.stringify(value) !== JSON.stringify(NEUTRAL[name]);
    if (name === 'passwordHash') return value !== null && value !== 'set';
    return audience === 'participant' && ['lobby', 'admitted', 'banned', 'bans'].includes(name) && !isNothing(value);
  });
  expect(wrong).toEqual([]);
  const text = JSON.stringify(sent);
  expect(text).not.toContain(PASSWORD_HASH);
  expect(text).not.toContain(ORIGIN_HASH);
  expect(text).not.toContain(BALLOT_HASH);
  if (audience === 'participant') expect(text).not.toMatch(HOSTS_ONLY);
}

/** Returns a value as it arrives on the other side. */
function overTheWire(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Not even that they write to each other. */
function expectNoSecretOfOthers(sent: unknown, viewerId: string | null): void {
  const text = JSON.stringify(sent);
  for (const [index, a] of PEOPLE.entries()) {
    for (const b of PEOPLE.slice(index + 1)) {
      if (viewerId === a || viewerId === b) continue;
      expect(text).not.toContain(secretOf(a, b));
      expect(text).not.toContain(`p-${a}-${b}`);
      expect(text).not.toContain(`p-${b}-${a}`);
    }
  }
}

/** Checks that every client, whichever commit it joined at, has exactly what the room lets it see. */
function expectFaithful(
  commits: readonly Commit[],
  audience: Audience,
  from: number,
  viewerId: string | null = null,
): void {
  let room: RoomState = commits.slice(0, from).reduce(evolveCommit, EMPTY_ROOM);
  let copy = readState(overTheWire(writeState(redactState(room, audience, viewerId))));
  for (const commit of commits.slice(from)) {
    const sent = overTheWire(redact(commit, audience, viewerId));
    expectNoSecretOfOthers(sent, viewerId);
    expectAllowed(sent, ALLOWED.commit, audience);
    copy = evolveRedacted(copy, [readCommit(sent)]);

    room = evolveCommit(room, commit);
    const state = redactState(room, audience, viewerId);
    expectNoSecretOfOthers(writeState(state), viewerId);
    expectAllowed(overTheWire(writeState(state)), ALLOWED.state, audience);
    expect(canonical(copy)).toBe(canonical(state));
  }
}

/** Commits that random requests produce. */
function commitsOfRequests(requests: readonly (typeof OPENING)[number][]): readonly Commit[] {
  let state: RoomState = EMPTY_ROOM;
  const commits: Commit[] = [];
  for (const [step, request] of [...OPENING, ...requests].entries()) {
    const command = toCommand(request, state, { nodeId: 'node-1', commandId: `c${step}`, step });
    try {
      const events = decide(command, state);
      if (events.length === 0) continue;
      const { commandId, actor, now: at } = command;
      const commit = commitOf(commits.at(-1) ?? ORIGIN, events, { commandId, actor, at });
      state = evolveCommit(state, commit);
      commits.push(commit);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return commits;
}

describe.each(AUDIENCES)('what a %s sees of a room', (audience) => {
  it('many who come at one moment share one redacted state, and hosts another', () => {
    const shared = redactState(EMPTY_ROOM, 'participant');
    expect(redactState(EMPTY_ROOM, 'participant')).toBe(shared);
    expect(redactState(EMPTY_ROOM, 'host')).not.toBe(shared);
  });

  it('a newcomer to a large room costs no more than one to a small room: the others are prepared already', () => {
    const crowd = Array.from({ length: 50 }, (_, index) => joined(`person-${index}`, index + 1));
    const before = stateOf(created({ capacity: 100 }), ...crowd);
    const after = stateOf(created({ capacity: 100 }), ...crowd, joined('late', 51));
    const shared = { ...after, participants: new Map([...after.participants, ...before.participants]) };
    const [first, second] = [redactState(before, audience), redactState(shared, audience)];
    const written = [first, second].map((room) => (writeState(room) as { participants: unknown[] }).participants);
    for (const [index, id] of [...before.participants.keys()].entries()) {
      expect(second.participants.get(id)).toBe(first.participants.get(id));
      expect(written[1]?.[index]).toBe(written[0]?.[index]);
    }
    expect([first.participants.size, written[1]?.length]).toEqual([50, 51]);
  });

  it('[J1] [S2] [R-REDACT-1] [R-REDACT-2] a redacted room evolves from redacted commits, for any facts', () => {
    fc.assert(
      fc.property(anyFacts, fc.nat(10), fc.constantFrom(null, ...PEOPLE), (facts, from, viewerId) => {
        expectFaithful(commitsOf(facts), audience, from, viewerId);
      }),
      seeded(`facts seen by a ${audience}`, 200),
    );
  });

  it('[J1] [S2] a redacted room evolves from redacted commits, for any requests', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 60 }), fc.nat(20), (requests, from) => {
        expectFaithful(commitsOfRequests(requests), audience, from);
      }),
      seeded(`requests seen by a ${audience}`, 150),
    );
  });

  it('[S2] [R-REDACT-3] clients learn whether there is a password, never its hash', () => {
    const commits = commitsOf([created(), { type: 'PasswordChanged', passwordHash: PASSWORD_HASH }]);
    expect(redact(commits[1] as Commit, audience).events).toEqual([{ type: 'PasswordChanged', passwordHash: 'set' }]);
    const state = redactState(commits.reduce(evolveCommit, EMPTY_ROOM), audience);
    expect(state.settings.passwordHash).toBe('set');
  });
});

describe('redact', () => {
  const commit = (events: readonly RoomEvent[], actor = OPERATOR) => commitOf(ORIGIN, events, { actor });
  const atTheDoor: readonly RoomEvent[] = [
    knocked('carl'),
    { type: 'KnockWithdrawn', participantId: 'carl' },
    { type: 'ParticipantAdmitted', participantId: 'carl' },
    { type: 'ParticipantDenied', participantId: 'carl' },
    { type: 'ParticipantBanned', participantId: 'carl' },
    { type: 'ParticipantUnbanned', participantId: 'carl' },
  ];

  it('[R-REDACT-1] lobby and bans go to hosts alone, though everybody hears that there was a commit', () => {
    expect(redact(commit(atTheDoor), 'host').events).toHaveLength(6);
    expect(redact(commit(atTheDoor), 'participant')).toMatchObject({ version: 1, byOthers: false, events: [] });
    expect(concernsHostsOnly(commit(atTheDoor))).toBe(true);
    expect(concernsHostsOnly(commit([joined('ann', 1)]))).toBe(false);
  });

  it('[R-REDACT-1] an unnamed field is dropped, since a newer node may write it', () => {
    const event = { ...joined('ann', 1), address: '192.0.2.1' };
    expect(redact(commit([event]), 'host').events).toEqual([{ ...joined('ann', 1), nodeId: '' }]);
  });

  it('a redacted commit says whether somebody other than its participant made it', () => {
    const muted: RoomEvent = { type: 'TrackMuted', participantId: 'ann', trackId: 'mic' };
    expect(redact(commit([muted], by('ann', 1)), 'participant').byOthers).toBe(false);
    expect(redact(commit([muted], by('hal', 2)), 'participant').byOthers).toBe(true);
    expect(redact(commit([muted], OPERATOR), 'participant').byOthers).toBe(true);
  });
});

describe('reading what arrived', () => {
  const sent = redact(commitOf(ORIGIN, [{ type: 'RoleChanged', participantId: 'ann', role: 'host' }]), 'participant');
  const withEvent = (event: unknown) => ({ ...sent, events: [event] });

  it('[R-REDACT-4] reading a commit keeps the named fields and drops the rest', () => {
    const event = { type: 'RoleChanged', participantId: 'ann', role: 'host' };
    expect(readCommit({ ...withEvent({ ...event, mood: 'good' }), extra: 1 })).toEqual(sent);
  });

  it.each([
    ['an unknown event', withEvent({ type: 'MoodChanged', mood: 'good' })],
    ['an event of no type', withEvent({ participantId: 'ann' })],
    ['a type that objects have by themselves', withEvent({ type: 'constructor' })],
    ['a missing field', withEvent({ type: 'RoleChanged', participantId: 'ann' })],
    ['an unknown word', withEvent({ type: 'RoleChanged', participantId: 'ann', role: 'king' })],
    ['a value of another kind', { ...sent, version: '1' }],
    ['no list of events', { ...sent, events: {} }],
    ['nothing', null],
    ['a list', []],
  ])('[R-REDACT-4] a client does not read %s', (_, arrived) => {
    expect(() => readCommit(arrived)).toThrow('cannot be read');
    expect(() => readState(arrived)).toThrow('cannot be read');
  });
});
