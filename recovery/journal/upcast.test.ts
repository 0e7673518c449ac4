import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Commit } from '../../core/room/commit.ts';
import type { RoomEvent } from '../../core/room/events.ts';
import { evolveCommits } from '../../core/room/evolve.ts';
import { EMPTY_ROOM } from '../../core/room/state.ts';
import { decodeCommit, encodeCommit } from './codec.ts';
import { currentShapes } from './upcast.ts';

/**
 * `TYPE-SHAPE.json`: `record` is the event as it was once written and never changes; `event` is its meaning today, null
 * for none.
 */
interface Sample {
  readonly record: { readonly commandId: string; readonly events: readonly unknown[] };
  readonly event: RoomEvent | null;
}

const folder = new URL('./samples/', import.meta.url);
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
const retired = names.filter((name) => sample(name).event === null);
const living = names.filter((name) => !retired.includes(name));

function sample(name: string): Sample {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Sample;
}

function read(record: Sample['record']): Commit {
  return decodeCommit('room', { version: 1, commitId: 'c', prev: '', record: JSON.stringify(record) });
}

/** A room in which every sample has an effect. */
const BEFORE: RoomEvent[] = [
  {
    type: 'RoomCreated',
    settings: {
      ...EMPTY_ROOM.settings,
      name: 'Stand-up',
      capacity: 100,
      graceMs: 20_000,
      lobby: true,
      mediaBounds: { pageSize: null, lastN: 9, loudestN: null, lastScreens: 2 },
    },
    at: 1,
  },
  { type: 'ParticipantJoined', participantId: 'ann', name: 'Ann', role: 'host', session: 1, nodeId: 'node-1', at: 1 },
  { type: 'ParticipantJoined', participantId: 'bob', name: 'Bob', role: 'member', session: 2, nodeId: 'node-1', at: 1 },
  { type: 'TrackPublished', participantId: 'ann', trackId: 'mic-1', source: 'microphone', kind: 'audio', muted: false },
  { type: 'TrackPublished', participantId: 'ann', trackId: 'camera-1', source: 'camera', kind: 'video', muted: true },
  { type: 'HandRaised', participantId: 'bob', at: 1 },
  { type: 'ChatPosted', messageId: 'message-1', participantId: 'ann', name: 'Ann', text: 'Hello', at: 1 },
  {
    type: 'PrivateMessagePosted',
    messageId: 'message-p',
    participantId: 'ann',
    to: 'bob',
    name: 'Ann',
    text: 'Hello',
    at: 1,
  },
  { type: 'ParticipantKnocked', participantId: 'carl', name: 'Carl', nodeId: 'node-1', at: 1 },
  { type: 'ParticipantBanned', participantId: 'dave' },
  { type: 'NotesEdited', participantId: 'ann', update: 'AAAA' },
  { type: 'UnmuteAsked', participantId: 'bob', at: 2 },
  { type: 'RecordingBegun', participantId: 'bob', at: 2 },
  {
    type: 'PollOpened',
    pollId: 'poll-1',
    question: 'Tea?',
    options: ['Yes', 'No'],
    multiple: false,
    anonymous: false,
    live: true,
    at: 3,
  },
  {
    type: 'BreakoutsOpened',
    id: 'breakouts-1',
    rooms: [
      { id: 'breakout-1', name: 'Room 1' },
      { id: 'breakout-2', name: 'Room 2' },
    ],
    free: false,
    endsAt: null,
    assigned: [],
    at: 4,
  },
  { type: 'BreakoutEntered', participantId: 'ann', roomId: 'breakout-2' },
];

describe('samples of everything that was ever written', () => {
  test('every event type and shape has a recorded sample', () => {
    const wanted = [...currentShapes()].flatMap(([type, shapes]) =>
      Array.from({ length: shapes }, (_, i) => `${type}-${i + 1}`),
    );
    expect(living.sort()).toEqual(wanted.sort());
  });

  test.each(retired)('[J1] the recorded sample %s still replays, as a command that changed nothing', (name) => {
    const { record } = sample(name);
    const opening = { ...read(record), commandId: 'opening', events: BEFORE };
    const { commandIds: _, ...before } = evolveCommits(EMPTY_ROOM, [opening]);
    const { commandIds, ...after } = evolveCommits(EMPTY_ROOM, [opening, read(record)]);
    expect(after).toEqual(before);
    expect(commandIds).toContain(record.commandId);
  });

  test.each(living)('[J1] the recorded sample %s still replays', (name) => {
    const { record, event } = sample(name);
    const commit = read(record);
    expect(commit.events).toEqual([event]);

    const opening = { ...commit, commandId: 'opening', events: event?.type === 'RoomCreated' ? [] : BEFORE };
    const { commandIds: _, ...before } = evolveCommits(EMPTY_ROOM, [opening]);
    const { commandIds, ...after } = evolveCommits(EMPTY_ROOM, [opening, commit]);
    expect(after).not.toEqual(before);
    expect(commandIds).toContain(record.commandId);
  });

  test.each(names)('the recorded sample %s is written as it was read', (name) => {
    const commit = read(sample(name).record);
    expect(decodeCommit('room', encodeCommit(commit))).toEqual(commit);
  });
});
