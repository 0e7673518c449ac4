import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderOf } from '../../../core/files/RoomFiles.ts';
import { ERASED_AFTER_MS } from '../../../core/host/SnapshotKeeper.ts';
import { Unavailable } from '../../../core/ports.ts';
import type { CommandOf } from '../../../core/room/commands.ts';
import { LocalFiles } from '../../../recovery/files/LocalFiles.ts';
import {
  fileSweepKey,
  journalKey,
  orphanedFoldersKey,
  roomActivityKey,
  roomDeadlinesKey,
  roomScanKey,
  snapshotKey,
} from '../../../recovery/keys.ts';
import { restore } from '../../../recovery/replay.ts';
import { decodeState } from '../../../recovery/snapshots.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { create, fromNode, join, useRoomNodes } from './RoomNode.ts';

const nodes = useRoomNodes();
const { startNode } = nodes;

const DAY_MS = 24 * 3_600_000;

const chatOf = (participantId: string, text: string): CommandOf<'PostChat'> => {
  const { commandId, now } = fromNode('a');
  const actor = { kind: 'participant', participantId, session: 1 } as const;
  return { commandId, now, actor, type: 'PostChat', messageId: commandId, text };
};

describe('the end of a room', () => {
  test('a room that nobody is in closes by itself, and a closed room is deleted', async () => {
    const lifetimes = { emptyMs: 300, retentionMs: 300 };
    const { hosts } = await startNode('a', { lifetimes });
    await startNode('b', { lifetimes });
    const room = await hosts.open('empty');
    await create(room, 1_000);
    const used = await hosts.open('used');
    await create(used, 1_000);
    await join(used, 'ann', 'a');
    await used.handle(chatOf('ann', 'a secret'));

    await waitUntil(() => room.state.status === 'closed' || `the room is ${room.state.status}`);
    expect(used.state.status).toBe('open');
    await waitUntil(async () => (await nodes.side.pttl(journalKey('empty'))) > 0 || 'the closed room is not deleted');
    expect(await nodes.side.xlen(journalKey('empty'))).toBe(1);

    await used.handle({ ...fromNode('a'), type: 'CloseRoom', actor: { kind: 'operator' } });
    await waitUntil(async () => (await nodes.side.pttl(journalKey('used'))) > 0 || 'the used room is not deleted');
    const left = await nodes.side.hgetallBuffer(snapshotKey('used'));
    expect(JSON.stringify(await decodeState(left.data ?? Buffer.alloc(0)))).not.toContain('secret');
    expect((await nodes.side.xrange(journalKey('used'), '-', '+')).flat(2).join()).not.toContain('secret');
    expect(await nodes.side.zscore(roomDeadlinesKey(), 'used')).toBeNull();
    expect(await nodes.side.zscore(roomActivityKey(), 'used')).toBeNull();
    expect(await nodes.side.pttl(snapshotKey('used')), 'what stays for an hour').toBeGreaterThan(0);
  });

  test('files whose room Redis lost go after the retention time, and no others', async () => {
    const folder = await mkdtemp(joinPath(tmpdir(), 'everroom-files-'));
    const store = await LocalFiles.open(folder, 1_000);
    const { recovery } = await startNode('a');
    const { recovery: other } = await startNode('b');
    const { hosts, end } = await startNode('writer');
    const { side } = nodes;
    const write = async (roomId: string): Promise<string> => {
      const room = hosts.get(roomId) ?? (await hosts.open(roomId));
      await create(room, 1_000);
      const place = folderOf(roomId, room.state.createdAt);
      await mkdir(joinPath(folder, place));
      await writeFile(joinPath(folder, place, 'f.json'), '{}');
      return place;
    };
    const [kept, lost] = [await write('kept'), await write('lost')];
    // A node that has a room open gives it back to a Redis that lost it.
    await end();
    const foreign = 'of-somebody-else';
    await mkdir(joinPath(folder, foreign));
    const left = async (): Promise<string[]> => (await store.folders()).toSorted();
    const all = [foreign, kept, lost].toSorted();
    const orphans = [recovery, other].map((each) => each.orphanedFiles(store, 2 * DAY_MS));
    /** One of two nodes looks through the files. `agedMs`: so long ago what it noted was noted. */
    const sweep = async (agedMs = 0): Promise<string[]> => {
      await side.del(fileSweepKey(store.id));
      const noted = await side.hgetall(orphanedFoldersKey(store.id));
      for (const [name, at] of Object.entries(noted)) {
        await side.hset(orphanedFoldersKey(store.id), name, Number(at) - agedMs);
      }
      await Promise.all(orphans.map((each) => each.sweep()));
      return Object.keys(await side.hgetall(orphanedFoldersKey(store.id)));
    };
    expect(await sweep()).toEqual([]);
    const record = await Promise.all([side.dumpBuffer(journalKey('lost')), side.dumpBuffer(journalKey('kept'))]);
    await side.del(journalKey('lost'));
    expect(await sweep()).toEqual([lost]);
    // It was restored in time: the time begins again when it is lost once more.
    await side.restore(journalKey('lost'), 0, record[0]);
    expect(await sweep(3 * DAY_MS)).toEqual([]);
    await side.del(journalKey('lost'));
    expect(await sweep()).toEqual([lost]);
    expect([await sweep(DAY_MS), await left()]).toEqual([[lost], all]);

    // Redis has nothing at all, or a room that cannot be read: nothing is noted, and nothing goes.
    await side.del(journalKey('kept'));
    expect([await sweep(2 * DAY_MS), await left()]).toEqual([[lost], all]);
    await side.xadd(journalKey('kept'), '7-0', 'commit', 'c7', 'prev', 'c6', 'record', 'damaged');
    await expect(sweep()).rejects.toThrow();
    expect(await left()).toEqual(all);
    await side.restore(journalKey('kept'), 0, record[1], 'REPLACE');
    // Nor while Redis is away.
    await nodes.server.kill();
    await expect(orphans[0]?.sweep()).rejects.toThrow(Unavailable);
    await nodes.server.start();
    expect(await left()).toEqual(all);

    for (const { journal } of [recovery, other]) {
      await waitUntil(() => journal.position('kept').then(() => true, String));
    }
    await side.restore(journalKey('kept'), 0, record[1], 'REPLACE');
    await side.del(journalKey('lost'));
    await sweep();
    expect([await sweep(2 * DAY_MS), await left()]).toEqual([[], [foreign, kept].toSorted()]);
    await rm(folder, { recursive: true });
  });

  test('rooms that only an older version wrote to get their deadlines, whether open, closed or deleted', async () => {
    const record = async (name: string): Promise<string> => {
      const sample = new URL(`../../../recovery/journal/samples/${name}-1.json`, import.meta.url);
      return JSON.stringify(JSON.parse(await readFile(sample, 'utf8')).record);
    };
    const created = (await record('RoomCreated')).replace('"graceMs":20000', '"graceMs":100');
    const closed = await record('RoomClosed');
    const { side } = nodes;
    const write = async (roomId: string, ...records: string[]): Promise<void> => {
      for (const [index, text] of records.entries()) {
        const fields = ['commit', `c${index + 1}`, 'prev', index === 0 ? '' : `c${index}`, 'record', text];
        await side.xadd(journalKey(roomId), `${index + 1}-0`, ...fields);
      }
    };
    await write('old open', created);
    await write('old {closed} ü', created, closed);
    await write('deleted', created, closed);
    await side.pexpire(journalKey('deleted'), 3_000_000);
    // Older versions kept no deadlines, but noted open rooms.
    await side.zadd(roomActivityKey(), 1, 'old open');
    await side.del(roomScanKey());

    const lifetimes = { emptyMs: 300, retentionMs: 300 };
    const { hosts } = await startNode('a', { lifetimes });
    await startNode('b', { lifetimes });
    for (const roomId of ['old open', 'old {closed} ü']) {
      await waitUntil(async () => (await side.pttl(journalKey(roomId))) > 0 || `"${roomId}" is not deleted`);
    }
    expect(hosts.get('deleted')).toBeUndefined();
    expect(await side.pttl(journalKey('deleted'))).toBeLessThan(3_000_001);
    await waitUntil(async () => (await side.pttl(roomScanKey())) > 60_000 || 'the search is not over');
  });

  test('what people deleted goes out of the journal', async () => {
    const { hosts, recovery } = await startNode('a');
    const room = await hosts.open('room');
    await create(room);
    await join(room, 'ann', 'a');
    const post = { ...chatOf('ann', 'a secret'), messageId: 'm1' };
    await room.handle(post);
    await room.handle(chatOf('ann', 'kept'));
    const stored = async (): Promise<string> => (await nodes.side.xrange(journalKey('room'), '-', '+')).flat(2).join();
    expect(await stored()).toContain('secret');
    const { version, commitId } = room;

    // As if it had been deleted a minute ago.
    const remove = { ...fromNode('a'), actor: post.actor, now: Date.now() - ERASED_AFTER_MS } as const;
    await room.handle({ ...remove, type: 'DeleteChat', messageId: 'm1' });
    await waitUntil(async () => !(await stored()).includes('secret') || 'the journal still has the deleted text');
    expect(JSON.stringify(room.missedSince(version - 3, undefined))).not.toContain('secret');
    expect(room.missedSince(version, commitId)).toHaveLength(1);
    expect((await restore(recovery.journal, 'room')).state.chat.map(({ text }) => text)).toEqual(['', 'kept']);
    expect(room.eraseAt).toBeNull();
  });

  test('what people deleted goes out of the journal also if their node dies before', async () => {
    const a = await startNode('a', {
      wrapJournal: (journal) =>
        Object.assign(journal, { saveSnapshot: () => Promise.reject(new Unavailable('journal', 'away')) }),
    });
    const room = await a.hosts.open('room');
    await create(room);
    await join(room, 'ann', 'a');
    const post = { ...chatOf('ann', 'a secret'), messageId: 'm1' };
    await room.handle(post);
    const remove = { ...fromNode('a'), actor: post.actor, now: Date.now() - ERASED_AFTER_MS } as const;
    await room.handle({ ...remove, type: 'DeleteChat', messageId: 'm1' });
    await waitUntil(
      async () => (await nodes.side.zscore(roomDeadlinesKey(), 'room')) !== null || 'the room has no deadline',
    );

    await startNode('b');
    const stored = async (): Promise<string> => (await nodes.side.xrange(journalKey('room'), '-', '+')).flat(2).join();
    await waitUntil(async () => !(await stored()).includes('secret') || 'the journal still has the deleted text');
  });

  test('a person who is erased is in no commit and no snapshot, and others get the room without them', async () => {
    const { hosts } = await startNode('a');
    const room = await hosts.open('room');
    await create(room);
    await join(room, 'ann', 'a');
    await join(room, 'bob', 'a');
    await room.handle(chatOf('ann', 'from Ann'));
    const bob = { kind: 'participant', participantId: 'bob', session: 2 } as const;
    await room.handle({ ...chatOf('bob', 'from Bob'), actor: bob });
    const { version, commitId } = room;
    // As if it had been a minute ago.
    const now = Date.now() - ERASED_AFTER_MS;
    const operator = { ...fromNode('a'), actor: { kind: 'operator' }, now } as const;
    await room.handle({ ...operator, type: 'EraseParticipant', participantId: 'ann' });
    expect(room.state.chat.map(({ text }) => text)).toEqual(['from Bob']);
    expect(room.missedSince(version, commitId)).toBeNull();
    await waitUntil(async () => {
      const journal = (await nodes.side.xrange(journalKey('room'), '-', '+')).flat(2).join();
      return !/from Ann|ParticipantJoined/u.test(journal) || 'the journal still has them';
    });
    const { data } = await nodes.side.hgetallBuffer(snapshotKey('room'));
    const kept = JSON.stringify(await decodeState(data ?? Buffer.alloc(0)));
    expect(kept).toContain('from Bob');
    expect(kept).not.toContain('from Ann');
  });

  test('a room that is created again while it is being deleted is not harmed', async () => {
    const { hosts, recovery } = await startNode('a');
    const other = await startNode('b');
    const room = await hosts.open('again');
    await create(room);
    await room.handle({ ...fromNode('a'), type: 'CloseRoom', actor: { kind: 'operator' } });
    const { commitId, state, version } = room;
    const closed = { position: { version, commitId }, state };
    const there = await other.hosts.open('again');

    // It was deleted: both nodes go on from what is left.
    expect(await recovery.journal.forgetRoom('again', closed)).toBe(true);
    await create(there);
    expect(await nodes.side.pttl(journalKey('again'))).toBe(-1);
    expect(await nodes.side.pttl(snapshotKey('again'))).toBe(-1);
    await waitUntil(() => room.state.status === 'open' || `the first node has a room that is ${room.state.status}`);

    // A node that was about to delete it comes too late.
    expect(await recovery.journal.forgetRoom('again', closed)).toBe(false);
    expect((await restore(recovery.journal, 'again')).state.status).toBe('open');
  });
});
