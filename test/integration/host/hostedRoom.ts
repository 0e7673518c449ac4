import { afterEach } from 'vitest';
import { decideAll } from '../../../core/host/decideAll.ts';
import { Replica } from '../../../core/host/Replica.ts';
import type { RoomAudience } from '../../../core/host/RoomAudience.ts';
import { RoomHost } from '../../../core/host/RoomHost.ts';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type { ConsumersTaken } from '../../../core/media/RoomMedia.ts';
import { NO_REENCODING } from '../../../core/media/reencoding/ReencodingStats.ts';
import {
  type AppendOutcome,
  type Journal,
  JournalFull,
  type Logger,
  Unavailable,
  type WriteLimit,
} from '../../../core/ports.ts';
import type { RoomCommand } from '../../../core/room/commands.ts';
import type { Commit, Position } from '../../../core/room/commit.ts';
import type { RoomState } from '../../../core/room/state.ts';
import { InMemoryJournal, type InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { restore as replay } from '../../../recovery/replay.ts';
import { systemClock } from '../../support/system.ts';

export const ROOM = 'room';
/** Long enough for any command here, and for tests of time-outs. */
const LONG_MS = 20_000;
export const SHORT_MS = 1_000;

const silent: Logger = { child: () => silent, debug() {}, info() {}, warn() {}, error() {} };

/** No room here opens media: a request for it is an error of the test. */
const noMedia: MediaPlane = {
  rtpCapabilities: {},
  pageSize: 12,
  listen: () => Promise.reject(new Error('no media here')),
  joinNodes: () => undefined,
  openRoom: () => {
    throw new Error('no media here');
  },
  load: () => ({ consumers: 0, capacity: 0 }),
  openRooms: () => new Map(),
  workers: async () => [],
  workerPids: () => [],
  crossingTracks: () => ({ source: 0, reencoded: 0 }),
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
  serves(): boolean {
    return false;
  }
  rebuilt(): void {
    this.rebuilds += 1;
  }
  consumersOpened(): Promise<ConsumersTaken> {
    return Promise.resolve({ tellsShown: false });
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
  /** Takes only commits that may use the last memory. */
  full = false;
  /** Happens when an append arrives, before it takes effect. */
  beforeAppend: () => Promise<void> = () => Promise.resolve();

  override async append(
    roomId: string,
    commits: readonly Commit[],
    after: Position,
    limit?: WriteLimit,
  ): Promise<AppendOutcome> {
    this.appends += 1;
    await this.beforeAppend();
    if (this.full && limit !== 'reserve') throw new JournalFull();
    const outcome = await super.append(roomId, commits, after, limit);
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
export const newId = (): string => `id-${++ids}`;

export async function restore(journal: Journal): Promise<Replica> {
  const { state, position, recent } = await replay(journal, ROOM);
  return new Replica(state, position, recent);
}

export async function startNode(
  store: InMemoryJournalStore,
  nodeId = 'node-1',
  {
    commandTimeoutMs = LONG_MS,
    elapsed = () => 0,
    roomBytes = Number.POSITIVE_INFINITY,
  }: { commandTimeoutMs?: number; elapsed?: () => number; roomBytes?: number } = {},
) {
  const journal = new FaultyJournal(store);
  const audience = new RecordingAudience();
  const failures: unknown[] = [];
  const pauses: number[] = [];
  const host = new RoomHost(ROOM, await restore(journal), {
    nodeId,
    journal,
    media: noMedia,
    audience,
    clock: {
      ...systemClock,
      setTimer(ms, run) {
        pauses.push(ms);
        return systemClock.setTimer(ms, run);
      },
    },
    logger: silent,
    newId,
    restore: () => restore(journal),
    commandTimeoutMs,
    elapsed,
    onAccepted: () => {},
    roomBytes,
    onFailed: (_host, error) => failures.push(error),
  });
  unfollows.push(
    await journal.follow(
      ROOM,
      (commits) => host.push(commits),
      () => host.checkForMissed(),
    ),
  );
  return { host, journal, audience, failures, pauses };
}

export function fromNode(nodeId = 'node-1') {
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
export const resume = (participantId: string, nodeId: string, sessionSeen = 0): RoomCommand => ({
  ...fromNode(nodeId),
  type: 'ResumeSession',
  participantId,
  nodeId,
  sessionSeen,
});
export const join = (participantId: string): RoomCommand => ({
  ...fromNode(),
  type: 'JoinRoom',
  participantId,
  name: participantId,
  role: 'host',
  nodeId: 'node-1',
  passwordVerifiedFor: null,
});
export const post = (participantId: string, session: number, text: string): RoomCommand => ({
  commandId: newId(),
  actor: { kind: 'participant', participantId, session },
  now: Date.now(),
  type: 'PostChat',
  messageId: newId(),
  text,
});

export async function openRoom(host: RoomHost): Promise<void> {
  await host.handle(create());
  await host.handle(join('ann'));
}

/** Another node appends to the room: bob joins if he is not in it, and somebody says something. */
export async function goOn(journal: Journal): Promise<void> {
  const { state, position } = await replay(journal, ROOM);
  const commands = state.participants.has('bob') ? [post('ann', session(state, 'ann'), 'elsewhere')] : [join('bob')];
  const { commits } = decideAll(commands, { state, position }, newId, () => false);
  await journal.append(ROOM, commits, position);
}

const session = (state: RoomState, participantId: string): number =>
  state.participants.get(participantId)?.session ?? 0;

export const texts = (host: RoomHost): string[] => host.state.chat.map(({ text }) => text);
