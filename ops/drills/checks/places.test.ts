import { expect, test } from 'vitest';
import type { Commit } from '../../../core/room/commit.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import { lostPlaces } from './places.ts';

const commit = (version: number, ...events: RoomEvent[]): Commit => ({
  version,
  events,
  at: 1_000 * version,
  commitId: `c${version}`,
  prev: `c${version - 1}`,
  commandId: `command ${version}`,
  actor: { kind: 'node', nodeId: 'node-2' },
});

test('a participant of the drill who expires, leaves or is removed has lost the place; a disconnect alone keeps it', () => {
  const gone = { type: 'ParticipantGone', participantId: 'ann', departure: 'expired', at: 3_000 } as const;
  const commits = [
    commit(1, { type: 'ParticipantDisconnected', participantId: 'ann', session: 1, expiresAt: 5_000 }),
    commit(2, { ...gone, participantId: 'observer' }),
    commit(3, gone),
  ];
  expect(lostPlaces(commits.slice(0, 2), new Set(['ann', 'ben']))).toEqual([]);
  expect(lostPlaces(commits, new Set(['ann', 'ben']))).toMatchObject([
    { who: 'ann', evidence: { kind: 'lostPlace', version: 3, at: 3_000 } },
  ]);
});
