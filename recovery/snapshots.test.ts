import { readdirSync, readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { RoomEvent } from '../core/room/events.ts';
import { evolveCommits } from '../core/room/evolve.ts';
import { EMPTY_ROOM, type RoomState } from '../core/room/state.ts';
import { decodeState, encodeState, writeState } from './snapshots.ts';

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

/** Samples of every format, as `writeState` wrote them: journals are trimmed to snapshots, so each stays readable. */
const SAMPLES = new URL('./samples/', import.meta.url);

test('[J1] a state comes back unchanged from its snapshot', async () => {
  const state = furnishedRoom();
  expect(await decodeState((await encodeState(state)).data)).toEqual(state);
  expect(await decodeState((await encodeState(EMPTY_ROOM)).data)).toEqual(EMPTY_ROOM);
});

test('a snapshot of a newer version, or a damaged one, counts as missing', async () => {
  const { data: bytes } = await encodeState(furnishedRoom());
  expect(await decodeState(Buffer.concat([Buffer.of((bytes[0] ?? 0) + 1), bytes.subarray(1)]))).toBeNull();
  expect(await decodeState(bytes.subarray(0, bytes.length / 2))).toBeNull();
  expect(await decodeState(Buffer.from(bytes).fill(7, 10, 20))).toBeNull();
  expect(await decodeState(Buffer.alloc(0))).toBeNull();
});

test('a changed shape of the state needs a step in STEPS (then record a sample: -u)', async () => {
  const [format] = (await encodeState(EMPTY_ROOM)).data;
  const sample = JSON.stringify(JSON.parse(writeState(furnishedRoom())), null, 2);
  await expect(`${sample}\n`).toMatchFileSnapshot(`./samples/state-${format}.json`);
});

test('[J1] a snapshot of every older format is read in the shape of today', async () => {
  const [newest = 0] = (await encodeState(EMPTY_ROOM)).data;
  const today = shapeOf(furnishedRoom());
  for (let format = 1; format <= newest; format += 1) {
    const sample = readFileSync(new URL(`state-${format}.json`, SAMPLES), 'utf8');
    const bytes = Buffer.concat([Buffer.of(format), deflateRawSync(sample)]);
    const state = await decodeState(bytes);
    expect(new Set(shapeOf(state)), `format ${format}`).toEqual(new Set(today));
  }
});
