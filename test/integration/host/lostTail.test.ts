import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../core/ports.ts';
import { InMemoryJournal, InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import {
  fromNode,
  goOn,
  join,
  newId,
  openRoom,
  post,
  ROOM,
  restore,
  resume,
  SHORT_MS,
  startNode,
  texts,
} from './hostedRoom.ts';

describe('a room host whose journal lost its tail', () => {
  it('[J2] a room host puts back what the journal lost', async () => {
    const store = new InMemoryJournalStore();
    const { host, journal } = await startNode(store);
    await openRoom(host);
    for (const text of ['a', 'b', 'c']) await host.handle(post('ann', 1, text));
    store.loseTail(ROOM, 2);
    await host.handle(post('ann', 1, 'd'));

    expect(texts(host)).toEqual(['a', 'b', 'c', 'd']);
    expect((await restore(journal)).state).toEqual(host.state);
  });

  it('[J2] a room host decides lost commands again if another node went on without them', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store, 'node-1');
    await openRoom(one.host);
    await one.host.handle(join('bob'));
    one.journal.deaf = true;
    await one.host.handle(post('ann', 1, 'acknowledged'));
    store.loseTail(ROOM, 3);
    const two = await startNode(store, 'node-2');
    await two.host.handle(post('bob', 2, 'elsewhere'));
    await one.host.handle(post('ann', 1, 'later'));

    await expect.poll(() => texts(one.host).toSorted()).toEqual(['acknowledged', 'elsewhere', 'later']);
    expect(one.audience.rebuilds).toBe(1);
    await expect.poll(() => two.host.version).toBe(one.host.version);
    expect(two.host.state).toEqual(one.host.state);
  });

  it('[J2] a node that has just replayed a room puts back what the journal loses', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store, 'node-1');
    await openRoom(one.host);
    for (const text of ['a', 'b', 'c']) await one.host.handle(post('ann', 1, text));
    await one.host.close(); // Saves a snapshot.
    const two = await startNode(store, 'node-2');
    store.loseTail(ROOM, 3);
    await two.host.handle(post('ann', 1, 'd'));
    expect((await restore(two.journal)).state.chat.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('[J2] attempts while the journal is away do not make a node forget the commands that it may have to repeat', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store, 'node-1');
    await openRoom(one.host);
    await one.host.handle(join('bob'));
    one.journal.deaf = true;
    for (const text of ['a', 'b', 'c']) await one.host.handle(post('ann', 1, text));
    store.setAvailable(false);
    const before = one.journal.appends;
    const waiting = Array.from({ length: 64 }, (_, n) => one.host.handle(post('ann', 1, `waits ${n}`)));
    await expect.poll(() => one.journal.appends - before, { timeout: 10_000 }).toBeGreaterThan(20);
    store.loseTail(ROOM, 3);
    const two = new InMemoryJournal(store);
    store.setAvailable(true);
    await goOn(two);
    await Promise.all(waiting);
    expect(texts(one.host)).toEqual(expect.arrayContaining(['elsewhere', 'a', 'b', 'c', 'waits 63']));
  });

  it('[J5] a node does not decide a lost entry again: its participant came back elsewhere and stays there', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store, 'node-1');
    await openRoom(one.host);
    one.journal.deaf = true;
    const lost = await one.host.handle(resume('ann', 'node-1'));
    expect(lost.state.participants.get('ann')?.session).toBe(2);
    one.host.connect('ann', 2);
    await one.host.handle(post('ann', 2, 'in a lost session'));
    store.loseTail(ROOM, 2);
    const two = await startNode(store, 'node-2');
    // A page that does not say which session it had gets the same number again.
    await two.host.handle(resume('ann', 'node-2'));
    await one.host.handle({ ...fromNode(), type: 'ExpireParticipants' });

    await expect.poll(() => texts(one.host)).toEqual(['in a lost session']);
    expect(one.host.state.participants.get('ann')).toMatchObject({ session: 2, nodeId: 'node-2', connected: true });
    expect(one.host.sessions, 'the old connection is not heard any more').toBe(0);
    // No number that node 1 ever gave comes again.
    await one.host.handle(resume('ann', 'node-1'));
    expect(one.host.state.participants.get('ann')?.session).toBe(3);
  });

  it('[J5] a node never gives a session number that it gave in a lost history', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store, 'node-1');
    await openRoom(one.host);
    one.journal.deaf = true;
    for (let n = 2; n <= 5; n += 1) await one.host.handle(resume('ann', 'node-1'));
    await one.host.handle(post('ann', 5, 'in a lost session'));
    store.loseTail(ROOM, 2);
    await goOn(new InMemoryJournal(store));
    await one.host.handle(resume('ann', 'node-1'));
    expect(one.host.state.participants.get('ann')?.session).toBe(6);
    expect(texts(one.host), 'what she said in a session that the room never had').toEqual(['in a lost session']);
  });

  it('[J2] while the journal hangs, lost commands wait for it, and new ones are refused in their time', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store, 'node-1', { commandTimeoutMs: SHORT_MS });
    await openRoom(one.host);
    one.journal.deaf = true;
    await one.host.handle(post('ann', 1, 'lost'));
    store.loseTail(ROOM, 2);
    await goOn(new InMemoryJournal(store));
    one.journal.loseAnswers = Number.POSITIVE_INFINITY;
    one.journal.beforeAppend = () => Promise.reject(new Unavailable('journal', 'it hangs'));
    one.host.checkForMissed();
    await expect.poll(() => one.audience.rebuilds).toBe(1);
    await expect(one.host.handle(post('ann', 1, 'new'))).rejects.toBeInstanceOf(Unavailable);
    one.journal.loseAnswers = 0;
    one.journal.beforeAppend = () => Promise.resolve();
    await expect.poll(() => texts(one.host)).toEqual(['lost']);
  });

  it('a lost disconnect is recorded again if the room still has that session here', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store, 'node-1');
    await openRoom(one.host);
    one.journal.deaf = true;
    one.host.connect('ann', 1);
    one.host.disconnected('ann', 1);
    await expect.poll(() => one.host.state.participants.get('ann')?.connected).toBe(false);
    store.loseTail(ROOM, 2);
    await goOn(new InMemoryJournal(store));
    one.host.checkForMissed();
    await expect.poll(() => one.audience.rebuilds).toBe(1);
    await expect.poll(() => one.host.state.participants.get('ann')?.connected).toBe(false);
    const commits = await one.journal.read(ROOM, 2, 10);
    expect(commits.map(({ events }) => events[0]?.type)).toEqual(['ParticipantJoined', 'ParticipantDisconnected']);
  });

  it('[M2] a lost unmute is not repeated: a host may have muted the track since', async () => {
    const store = new InMemoryJournalStore();
    const one = await startNode(store, 'node-1');
    await openRoom(one.host);
    const actor = { kind: 'participant', participantId: 'ann', session: 1 } as const;
    const ofMicrophone = { actor, now: Date.now(), participantId: 'ann', trackId: 'mic' };
    await one.host.handle({
      ...ofMicrophone,
      type: 'PublishTrack',
      commandId: newId(),
      source: 'microphone',
      muted: true,
    });
    one.journal.deaf = true;
    await one.host.handle({ ...ofMicrophone, type: 'SetTrackMuted', commandId: newId(), muted: false });
    await one.host.handle(post('ann', 1, 'said'));
    store.loseTail(ROOM, 3);
    await goOn(new InMemoryJournal(store));
    one.host.checkForMissed();
    await expect.poll(() => one.audience.rebuilds).toBe(1);
    await expect.poll(() => texts(one.host)).toEqual(['said']);
    expect(one.host.state.participants.get('ann')?.tracks.get('mic')?.muted).toBe(true);
  });
});
