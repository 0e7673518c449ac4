import { afterEach, describe, expect, it } from 'vitest';
import { Replica } from '../../../core/host/Replica.ts';
import type { RoomAudience } from '../../../core/host/RoomAudience.ts';
import { RoomHost } from '../../../core/host/RoomHost.ts';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import { NO_REENCODING } from '../../../core/media/reencoding/ReencodingStats.ts';
import { type AppendOutcome, type Journal, type Logger, Unavailable } from '../../../core/ports.ts';
import type { RoomCommand } from '../../../core/room/commands.ts';
import type { Commit, Position } from '../../../core/room/commit.ts';
import { Refusal } from '../../../core/room/refusal.ts';
import { InMemoryJournal, InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';

const ROOM = 'room';
const COMMAND_TIMEOUT_MS = 150;

const silent: Logger = { child: () => silent, debug() {}, info() {}, warn() {}, error() {} };

/** No room here opens media: a request for it is an error of the test. */
const noMedia: MediaPlane = {
  rtpCapabilities: {},
  listen: () => Promise.reject(new Error('no media here')),
  openRoom: () => {
    throw new Error('no media here');
  },
  load: () => ({ consumers: 0, capacity: 0 }),
  workerPids: () => [],
  reencoding: null,
  reencodingStats: () => NO_REENCODING,
  close: () => Promise.resolve(),
};

class RecordingAudience implements RoomAudience {
  readonly versions: number[] = [];
  rebuilds = 0;
  committed(commit: Commit): void {
    this.versions.push(commit.version);
  }
  rebuilt(): void {
    this.rebuilds += 1;
  }
  consumersOpened(): Promise<void> {
    return Promise.resolve();
  }
  consumersClosed(): void {}
  consumersPaused(): void {}
  layersWanted(): void {}
  activeSpeakersChanged(): void {}
  connectionQualityChanged(): void {}
  reencodingChanged(): void {}
  mediaLost(): void {}
}

/**
 * Counts appends, and on demand loses their answers: the commits are in, the caller hears nothing. Answers in a later
 * turn of the event loop, as a server does.
 */
class FaultyJournal extends InMemoryJournal {
  appends = 0;
  loseAnswers = 0;
  deaf = false;

  override async append(roomId: string, commits: readonly Commit[], after: Position): Promise<AppendOutcome> {
    this.appends += 1;
    const outcome = await super.append(roomId, commits, after);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1;
      throw new Unavailable('journal', 'the answer was lost');
    }
    return outcome;
  }

  override async follow(...args: Parameters<Journal['follow']>): Promise<() => void> {
    return super.follow(args[0], (commits) => !this.deaf && args[1](commits), args[2]);
  }
}

const unfollows: (() => void)[] = [];
afterEach(() => {
  for (const unfollow of unfollows.splice(0)) unfollow();
});

let ids = 0;
const newId = (): string => `id-${++ids}`;

async function restore(journal: Journal): Promise<Replica> {
  const replica = new Replica();
  for (const commit of await journal.read(ROOM, 0, 100_000)) replica.apply(commit);
  return replica;
}

async function startNode(store: InMemoryJournalStore, nodeId = 'node-1', elapsed = () => 0) {
  const journal = new FaultyJournal(store);
  const audience = new RecordingAudience();
  const failures: unknown[] = [];
  const host = new RoomHost(ROOM, await restore(journal), {
    nodeId,
    journal,
    media: noMedia,
    audience,
    clock: {
      now: () => Date.now(),
      setTimer: (ms, run) =>
        (
          (timer) => () =>
            clearTimeout(timer)
        )(setTimeout(run, ms)),
    },
    logger: silent,
    newId,
    restore: () => restore(journal),
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    elapsed,
    onAccepted: () => {},
    onFailed: (_host, error) => failures.push(error),
  });
  unfollows.push(
    await journal.follow(
      ROOM,
      (commits) => host.push(commits),
      () => host.checkForMissed(),
    ),
  );
  return { host, journal, audience, failures };
}

function fromNode(nodeId = 'node-1') {
  return { commandId: newId(), actor: { kind: 'node', nodeId } as const, now: Date.now() };
}

const create = (): RoomCommand => ({
  ...fromNode(),
  type: 'CreateRoom',
  name: 'Standup',
  capacity: 100,
  graceMs: 20_000,
  lobby: false,
  passwordHash: null,
});
const join = (participantId: string): RoomCommand => ({
  ...fromNode(),
  type: 'JoinRoom',
  participantId,
  name: participantId,
  role: 'host',
  nodeId: 'node-1',
  passwordVerifiedFor: null,
});
const post = (participantId: string, session: number, text: string): RoomCommand => ({
  commandId: newId(),
  actor: { kind: 'participant', participantId, session },
  now: Date.now(),
  type: 'PostChat',
  messageId: newId(),
  text,
});

async function openRoom(host: RoomHost): Promise<void> {
  await host.handle(create());
  await host.handle(join('ann'));
}

const texts = (host: RoomHost): string[] => host.state.chat.map(({ text }) => text);

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
    const { host, audience } = await startNode(new InMemoryJournalStore(), 'node-1', () => {
      elapsed += slow ? 10 : 0;
      return elapsed;
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
    const two = await startNode(store, 'node-2', () => {
      elapsed += 10;
      return elapsed;
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
    expect(turns).toBeGreaterThanOrEqual(64);
    expect(two.host.state).toEqual(one.host.state);
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
    const { host, failures } = await startNode(store);
    await openRoom(host);
    store.setAvailable(false);
    await expect(host.handle(post('ann', 1, 'lost'))).rejects.toBeInstanceOf(Unavailable);
    const waiting = host.handle(post('ann', 1, 'waited'));
    store.setAvailable(true);
    await waiting;
    expect(texts(host)).toEqual(['waited']);
    expect(failures).toEqual([]);
  });

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
    const { host } = await startNode(store);
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
    const { host, failures } = await startNode(store);
    await openRoom(host);
    host.push([
      {
        ...(host.commitsSince(1)?.[0] as Commit),
        version: 3,
        prev: host.commitsSince(1)?.[0]?.commitId ?? '',
        commitId: 'x',
        events: [JSON.parse('{"type":"FromTheFuture"}')],
      },
    ]);
    await expect.poll(() => failures.length).toBe(1);
  });
});
