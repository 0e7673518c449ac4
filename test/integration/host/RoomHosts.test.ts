import { beforeEach, describe, expect, it } from 'vitest';
import { Replica } from '../../../core/host/Replica.ts';
import { RoomHosts } from '../../../core/host/RoomHosts.ts';
import { RoomParked } from '../../../core/host/RoomParked.ts';
import { JournalCorrupt } from '../../../core/ports.ts';
import { InMemoryJournal, InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { restore } from '../../../recovery/replay.ts';
import { KEPT_FOR_EVER } from '../../support/lifetimes.ts';
import { ManualClock } from '../../support/ManualClock.ts';
import { NO_MEDIA } from '../../support/noMedia.ts';
import { recordingLogger } from '../../support/system.ts';

const ROOM = 'room';
const PATIENCE = { timeout: 20_000 };

describe('a room that fails', () => {
  let clock: ManualClock;
  let logger: ReturnType<typeof recordingLogger>;
  let hosts: RoomHosts;
  let broken: boolean;
  let releaseFails: boolean;
  /** Rooms whose names begin so take for ever, until they are let go. */
  let slow: boolean;
  let idleMs: number;
  const waiting: (() => void)[] = [];

  beforeEach(() => {
    clock = new ManualClock();
    logger = recordingLogger();
    broken = false;
    releaseFails = false;
    slow = false;
    idleMs = 10;
    const journal = new InMemoryJournal(new InMemoryJournalStore());
    hosts = new RoomHosts({
      nodeId: 'node-1',
      journal,
      registry: {
        nodes: () => Promise.resolve([]),
        claimRoom: () => Promise.resolve(),
        releaseRoom: () => (releaseFails ? Promise.reject(new TypeError('odd')) : Promise.resolve()),
      },
      roomIndex: {
        touch: () => Promise.resolve(),
        remove: () => Promise.resolve(),
        list: () => Promise.resolve([]),
      },
      deadlineSweeper: { start: () => {}, stop: () => Promise.resolve() },
      media: NO_MEDIA,
      audiences: {
        forRoom: () => ({
          committed: () => {},
          serves: () => false,
          rebuilt: () => {},
          consumersOpened: () => Promise.resolve({ tellsShown: false }),
          consumersClosed: () => {},
          consumersPaused: () => {},
          layersWanted: () => {},
          activeSpeakersChanged: () => {},
          connectionQualityChanged: () => {},
          reencodingChanged: () => {},
          mediaLost: () => {},
        }),
      },
      clock,
      logger,
      newId: () => crypto.randomUUID(),
      restore: async (roomId) => {
        if (slow && roomId.startsWith('slow')) await new Promise<void>((resolve) => waiting.push(resolve));
        if (broken) throw new JournalCorrupt(roomId, 1, 'a test says so');
        const { state, position } = await restore(journal, roomId);
        return new Replica(state, position);
      },
      commandTimeoutMs: 1_000,
      lifetimes: KEPT_FOR_EVER,
      roomBytes: Number.POSITIVE_INFINITY,
      get idleMs() {
        return idleMs;
      },
    });
  });

  it('a room that cannot be rebuilt twice is parked, and says for how long', async () => {
    broken = true;
    await expect(hosts.open(ROOM)).rejects.toBeInstanceOf(JournalCorrupt);
    await expect(hosts.open(ROOM)).rejects.toBeInstanceOf(JournalCorrupt);
    clock.advance(20_000);
    const parked = await hosts.open(ROOM).catch((error: unknown) => error);
    expect(parked).toBeInstanceOf(RoomParked);
    expect(parked).toMatchObject({ retryAfterMs: 40_000, message: expect.stringContaining('in 40 s') });
    clock.advance(40_000);
    broken = false;
    expect((await hosts.open(ROOM)).roomId).toBe(ROOM);
  });

  it('a failure that was overcome does not count against the room later', async () => {
    for (const _ of ['in January', 'in June', 'in December']) {
      broken = true;
      await expect(hosts.open(ROOM)).rejects.toBeInstanceOf(JournalCorrupt);
      broken = false;
      await hosts.open(ROOM);
      hosts.start();
      clock.advance(1_100);
      await expect.poll(() => hosts.size).toBe(0);
    }
  });

  it('[R-BREAKOUT-5] a main room that is slow to open holds up no breakout room of another', async () => {
    const envelope = () => ({ commandId: crypto.randomUUID(), actor: { kind: 'operator' } as const, now: clock.now() });
    const create = async (roomId: string, main?: string) => {
      const room = await hosts.open(roomId);
      await room.handle({
        ...{ type: 'CreateRoom', name: roomId, capacity: 9, graceMs: 1_000, lobby: false, passwordHash: null },
        ...(main !== undefined && { breakoutOf: { roomId: main, breakoutsId: 'over' } }),
        ...envelope(),
      });
      return room;
    };
    const stuck = await Promise.all(['a', 'b', 'c'].map((name) => create(`breakout-${name}`, `slow-${name}`)));
    await create('main');
    const room = await create('breakout', 'main');
    slow = true;
    idleMs = 60_000;
    hosts.start();
    clock.advance(1_100);
    await expect.poll(() => room.state.status, PATIENCE).toBe('closed');
    expect(stuck.map(({ state }) => state.status)).toEqual(['open', 'open', 'open']);
    slow = false;
    for (const go of waiting.splice(0)) go();
    await expect.poll(() => stuck.map(({ state }) => state.status), PATIENCE).toEqual(['closed', 'closed', 'closed']);
    await hosts.close();
  });

  it('a room whose end fails in an unknown way is closed, and the process goes on', async () => {
    releaseFails = true;
    const room = await hosts.open(ROOM);
    await hosts.close();
    expect(hosts.size).toBe(0);
    expect(room.idleSince).not.toBeNull();
    expect(logger.lines.map(({ message }) => message)).toContain('a room was not closed in order');
  });
});
