import { expect, test } from 'vitest';
import { type Commit, ORIGIN } from '../../../core/room/commit.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import { evolveCommits } from '../../../core/room/evolve.ts';
import { EMPTY_ROOM, type RoomState } from '../../../core/room/state.ts';
import { by, created, joined, NOW, OPERATOR, published } from '../../../test/support/room.ts';
import { describeEvent, namesIn, toCommitReport, whoDid } from './describe.ts';
import { historyOf, type RoomHistory, stateAt } from './history.ts';
import { toReport } from './report.ts';

const posted = (messageId: string, participantId: string, text: string): RoomEvent => ({
  type: 'ChatPosted',
  messageId,
  participantId,
  name: `name of ${participantId}`,
  text,
  at: NOW,
});

/** One commit for each event. */
function chain(...events: RoomEvent[]): Commit[] {
  return events.map((event, index) => ({
    version: index + 1,
    commitId: `c${index + 1}`,
    prev: index === 0 ? ORIGIN.commitId : `c${index}`,
    commandId: `command-${index + 1}`,
    actor: index === 0 ? OPERATOR : by('ann', 1),
    at: NOW + index,
    events: [event],
  }));
}

/** The history of these commits, of which a snapshot stands for the first `trimmed`. */
function historyOfRoom(commits: readonly Commit[], trimmed = 0): RoomHistory {
  const state = (version: number): RoomState => evolveCommits(EMPTY_ROOM, commits.slice(0, version));
  const head = { state: state(commits.length), position: { version: commits.length, commitId: 'x' } };
  const base = { state: state(trimmed), version: trimmed };
  return historyOf('room', trimmed === 0 ? commits : commits.slice(trimmed - 1), head, base);
}

const told = ({ commits, head }: RoomHistory): string => {
  const names = namesIn(head.state, commits);
  const reports = commits.map((commit) => toCommitReport(commit, names, true));
  return JSON.stringify(reports) + reports.map((each) => each.events.map((event) => describeEvent(event, each, names)));
};

test('a version shows the room as it was', () => {
  const history = historyOfRoom(
    chain(created(), joined('ann', 1), published('ann', 'mic'), {
      type: 'TrackMuted',
      participantId: 'ann',
      trackId: 'mic',
    }),
  );
  const muted = [2, 3, 4].map(
    (version) => toReport('room', stateAt(history, version), version).participants[0]?.tracks,
  );
  expect(muted).toEqual([[], [expect.objectContaining({ muted: false })], [expect.objectContaining({ muted: true })]]);
  expect(() => stateAt(history, 5)).toThrow('known at the versions 1 to 4.');
  expect(() => stateAt(history, 0)).toThrow('known at the versions 1 to 4.');
});

test('a journal that was trimmed shows the versions from its snapshot on, and says so', () => {
  const history = historyOfRoom(chain(created(), joined('ann', 1), joined('bob', 2), joined('eve', 3)), 3);
  expect(stateAt(history, 3).participants.size).toBe(2);
  expect(stateAt(history, 4).participants.size).toBe(3);
  expect(() => stateAt(history, 2)).toThrow('known at the versions 3 to 4: a snapshot stands for the commits before.');
});

test('a message that was deleted or edited is not shown, at whatever version, before or after the snapshot', () => {
  const commits = chain(
    ...[created(), joined('ann', 1), posted('m1', 'ann', 'secret one'), posted('m2', 'ann', 'secret two')],
    posted('m3', 'ann', 'hello'),
    { type: 'ChatDeleted', messageId: 'm1', at: NOW },
    { type: 'ChatEdited', messageId: 'm2', text: 'better', at: NOW },
  );
  for (const trimmed of [0, 5]) {
    const history = historyOfRoom(commits, trimmed);
    expect(told(history)).not.toContain('secret');
    for (let version = Math.max(1, trimmed); version <= 7; version += 1) {
      expect(JSON.stringify(stateAt(history, version).chat)).not.toContain('secret');
    }
    expect(stateAt(history, 7).chat.map(({ text }) => text)).toEqual(['', 'better', 'hello']);
  }
});

test('of somebody who was erased no version has names and messages', () => {
  const commits = chain(
    ...[created(), joined('ann', 1), joined('bob', 2, { name: 'Bobby' }), posted('m1', 'bob', 'from bobby')],
    { type: 'ChatEdited', messageId: 'm1', text: 'edited by bobby', at: NOW },
    { type: 'ParticipantRenamed', participantId: 'bob', name: 'Bobby Tables' },
    { type: 'ParticipantGone', participantId: 'bob', departure: 'removed', at: NOW },
    { type: 'ParticipantErased', participantId: 'bob', at: NOW },
  );
  for (const trimmed of [0, 4]) {
    const history = historyOfRoom(commits, trimmed);
    expect(told(history)).not.toMatch(/bobby|name of bob/i);
    for (let version = Math.max(1, trimmed); version <= 8; version += 1) {
      const state = stateAt(history, version);
      expect(JSON.stringify([toReport('room', state, version), state.chat])).not.toMatch(/bobby/i);
    }
  }
});

test('an operator sees no hash, and reads who did what', () => {
  const commits = chain(
    created({ passwordHash: 'scrypt$secret' }),
    { ...joined('ann', 1, { name: 'Ada' }), device: 'hash-of-device', address: 'hash-of-address' } as RoomEvent,
    { type: 'PasswordChanged', passwordHash: 'scrypt$other' },
    { type: 'RoleChanged', participantId: 'ann', role: 'host' },
    { type: 'TrackMuted', participantId: 'bob', trackId: 'mic' },
  );
  const history = historyOfRoom(commits);
  const { state } = history.head;
  expect(told(history) + JSON.stringify(toReport('room', state, 5))).not.toMatch(/scrypt|hash-of/);
  const names = namesIn(state, commits);
  const lines = commits.map((commit) => {
    const report = toCommitReport(commit, names, false);
    return `${whoDid(report)}: ${report.events.map((event) => describeEvent(event, report, names))}`;
  });
  expect(lines.slice(2)).toEqual([
    'Ada: password changed: passwordHash set',
    'Ada: role changed: host',
    'Ada: track muted: bob, track mic',
  ]);
});
