import { expect, test } from 'vitest';
import type { RoomHost } from '../../../core/host/RoomHost.ts';
import { NO_TAIL } from '../../../core/ports.ts';
import { feedChannel, journalKey, snapshotKey } from '../../../recovery/keys.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { create, fromNode, join, useRoomNodes } from './RoomNode.ts';

const ROOM = 'room';

const nodes = useRoomNodes();
const { startNode } = nodes;

/** Appends one commit for each of these events, and pushes them together. */
async function writeNewer(room: RoomHost, events: readonly object[]): Promise<void> {
  const stored = await nodes.side.xrevrange(journalKey(ROOM), '+', '-', 'COUNT', 1);
  let prev = stored[0]?.[1][1] ?? '';
  const pushed: unknown[] = [];
  for (const [n, event] of events.entries()) {
    const version = room.version + n + 1;
    const record = { commandId: `newer-${version}`, actor: { kind: 'operator' }, at: Date.now(), events: [event] };
    const commitId = `newer-${version}`;
    await nodes.side.xadd(
      journalKey(ROOM),
      ...[`${version}-0`, 'commit', commitId, 'prev', prev, 'record', JSON.stringify(record)],
    );
    pushed.push([version, commitId, prev, record]);
    prev = commitId;
  }
  await nodes.side.spublish(feedChannel(ROOM), JSON.stringify(pushed));
}

const readOnly = expect.objectContaining({ name: 'RoomReadOnly' });

test('a journal with events of a newer version is followed as far as it can be read: people stay, commands are refused', async () => {
  const { hosts, told } = await startNode('old');
  const room = await hosts.open(ROOM);
  await create(room);
  await join(room, 'ann', 'old');
  room.connect('ann', 1);
  await writeNewer(room, [
    { type: 'RoomRenamed', name: 'Renamed' },
    { type: 'MoodChanged', mood: 'good' },
    { type: 'RoomRenamed', name: 'Not seen' },
  ]);
  await waitUntil(() => room.isReadOnly || 'the room is not read-only');
  expect(room.state.settings.name).toBe('Renamed');
  await expect(join(room, 'bob', 'old')).rejects.toEqual(readOnly);
  await expect(room.handle({ ...fromNode('old'), type: 'LockRoom' as 'CloseRoom' })).rejects.toEqual(readOnly);
  expect(hosts.get(ROOM)).toBe(room);
  expect(room.state.participants.get('ann')).toMatchObject({ connected: true, session: 1 });
  expect(told.rebuilds).toBe(0);

  // People go on only when there is a node that reads more.
  await startNode('as old', { journalFormat: 1 });
  await startNode('newer', { journalFormat: 2 });
  await waitUntil(() => told.rebuilds > 0 || 'nobody was asked to move on');
  expect(told.rebuilds).toBe(1);
});

test('after a rollback a room opens with what the old version can read, and a new shape is no damage either', async () => {
  const before = await startNode('before');
  const room = await before.hosts.open(ROOM);
  await create(room);
  await join(room, 'ann', 'before');
  await before.end();
  await writeNewer(room, [
    { type: 'RoomRenamed', name: 'Renamed' },
    { type: 'LockChanged', shape: 2, locked: 'for guests' },
  ]);
  const { hosts, logger } = await startNode('rolled back');
  const reopened = await hosts.open(ROOM);
  expect(reopened.state.settings.name).toBe('Renamed');
  expect([...reopened.state.participants.keys()]).toEqual(['ann']);
  await expect(join(reopened, 'bob', 'rolled back')).rejects.toEqual(readOnly);
  expect(hosts.get(ROOM)).toBe(reopened);
  const errors = logger.lines.filter(({ level }) => level === 'error').map(({ message }) => message);
  expect(errors).toEqual(['a newer version changed this room: update this node']);
});

test('after a rollback a room of which a newer snapshot is all that is left is refused by name, and never parked', async () => {
  const before = await startNode('before');
  const room = await before.hosts.open(ROOM);
  await create(room);
  await join(room, 'ann', 'before');
  const { commitId, state, version } = room;
  await before.recovery.journal.saveSnapshot(ROOM, { position: { version, commitId }, state }, NO_TAIL);
  await before.end();
  const data = await nodes.side.hgetBuffer(snapshotKey(ROOM), 'data');
  if (!data) throw new Error('there is no snapshot');
  await nodes.side.hset(snapshotKey(ROOM), 'data', Buffer.concat([Buffer.of((data[0] ?? 0) + 1), data.subarray(1)]));

  const { hosts, logger } = await startNode('rolled back');
  for (let times = 0; times < 3; times += 1) await expect(hosts.open(ROOM)).rejects.toEqual(readOnly);
  const errors = logger.lines.filter(({ level }) => level === 'error').map(({ message }) => message);
  expect(errors).toEqual(['a newer version wrote this room: update this node']);

  await nodes.side.hset(snapshotKey(ROOM), 'data', data);
  expect([...(await hosts.open(ROOM)).state.participants.keys()]).toEqual(['ann']);
});
