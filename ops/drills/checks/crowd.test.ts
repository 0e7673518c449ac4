import { expect, test } from 'vitest';
import type { Commit } from '../../../core/room/commit.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import { EMPTY_ROOM } from '../../../core/room/state.ts';
import { checkCrowd } from './crowd.ts';

function journalOf(...events: RoomEvent[]): Commit[] {
  return events.map((event, index) => ({
    version: index + 1,
    events: [event],
    at: 0,
    commitId: `c${index + 1}`,
    prev: index === 0 ? '' : `c${index}`,
    commandId: `command ${index + 1}`,
    actor: { kind: 'operator' },
  }));
}

const published = (trackId: string): RoomEvent => ({
  type: 'TrackPublished',
  participantId: 'ann',
  trackId,
  source: 'camera',
  kind: 'video',
  muted: false,
});

const BEGINNING: RoomEvent[] = [
  { type: 'RoomCreated', settings: { ...EMPTY_ROOM.settings, name: 'Crowd', capacity: 10 }, at: 0 },
  {
    type: 'ParticipantJoined',
    participantId: 'ann',
    name: 'Ann',
    role: 'member',
    session: 1,
    nodeId: 'node-1',
    at: 0,
  },
];

test('[J2] [J3] acknowledged publications that the journal has not, or has twice, are problems', () => {
  const commits = journalOf(...BEGINNING, published('one'));
  expect(checkCrowd(new Map([['ann', ['one']]]), commits)).toMatchObject({ acked: 1, lost: 0, duplicated: 0 });
  expect(checkCrowd(new Map([['ann', ['one', 'two']]]), commits)).toMatchObject({
    acked: 2,
    lost: 1,
    duplicated: 0,
    problems: [{ who: 'ann', evidence: { kind: 'fact', fault: 'lost', key: 'two' } }],
  });
  const twice = journalOf(...BEGINNING, published('one'), published('one'));
  expect(checkCrowd(new Map([['ann', ['one']]]), twice)).toMatchObject({ acked: 1, duplicated: 1 });
});
