import { describe, expect, it } from 'vitest';
import { JournalFull, RoomFull, Unavailable } from '../../../core/ports.ts';
import type { Commit } from '../../../core/room/commit.ts';
import { Refusal } from '../../../core/room/refusal.ts';
import { InMemoryJournal, InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { fromNode, goOn, join, newId, openRoom, post, ROOM, SHORT_MS, startNode, texts } from './hostedRoom.ts';

describe('RoomHost', () => {
  it('a room host commits commands that arrive together with few appends, and reports each in order', async () => {
    const { host, journal, audience } = await startNode(new InMemoryJournalStore());
    await openRoom(host);
    const before = journal.appends;
    await Promise.all(Array.from({ length: 100 }, (_, n) => host.handle(post('ann', 1, `m${n}`))));

    expect(journal.appends - before).toBeLessThanOrEqual(3);
    expect(texts(host)).toEqual(Array.from({ length: 100 }, (_, n) => `m${n}`));
    expect(audience.versions).toEqual(Array.from({ length: 102 }, (_, n) => n + 1));
  });

  it('a room whose commands take long lets others have their turn after each, and loses none', async () => {
    let slow = false;
    let elapsed = 0;
    // While it is slow, every look at the time finds a slice over.
    const { host, audience } = await startNode(new InMemoryJournalStore(), 'node-1', {
      elapsed: () => {
        elapsed += slow ? 10 : 0;
        return elapsed;
      },
    });
    await openRoom(host);
    slow = true;
    const turns: number[] = [];
    let watching = true;
    const watch = (): void => {
      turns.push(host.version);
      if (watching) setImmediate(watch);
    };
    setImmediate(watch);
    const handled = await Promise.all(Array.from({ length: 64 }, (_, n) => host.handle(post('ann', 1, `m${n}`))));
    watching = false;

    expect(texts(host)).toEqual(Array.from({ length: 64 }, (_, n) => `m${n}`));
    expect(handled.map(({ events }) => events.length)).toEqual(Array.from({ length: 64 }, () => 1));
    expect(audience.versions).toEqual(Array.from({ length: 66 }, (_, n) => n + 1));
    const steps = turns.map((version, n) => version - (turns[n - 1] ?? version));
    expect(Math.max(...steps), 'commits between two turns of others').toBe(1);
  });

  it('a node takes in what another one wrote slice by slice', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store);
    await openRoom(one.host);
    let elapsed = 0;
    const two = await startNode(store, 'node-2', {
      elapsed: () => {
        elapsed += 10;
        return elapsed;
      },
    });
    two.journal.deaf = true;
    await Promise.all(Array.from({ length: 64 }, (_, n) => one.host.handle(post('ann', 1, `m${n}`))));
    let turns = 0;
    const watch = (): void => {
      turns += 1;
      if (two.host.version < one.host.version) setImmediate(watch);
    };
    setImmediate(watch);
    two.host.checkForMissed();
    await expect.poll(() => two.host.version).toBe(one.host.version);
    // One between each two commits; whether one more comes before the first or after the last is chance.
    expect(turns).toBeGreaterThanOrEqual(63);
    expect(two.host.state).toEqual(one.host.state);
  });

  it('a command that another node overtook once is decided again without a pause', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store);
    await openRoom(one.host);
    const two = await startNode(store, 'node-2');
    two.journal.deaf = true;
    await one.host.handle(post('ann', 1, 'first'));
    await two.host.handle(post('ann', 1, 'second'));
    expect(texts(two.host)).toEqual(['first', 'second']);
    expect(two.pauses).toEqual([]);
  });

  it('[J4] two nodes that write at once agree on one order and lose nothing', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store, 'node-1');
    await openRoom(one.host);
    await one.host.handle(join('bob'));
    const two = await startNode(store, 'node-2');
    const posts = Array.from({ length: 200 }, (_, n) =>
      n % 2 === 0 ? one.host.handle(post('ann', 1, `${n}`)) : two.host.handle(post('bob', 2, `${n}`)),
    );
    await Promise.all(posts);

    await expect.poll(() => one.host.version === two.host.version).toBe(true);
    expect(one.host.state).toEqual(two.host.state);
    expect(new Set(texts(one.host)).size).toBe(200);
    expect(one.audience.versions).toEqual(one.audience.versions.map((_, n) => n + 1));
  });

  it('[J3] an append whose answer is lost takes effect once and is acknowledged', async () => {
    const { host, journal } = await startNode(new InMemoryJournalStore());
    await openRoom(host);
    journal.deaf = true;
    journal.loseAnswers = 1;
    await host.handle(post('ann', 1, 'hello'));
    expect(texts(host)).toEqual(['hello']);
    expect(await journal.position(ROOM)).toMatchObject({ version: 3 });
  });

  it('a room host refuses by name while the journal is away, and continues by itself when it is back', async () => {
    const store = new InMemoryJournalStore();
    const { host, failures } = await startNode(store, 'node-1', { commandTimeoutMs: SHORT_MS });
    await openRoom(host);
    store.setAvailable(false);
    await expect(host.handle(post('ann', 1, 'lost'))).rejects.toBeInstanceOf(Unavailable);
    const waiting = host.handle(post('ann', 1, 'waited'));
    store.setAvailable(true);
    await waiting;
    expect(texts(host)).toEqual(['waited']);
    expect(failures).toEqual([]);
  });

  it('a full journal refuses chat by name, and still takes what puts people out or forgets them', async () => {
    const { host, journal } = await startNode(new InMemoryJournalStore());
    await openRoom(host);
    await host.handle(post('ann', 1, 'flood'));
    journal.full = true;
    await expect(host.handle(post('ann', 1, 'more'))).rejects.toBeInstanceOf(JournalFull);
    const operator = { ...fromNode('node-1'), actor: { kind: 'operator' } } as const;
    await host.handle({ ...operator, commandId: 'ban', type: 'Ban', participantId: 'ann' });
    await host.handle({ ...operator, commandId: 'erase', type: 'EraseParticipant', participantId: 'ann' });
    expect(host.state.banned.has('ann')).toBe(true);
    expect(texts(host)).toEqual([]);
  });

  it('a full room takes no more chat until messages are deleted; people come and mute on', async () => {
    const store = new InMemoryJournalStore();
    const { host, journal } = await startNode(store, 'node-1', { roomBytes: 100_000 });
    await openRoom(host);
    const text = '😀'.repeat(2_000);
    const refused = async (): Promise<unknown> => {
      for (let n = 0; n < 200; n += 1) {
        const error = await host.handle(post('ann', 1, text)).then(
          () => null,
          (reason: unknown) => reason,
        );
        if (error) return error;
      }
      return null;
    };
    // The journal is trimmed meanwhile: it is the chat that fills the room.
    expect(await refused()).toBeInstanceOf(RoomFull);
    const chat = host.state.chat.length;
    expect(chat * 8_000).toBeGreaterThan(200_000);
    await host.handle(join('late'));

    // Another node finds it as full.
    const second = await startNode(store, 'node-2', { roomBytes: 100_000 });
    await expect(second.host.handle(post('ann', 1, text))).rejects.toBeInstanceOf(RoomFull);
    for (const { id } of host.state.chat.slice(0, 10)) {
      const actor = { kind: 'participant', participantId: 'ann', session: 1 } as const;
      await host.handle({ commandId: newId(), actor, now: 1, type: 'DeleteChat', messageId: id });
    }
    await host.erase();
    await host.handle(post('ann', 1, text));
    expect(host.state.chat.length).toBe(chat + 1);
    expect(await journal.position(ROOM)).toMatchObject({ version: host.version });
  });

  it('a command is refused in its time, however many wait before it', async () => {
    const store = new InMemoryJournalStore();
    const { host, journal } = await startNode(store, 'node-1', { commandTimeoutMs: SHORT_MS });
    await openRoom(host);
    // A journal that hangs: every answer is lost, and comes when most of a command's time is over.
    journal.beforeAppend = () => new Promise((resolve) => setTimeout(resolve, 0.8 * SHORT_MS));
    journal.loseAnswers = Number.POSITIVE_INFINITY;
    const before = journal.appends;
    const all = await Promise.allSettled(
      Array.from({ length: 20 * 64 }, (_, n) => host.handle(post('ann', 1, `m${n}`))),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toEqual([]);
    // Only the first of twenty batches is tried.
    expect(journal.appends - before).toBeLessThanOrEqual(2);
  });

  it('[J4] a command that always comes too late is refused in its time', async () => {
    const store = new InMemoryJournalStore();
    const { host, journal, pauses } = await startNode(store, 'node-1', { commandTimeoutMs: SHORT_MS });
    await openRoom(host);
    const other = new InMemoryJournal(store);
    journal.beforeAppend = () => goOn(other);
    await expect(host.handle(post('ann', 1, 'late'))).rejects.toBeInstanceOf(Unavailable);
    expect(texts(host)).not.toContain('late');
    // Between its attempts the node leaves the journal to others for a moment, each time another one.
    expect(new Set(pauses).size).toBeGreaterThan(1);
  });

  it('[J4] a room host repairs a gap in the pushed commits', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store, 'node-1');
    await openRoom(one.host);
    const two = await startNode(store, 'node-2');
    two.journal.deaf = true;
    await one.host.handle(post('ann', 1, 'unseen'));
    two.journal.deaf = false;
    await one.host.handle(post('ann', 1, 'seen'));
    await expect.poll(() => texts(two.host)).toEqual(['unseen', 'seen']);
    expect(two.audience.versions).toEqual([3, 4]);
  });

  it('a refusal comes from the current journal, not from a replica that lags', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store, 'node-1');
    await openRoom(one.host);
    const two = await startNode(store, 'node-2');
    two.journal.deaf = true;
    await one.host.handle(join('bob'));
    // Node 2 has not heard of bob: its replica alone would answer NOT_IN_ROOM.
    const { state } = await two.host.handle({
      ...fromNode('node-2'),
      type: 'ResumeSession',
      participantId: 'bob',
      nodeId: 'node-2',
    });
    expect(state.participants.get('bob')).toMatchObject({ session: 3, nodeId: 'node-2' });
    await expect(one.host.handle(post('bob', 2, 'stale'))).rejects.toMatchObject({ code: 'STALE_SESSION' });
    await expect(one.host.handle(post('nobody', 1, 'x'))).rejects.toBeInstanceOf(Refusal);
  });

  it('a room host records a lost connection as soon as the journal is back', async () => {
    const store = new InMemoryJournalStore();
    const { host } = await startNode(store, 'node-1', { commandTimeoutMs: SHORT_MS });
    await openRoom(host);
    host.connect('ann', 1);
    store.setAvailable(false);
    host.disconnected('ann', 1);
    await expect(host.handle(post('ann', 1, 'x'))).rejects.toBeInstanceOf(Unavailable);
    store.setAvailable(true);
    await expect.poll(() => host.state.participants.get('ann')?.connected).toBe(false);
  });

  it('a room host stops at a commit that nobody understands', async () => {
    const store = new InMemoryJournalStore();
    const { host, failures, journal } = await startNode(store);
    await openRoom(host);
    const [, joined] = await journal.read(ROOM, 0, 2);
    host.push([
      {
        ...(joined as Commit),
        version: 3,
        prev: host.commitId,
        commitId: 'x',
        events: [JSON.parse('{"type":"FromTheFuture"}')],
      },
    ]);
    await expect.poll(() => failures.length).toBe(1);
  });
});
