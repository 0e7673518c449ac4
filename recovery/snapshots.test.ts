import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RoomEvent } from '../core/room/events.ts';
import { evolveCommits } from '../core/room/evolve.ts';
import { EMPTY_ROOM, type RoomState } from '../core/room/state.ts';
import { decodeState, encodeState } from './snapshots.ts';

/** A room with something in every collection. */
function furnishedRoom(): RoomState {
  const folder = new URL('./journal/samples/', import.meta.url);
  const samples = new Map<string, RoomEvent>(
    readdirSync(folder).flatMap((file) => {
      const { event } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { event: RoomEvent | null };
      return event === null ? [] : [[event.type, event] as const];
    }),
  );
  const events = [
    'RoomCreated',
    'ParticipantJoined',
    'TrackPublished',
    'ChatPosted',
    'ParticipantKnocked',
    'ParticipantAdmitted',
    'ParticipantBanned',
  ].flatMap((type) => samples.get(type) ?? []);
  const joined: RoomEvent = {
    type: 'ParticipantJoined',
    participantId: 'ann',
    name: 'Ann',
    role: 'host',
    session: 1,
    nodeId: 'n',
    at: 1,
  };
  const knocked: RoomEvent = { type: 'ParticipantKnocked', participantId: 'zoe', name: 'Zoe', nodeId: 'n', at: 1 };
  const commit = {
    version: 1,
    commitId: 'c',
    prev: '',
    commandId: 'command',
    actor: { kind: 'operator' },
    at: 1,
  } as const;
  return evolveCommits(EMPTY_ROOM, [
    { ...commit, events: [...events.slice(0, 1), joined, ...events.slice(1), knocked] },
  ]);
}

/** Returns every path of field names in a value, with the kind of value at its end. */
function shapeOf(value: unknown, path = ''): string[] {
  if (value instanceof Map)
    return [`${path}: Map`, ...[...value.values()].flatMap((item) => shapeOf(item, `${path}[]`))];
  if (value instanceof Set) return [`${path}: Set`, ...[...value].flatMap((item) => shapeOf(item, `${path}[]`))];
  if (Array.isArray(value)) return [`${path}: Array`, ...value.flatMap((item) => shapeOf(item, `${path}[]`))];
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, item]) => shapeOf(item, `${path}.${name}`));
  }
  return [`${path}: ${value === null ? 'null' : typeof value}`];
}

test('[J1] a state comes back unchanged from its snapshot', async () => {
  const state = furnishedRoom();
  expect(await decodeState(await encodeState(state))).toEqual(state);
  expect(await decodeState(await encodeState(EMPTY_ROOM))).toEqual(EMPTY_ROOM);
});

test('a snapshot in another format, or a damaged one, counts as missing', async () => {
  const bytes = await encodeState(furnishedRoom());
  expect(await decodeState(Buffer.concat([Buffer.of(0), bytes.subarray(1)]))).toBeNull();
  expect(await decodeState(bytes.subarray(0, bytes.length / 2))).toBeNull();
  expect(await decodeState(Buffer.from(bytes).fill(7, 10, 20))).toBeNull();
  expect(await decodeState(Buffer.alloc(0))).toBeNull();
});

test('a changed shape of the state needs a new SNAPSHOT_FORMAT (then update this snapshot)', async () => {
  const [format] = await encodeState(EMPTY_ROOM);
  expect({ format, shape: [...new Set(shapeOf(furnishedRoom()))].sort() }).toMatchSnapshot();
});
