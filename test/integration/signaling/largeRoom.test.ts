import { afterAll, expect, test } from 'vitest';
import { RoomRecord } from '../../../client/room/RoomRecord.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import type { NotificationBody } from '../../../signaling/protocol/notifications.ts';
import { canonical } from '../../support/room.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestClient } from './TestClient.ts';
import { closeTestMedia, TestNode } from './TestNode.ts';

afterAll(closeTestMedia);

test.each(['uws', 'ws'] as const)(
  '[J1] people who come at one moment have a large room as it is, %s',
  async (engine) => {
    const node = await TestNode.start({ engine, store: new InMemoryJournalStore() });
    const clients: TestClient[] = [];
    const connect = async (roomId: string, id: string, role: 'host' | 'member' = 'member') => {
      const client = await TestClient.connect(node.url, await node.joinToken(roomId, id, role));
      clients.push(client);
      return client;
    };
    const join = async (client: TestClient) => ({ client, session: await client.ask('join', { name: 'Somebody' }) });
    try {
      const roomId = await node.createRoom({ capacity: 100 });
      const ids = Array.from({ length: 52 }, (_, index) => `person-${index}`);
      const connected: TestClient[] = [];
      for (const [index, id] of ids.entries()) {
        connected.push(await connect(roomId, id, index === 0 ? 'host' : 'member'));
      }
      const people = await Promise.all(connected.map(join));
      const [host] = people;
      if (!host) throw new Error('nobody came');
      await host.client.ask('postChat', { messageId: 'm1', text: 'not for long' });
      // What somebody did is told before it is acknowledged.
      expect(host.client.events('ChatPosted')).toHaveLength(1);
      await host.client.ask('deleteChat', { messageId: 'm1' });
      const late = await Promise.all(['late-1', 'late-2'].map(async (id) => join(await connect(roomId, id))));
      for (const { session } of late) expect(session.room?.chat.map(({ text }) => text)).toEqual(['']);

      const everybody = [...people, ...late];
      const versionOf = ({ client, session }: (typeof everybody)[number]): number => {
        const last = client.heard.findLast(({ name }) => name === 'committed');
        return last ? (last.body as NotificationBody<'committed'>).version : session.version;
      };
      const last = Math.max(...everybody.map(versionOf));
      await waitUntil(() => {
        const behind = everybody.filter((person) => versionOf(person) < last).length;
        return behind === 0 || `${behind} have not heard of commit ${last}`;
      });
      const copies = everybody.map(({ client, session }) => {
        const record = new RoomRecord();
        record.enter(session);
        const isWhole = client.all('committed').every((commit) => record.commit(commit) !== null);
        if (!isWhole || !record.room) throw new Error(`${session.participantId} lacks commits`);
        return record.room;
      });
      const [ofHost, ...ofMembers] = copies;
      expect([...(ofHost?.participants.keys() ?? [])].sort()).toEqual([...ids, 'late-1', 'late-2'].sort());
      expect(new Set(copies.map(({ participants }) => JSON.stringify([...participants]))).size).toBe(1);
      expect(new Set(ofMembers.map(canonical)).size).toBe(1);
      expect(node.logger.errors).toEqual([]);
    } finally {
      for (const client of clients) client.close();
      await node.close();
    }
  },
  120_000,
);
